// What the way of sound does with a call, whoever is behind the NG protocol: packets arrive as they were sent, both ways, and what phones
// say of keys is nobody's business.

import { createSocket, type Socket } from "node:dgram";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { NgClient } from "../../../src/voice/relay-media/ng-client.ts";
import { RtpenginePath } from "../../../src/voice/relay-media/rtpengine.ts";
import { mediaPlaces } from "../../../src/voice/relay-media/sdp.ts";
import { until } from "../../sim/asterisk/until.ts";

export interface MediaServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const KEY = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const PRINT =
  "a=fingerprint:sha-256 AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

class Ear {
  readonly socket: Socket = createSocket("udp4");
  readonly heard: string[] = [];
  get port(): number {
    return this.socket.address().port;
  }
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.bind(0, "127.0.0.1", resolve));
    this.socket.on("message", (bytes) => this.heard.push(bytes.toString("hex")));
  }
  send(hex: string, port: number): void {
    this.socket.send(Buffer.from(hex, "hex"), port, "127.0.0.1");
  }
}

/** An RTP header with that payload type and number. */
const rtp = (type: number, number: number, rest = "0011223344556677"): string =>
  `80${type.toString(16).padStart(2, "0")}${number.toString(16).padStart(4, "0")}000000a0deadbeef${rest}`;
/** What DTLS and STUN look like. */
const HELLO = `16feff0000000000000000002e0100002200000000000000220000${"0".repeat(44)}`;
const BINDING = `000100002112a442${"1".repeat(24)}`;

export function mediaContract(name: string, open: () => Promise<MediaServer>): void {
  describe(name, () => {
    let server: MediaServer;
    let client: NgClient;
    let path: RtpenginePath;
    let ears: Ear[] = [];

    const sdpOf = (port: number, line = KEY, profile = "RTP/SAVP 96 0 101"): string =>
      [
        ...["v=0", "o=phone 1 1 IN IP4 192.168.7.7", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"],
        ...[`m=audio ${port} ${profile}`, "a=rtpmap:96 opus/48000/2", line, "a=sendrecv", ""],
      ].join("\r\n");
    const portIn = (sdp: string, at = 0): number => mediaPlaces(sdp)?.[at]?.port ?? 0;
    const ear = async (): Promise<Ear> => {
      const made = new Ear();
      await made.open();
      ears.push(made);
      return made;
    };
    /** Two that talk: each with the port that it was shown. */
    const talk = async (line = KEY, profile?: string) => {
      const [one, two] = [await ear(), await ear()];
      const offered = await path.offer(sdpOf(one.port, line, profile), "caller");
      const answered = await path.answer(sdpOf(two.port, line, profile), "called");
      return { one, two, offered, answered };
    };
    const passes = async (from: Ear, to: Ear, port: number, hex: string): Promise<void> => {
      // As a phone does: the first may come before the way is learnt.
      await until("a packet, as it was sent", () => {
        from.send(hex, port);
        return to.heard.includes(hex);
      });
    };

    beforeEach(async () => {
      server = await open();
      client = new NgClient({ host: server.host, port: server.port, clock: systemClock, random: systemRandom });
      path = new RtpenginePath(
        client,
        { caller: "127.0.0.1", called: null },
        { random: systemRandom, log: silentLogger },
      );
    });
    afterEach(async () => {
      path.end();
      for (const { socket } of ears) socket.close();
      ears = [];
      await until("the end at the server", async () => (await client.ask("ping", {})).result === "pong");
      await client.stop();
      await server.stop();
    });

    it.each([
      ["SDES", KEY, undefined],
      ["DTLS", PRINT, "UDP/TLS/RTP/SAVP 96 0"],
    ])("changes places alone, with %s", async (_name, line, profile) => {
      const { one, two, offered, answered } = await talk(line, profile);
      for (const sdp of [offered, answered]) {
        expect(sdp).toContain(line);
        expect(sdp).toContain("a=rtpmap:96 opus/48000/2");
        expect(sdp).not.toContain("192.168.7.7");
      }
      expect([portIn(offered), portIn(answered)]).not.toContain(one.port);
      expect([portIn(offered), portIn(answered)]).not.toContain(two.port);
    });

    it("passes SRTP, DTLS and STUN on as they are, both ways, whatever codec it is", async () => {
      const { one, two, offered, answered } = await talk();
      let number = 100;
      for (const type of [0, 96, 101, 127]) {
        await passes(one, two, portIn(answered), rtp(type, number++));
        await passes(two, one, portIn(offered), rtp(type, number++, "ff".repeat(200)));
      }
      for (const hex of [HELLO, BINDING]) {
        await passes(one, two, portIn(answered), hex);
        await passes(two, one, portIn(offered), hex);
      }
    });

    it("passes SRTCP on as it is, beside the sound and at a port of its own", async () => {
      const [one, two, reports, others] = [await ear(), await ear(), await ear(), await ear()];
      const own = (rtp: number, rtcp: number): string =>
        sdpOf(rtp).replace("a=sendrecv", `a=rtcp:${rtcp}\r\na=sendrecv`);
      const offered = mediaPlaces(await path.offer(own(one.port, reports.port), "caller"))?.[0];
      const answered = mediaPlaces(await path.answer(own(two.port, others.port), "called"))?.[0];
      const rtcpPort = (place: typeof offered): number => place?.rtcpPort ?? (place?.port ?? 0) + 1;
      const report = `80c80006deadbeef${"a7".repeat(20)}80000001${"5c".repeat(10)}`;
      await passes(reports, others, rtcpPort(answered), report);
      await passes(others, reports, rtcpPort(offered), report);
    });

    it("finds a phone whose router gave it another port than it says", async () => {
      const { one, two, offered } = await talk();
      const moved = await ear();
      const back = mediaPlaces(await path.answer(sdpOf(two.port), "called"))?.[0]?.port ?? 0;
      await passes(moved, two, back, rtp(96, 1));
      await passes(two, moved, portIn(offered), rtp(96, 2));
      expect(one.heard).not.toContain(rtp(96, 2));
    });

    it("keeps the ports when a phone holds and comes back", async () => {
      const { one, two, offered, answered } = await talk();
      const held = await path.offer(sdpOf(two.port).replace("sendrecv", "sendonly"), "called");
      expect(held).toContain("a=sendonly");
      expect(portIn(held)).toBe(portIn(answered));
      expect(portIn(await path.answer(sdpOf(one.port).replace("sendrecv", "recvonly"), "caller"))).toBe(
        portIn(offered),
      );
      await passes(one, two, portIn(answered), rtp(96, 7));
    });

    it("carries pictures beside the sound, and leaves out what was refused", async () => {
      const [one, two, video, far] = [await ear(), await ear(), await ear(), await ear()];
      const pictures = (port: number): string =>
        `m=video ${port} RTP/SAVP 97 98\r\na=rtpmap:97 H264/90000\r\na=rtpmap:98 VP8/90000\r\na=fmtp:97 packetization-mode=1\r\n`;
      const offered = await path.offer(sdpOf(one.port) + pictures(video.port), "caller");
      expect(offered).toContain("a=fmtp:97 packetization-mode=1");
      const answered = await path.answer(sdpOf(two.port) + pictures(far.port), "called");
      await passes(video, far, portIn(answered, 1), rtp(97, 1));
      await passes(far, video, portIn(offered, 1), rtp(98, 2));
      const again = await path.offer(sdpOf(one.port) + pictures(video.port), "caller");
      expect(portIn(again, 1)).toBe(portIn(offered, 1));
      expect(portIn(await path.answer(sdpOf(two.port) + pictures(0), "called"), 1)).toBe(0);
    });
  });
}
