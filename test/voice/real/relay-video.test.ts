// Two renters whose phones are real see and hear each other through a relay: no box and no Asterisk has a part in it. The sound goes
// through the rtpengine in the test's process, which shows what it passes, and through Debian's own.

import { afterEach, describe, expect, it } from "vitest";
import { Baresip, hasBaresip } from "../../sim/asterisk/baresip.ts";
import { until } from "../../sim/asterisk/until.ts";
import { RTPENGINE, RtpengineDaemon } from "../../sim/rtpengine/daemon.ts";
import { RtpengineServer } from "../../sim/rtpengine/index.ts";
import { accountFor } from "../edge-contract.ts";
import { RelayRig } from "../relay-rig.ts";

const [ONE, TWO] = ["renter0001", "renter0002"];
const PASSWORD = "without-blanks";

describe.skipIf(!hasBaresip)(`a call between two renters${hasBaresip ? "" : " (skipped: needs baresip)"}`, () => {
  const phones: Baresip[] = [];
  const ends: (() => Promise<void>)[] = [];

  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.stop()));
    for (const end of ends.splice(0).reverse()) await end();
  });

  it.each([
    ["vp8", "in-process"],
    ["vp9", "in-process"],
    ...(RTPENGINE === null ? [] : ([["vp8", "real"]] as const)),
  ] as const)(
    "carries sound and pictures in %s, with keys of the phones' own, through an rtpengine %s",
    async (video, kind) => {
      const media = kind === "real" ? await RtpengineDaemon.start() : new RtpengineServer();
      if (media instanceof RtpengineServer) await media.start();
      ends.push(() => media.stop());
      const rig = await RelayRig.open({ rtpengine: { host: "127.0.0.1", port: media.port } });
      ends.push(() => rig.close());
      const box = await rig.box("two");
      await box.edge.start(new AbortController().signal);
      await rig.edge.setAccounts([accountFor(ONE, rig.realm, PASSWORD)]);
      await box.edge.setAccounts([accountFor(TWO, rig.realm, PASSWORD)]);
      for (const user of [ONE, TWO]) {
        const way = { port: rig.sipPort, transport: "tcp", mediaEncryption: "dtls_srtp" } as const;
        const phone = await Baresip.start({ ...way, user, password: PASSWORD, video });
        phones.push(phone);
        await until("its registration", () => rig.relay.edge.bindings().some((binding) => binding.user === user));
      }
      const [one, two] = phones;
      one?.dial(TWO);
      if (media instanceof RtpengineServer) {
        const passed = (...ways: readonly string[]): number =>
          Math.min(...ways.map((way) => media.passed.get(way) ?? 0));
        await until("pictures both ways", () => passed("1a", "1b") > 20 && passed("0a", "0b") > 0);
      } else await until("the call at rtpengine", async () => (await media.calls()) === 1);
      for (const phone of phones) {
        await until("pictures that could be decrypted", () => /incoming rtp for 'video' established/.test(phone.out));
        expect(phone.out).toMatch(/DTLS_?-?SRTP|dtls_srtp/i);
      }
      two?.hangUp();
      await until("the end", () => one?.heard("CALL_CLOSED") === true);
      await until("no call at rtpengine", async () => (await media.calls()) === 0);
      await until("no dialog", () => rig.relay.edge.dialogs() === 0);
      expect(rig.dials()).toBe(0);
    },
    60_000,
  );
});
