// Real Asterisk and the real Linphone: each way to encrypt, both directions, heard at both ends.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DialRequest, MediaEncryption, PhoneLeg } from "../../../src/core/index.ts";
import { asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { MODEM_HERTZ, PASSWORD, PHONE_HERTZ } from "../../sim/asterisk/call-stage.ts";
import { hasLinphone, Linphone } from "../../sim/asterisk/linphone.ts";
import { levelOf, ToneModem } from "../../sim/asterisk/tone-modem.ts";
import { until } from "../../sim/asterisk/until.ts";
import { account, event, REALM, record, VoiceRig } from "../../sim/asterisk/voice-rig.ts";

const able = asteriskTree !== null && hasLinphone;
const why = able ? "" : " (needs Asterisk 22 and linphonec: skipped)";

describe.skipIf(!able)(`Linphone${why}`, () => {
  let rig: VoiceRig;
  let phone: Linphone | null = null;
  let modem: ToneModem;
  let leg: PhoneLeg | null = null;

  beforeAll(async () => {
    rig = await VoiceRig.start(23_400);
    await rig.up();
  }, 60_000);

  afterEach(async () => {
    await leg?.hangUp("stopped");
    modem?.stop();
    await phone?.stop();
    await rig.accounts([]);
    await rig.quiet();
  }, 30_000);

  afterAll(async () => {
    await rig?.stop();
  });

  function heard(at: Linphone, hertz: number): number {
    const recording = at.recording();
    return recording === null ? 0 : levelOf(recording.samples.slice(-recording.rate / 2), hertz, recording.rate);
  }

  async function hearEachOther(at: Linphone): Promise<void> {
    await until("Linphone's tone at the modem", () => modem.level(PHONE_HERTZ) > 0.05);
    await until("the modem's tone at Linphone", () => heard(at, MODEM_HERTZ) > 0.05);
  }

  it.each([
    ["in clear", "none", "none"],
    ["with SDES", "srtp", "sdes"],
    ["with DTLS", "dtls", "dtls"],
  ] as const satisfies readonly (readonly [string, string, MediaEncryption])[])(
    "is called and calls %s",
    async (_name, mediaEncryption, encryption) => {
      await rig.accounts([account("renter", PASSWORD, encryption)]);
      const login = { user: "renter", password: PASSWORD, realm: REALM, hertz: PHONE_HERTZ };
      const ear = Linphone.start({ ...login, port: rig.sipPort, mediaEncryption });
      phone = ear;
      modem = new ToneModem(MODEM_HERTZ);
      await until("registration of Linphone", () => rig.box.gateway.bindings().length === 1);
      leg = rig.box.gateway.ring({ user: "renter", from: "+4915550100" });
      const incoming = record(leg);
      await event(incoming, "answered");
      await leg.connect(modem);
      await hearEachOther(ear);
      expect(await leg.quality()).toMatchObject({ encryption });
      ear.hangUp();
      expect(await event(incoming, "ended")).toEqual({ type: "ended", cause: "hung_up" });
      modem.forget();
      let stop = (): void => {};
      const asked = new Promise<DialRequest>((resolve) => {
        stop = rig.box.gateway.onDial(resolve);
      });
      ear.dial("0401234");
      const request = await asked.finally(() => stop());
      leg = request.leg;
      expect(request.dialled).toBe("0401234");
      const outgoing = record(leg);
      await leg.ringing();
      await leg.answer();
      await event(outgoing, "answered");
      await leg.connect(modem);
      await hearEachOther(ear);
    },
  );
});
