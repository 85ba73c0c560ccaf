// The way of sound through rtpengine: over the one in the test's process, and over Debian's own.

import { describe, expect, it } from "vitest";
import { hasCode, millis, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { NgClient } from "../../../src/voice/relay-media/ng-client.ts";
import { RtpenginePath } from "../../../src/voice/relay-media/rtpengine.ts";
import { RTPENGINE, RtpengineDaemon } from "../../sim/rtpengine/daemon.ts";
import { RtpengineServer } from "../../sim/rtpengine/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { mediaContract } from "./media-contract.ts";

mediaContract("sound through rtpengine, in-process", async () => {
  const server = new RtpengineServer();
  await server.start();
  return { host: "127.0.0.1", port: server.port, stop: () => server.stop() };
});

if (RTPENGINE === null)
  describe.skip("sound through rtpengine, real (rtpengine-daemon is not installed)", () => {
    it("passes the contract", () => {});
  });
else
  mediaContract("sound through rtpengine, real", async () => {
    const daemon = await RtpengineDaemon.start();
    return { host: "127.0.0.1", port: daemon.port, stop: () => daemon.stop() };
  });

describe("rtpengine's client", () => {
  it("asks again with the same cookie what got lost, and takes one answer", async () => {
    const server = new RtpengineServer();
    await server.start();
    const client = new NgClient({ host: "127.0.0.1", port: server.port, clock: systemClock, random: systemRandom });
    server.deafFor = 1;
    expect(await client.ask("ping", {})).toMatchObject({ result: "pong" });
    expect(server.asked).toHaveLength(1);
    await client.stop();
    await server.stop();
  });

  it("gives up when nobody answers, and says what is refused", async () => {
    const clock = new VirtualClock();
    const nobody = new NgClient({ host: "127.0.0.1", port: 9, clock, random: systemRandom });
    const asked = nobody.ask("ping", {}).catch((error: unknown) => error);
    await clock.advance(millis(2000));
    expect(hasCode(await asked, "voice.media_relay")).toBe(true);
    await nobody.stop();
    const server = new RtpengineServer();
    await server.start();
    const client = new NgClient({ host: "127.0.0.1", port: server.port, clock: systemClock, random: systemRandom });
    const refused = await client
      .ask("answer", { "call-id": "x", "from-tag": "a", "to-tag": "b", sdp: "" })
      .catch((error: unknown) => error);
    expect(hasCode(refused, "voice.media_relay")).toBe(true);
    await client.stop();
    await server.stop();
  });

  it("shows rtpengine neither keys nor names, only places", async () => {
    const server = new RtpengineServer();
    await server.start();
    const client = new NgClient({ host: "127.0.0.1", port: server.port, clock: systemClock, random: systemRandom });
    const path = new RtpenginePath(
      client,
      { caller: "203.0.113.9", called: null },
      { random: systemRandom, log: silentLogger },
    );
    const sdp =
      "v=0\r\no=renter0001 1 1 IN IP4 192.168.1.5\r\ns=-\r\nc=IN IP4 192.168.1.5\r\nt=0 0\r\nm=audio 7078 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET\r\n";
    await path.offer(sdp, "caller");
    const [asked = ""] = server.asked;
    for (const secret of ["SECRET", "renter0001", "192.168.1.5"]) expect(asked).not.toContain(secret);
    expect(asked).toContain("c=IN IP4 203.0.113.9");
    path.end();
    await client.stop();
    await server.stop();
  });
});
