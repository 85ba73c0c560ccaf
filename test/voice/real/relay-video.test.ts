// Two renters whose phones are real see and hear each other through a relay: no box and no Asterisk has a part in it. The sound goes
// through the rtpengine in the test's process, or through a real one where NUMBERBOX_TEST_RTPENGINE (host:port) says where it is.

import { afterEach, describe, expect, it } from "vitest";
import { Baresip, hasBaresip } from "../../sim/asterisk/baresip.ts";
import { until } from "../../sim/asterisk/until.ts";
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

  it.each(["vp8", "vp9"] as const)(
    "carries sound and pictures in %s, with keys of the phones' own",
    async (video) => {
      const media = new RtpengineServer();
      await media.start();
      ends.push(() => media.stop());
      const [host = "127.0.0.1", port = String(media.port)] = process.env.NUMBERBOX_TEST_RTPENGINE?.split(":") ?? [];
      const isReal = process.env.NUMBERBOX_TEST_RTPENGINE !== undefined;
      const rig = await RelayRig.open({ rtpengine: { host, port: Number(port) } });
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
      const passed = (...ways: readonly string[]): number => Math.min(...ways.map((way) => media.passed.get(way) ?? 0));
      if (!isReal) await until("pictures both ways", () => passed("1a", "1b") > 20 && passed("0a", "0b") > 0);
      for (const phone of phones) {
        await until("pictures that could be decrypted", () => /incoming rtp for 'video' established/.test(phone.out));
        expect(phone.out).toMatch(/DTLS_?-?SRTP|dtls_srtp/i);
      }
      two?.hangUp();
      await until("the end", () => one?.heard("CALL_CLOSED") === true && media.calls === 0);
      await until("no dialog", () => rig.relay.edge.dialogs() === 0);
      expect(rig.dials()).toBe(0);
    },
    60_000,
  );
});
