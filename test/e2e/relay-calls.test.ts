// Calls of a box behind a router: its renter's phone is registered at the relay, and the box's trunk goes there through a proxy.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { type Baresip, hasBaresip } from "../sim/asterisk/baresip.ts";
import { hasLinphone, type Linphone } from "../sim/asterisk/linphone.ts";
import { levelOf } from "../sim/asterisk/tone-modem.ts";
import { until } from "../sim/asterisk/until.ts";
import { MODEM_HERTZ, PHONE_HERTZ, RelayStage } from "./relay-stage.ts";

const able = asteriskTree !== null && hasBaresip;
const CALLER = "+15550142";

describe.skipIf(!able)(`calls through a relay${able ? "" : " (skipped: needs Asterisk 22 and baresip)"}`, () => {
  const stage = new RelayStage();
  const heardBy = (ear: Baresip | Linphone): number => {
    const recording = ear.recording();
    return recording === null ? 0 : levelOf(recording.samples.slice(-recording.rate / 2), MODEM_HERTZ, recording.rate);
  };
  const bothHear = async (ear: Baresip | Linphone): Promise<void> => {
    await until("the phone at the modem", () => stage.modem.audio.heard.tone(PHONE_HERTZ) > -30);
    await until("the modem at the phone", () => heardBy(ear) > 0.05);
  };

  beforeAll(() => stage.start("hidden"), 120_000);
  afterEach(() => stage.clear());
  afterAll(() => stage.stop());

  it("have an account in the grant that names the relay", async () => {
    expect(stage.account).toMatchObject({ host: "127.0.0.1", realm: "127.0.0.1", transport: "tcp", via_relay: true });
    expect(await stage.calls()).toMatchObject({ edge: "relay", accounts: 1 });
  });

  it("ring the renter's phone, both hear each other, and the relay learns no number", async () => {
    const ear = await stage.registered();
    stage.modem.calls.incoming(CALLER);
    await bothHear(ear);
    const [call] = (await stage.calls()).calls;
    expect(call).toMatchObject({ direction: "in", phase: "talking", quality: { encryption: "sdes" } });
    expect(ear.out).toMatch(/anonymous/i);
    ear.digits("42#");
    await until("the digits, each once", () => stage.modem.calls.list[0]?.tones.join("") === "42#");
    stage.modem.calls.end();
    await until("the end at the phone", () => ear.heard("CALL_CLOSED"));
    await stage.quiet();
    expect(ear.out).not.toContain(CALLER.slice(1));
  });

  it("are dialled by the renter's phone; what may be dialled is the box's to say", async () => {
    stage.modem.calls.plan = { outcome: "answer", alertMs: 200, ms: 400 };
    const ear = await stage.registered();
    const before = stage.modem.calls.dialled.length;
    for (const [at, number] of ["112", "09001234567"].entries()) {
      ear.dial(number);
      await until(`the announcement for ${number}`, async () => (await stage.calls()).calls.length === 1);
      ear.hangUp();
      await until(`the end of ${number}`, () => ear.count("CALL_CLOSED") > at);
      await stage.quiet();
    }
    expect((await stage.history())[0]).toMatchObject({ direction: "out", answered_at: null, cause: "blocked" });
    expect(stage.modem.calls.dialled).toHaveLength(before);
    ear.dial("01701234567");
    await bothHear(ear);
    ear.hangUp();
    await stage.quiet();
    // The refused ones before it have records too.
    await until("its record", async () => (await stage.history())[0]?.cause === "hung_up");
    expect((await stage.history())[0]).toMatchObject({ direction: "out", rental: stage.rental });
  });

  it.skipIf(!hasLinphone).each(["in", "out"] as const)(
    "with Linphone are heard at both ends: %s",
    async (direction) => {
      const ear = await stage.linphone();
      const before = (await stage.history())[0]?.cursor ?? 0;
      stage.modem.audio.heard.clear();
      stage.modem.calls.plan = { outcome: "answer", alertMs: 200, ms: 400 };
      if (direction === "in") stage.modem.calls.incoming(CALLER);
      else ear.dial("01701234567");
      await bothHear(ear);
      expect((await stage.calls()).calls[0]).toMatchObject({ direction, quality: { encryption: "sdes" } });
      if (direction === "in") ear.hangUp();
      else stage.modem.calls.end();
      await stage.quiet();
      await until("its record", async () => ((await stage.history())[0]?.cursor ?? 0) > before);
      expect((await stage.history())[0]).toMatchObject({ direction, cause: "hung_up", rental: stage.rental });
    },
  );

  it("are nobody's with a wrong password", async () => {
    const stranger = await stage.phone({ password: "guess" });
    await until("the refusal", () => stranger.heard("REGISTER_FAIL"));
    expect((await stage.calls()).phones).toBe(0);
    stage.modem.calls.incoming(CALLER);
    await stage.quiet();
    await until("its record", async () => (await stage.history())[0]?.cause === "not_registered");
  });

  it("go on while the box's line is cut for a moment, and the next one works", async () => {
    const ear = await stage.registered();
    stage.modem.calls.incoming(CALLER);
    await bothHear(ear);
    stage.cable.cut();
    await until("the box's notice", async () => (await stage.calls()).problem?.code === "voice.relay_unreachable");
    expect((await stage.calls()).calls).toHaveLength(1);
    stage.cable.isCut = false;
    await stage.ready();
    await until("the phone, told to the box", async () => (await stage.calls()).phones === 1);
    stage.modem.calls.end();
    await until("the end at the phone", () => ear.heard("CALL_CLOSED"));
    await stage.quiet();
    stage.modem.audio.heard.clear();
    stage.modem.calls.incoming(CALLER);
    await bothHear(ear);
    ear.hangUp();
    await stage.quiet();
  });

  it("end when the relay is killed amid one, and work again when it is back", async () => {
    const cutOff = await stage.registered();
    stage.modem.calls.incoming(CALLER);
    await bothHear(cutOff);
    await stage.killRelay();
    await until("the box's notice", async () => (await stage.calls()).problem !== null);
    await cutOff.kill();
    stage.modem.calls.end();
    await stage.quiet();
    await stage.startRelay();
    await stage.ready();
    stage.modem.audio.heard.clear();
    const ear = await stage.registered();
    stage.modem.calls.incoming(CALLER);
    await bothHear(ear);
    stage.modem.calls.end();
    await stage.quiet();
  });

  it("left no number on the relay's disk, in its log, or in clear on the line", () => {
    const { password } = stage.account;
    const seen = [stage.relaySaid(), stage.relayFiles(), stage.cable.heard];
    for (const secret of [CALLER.slice(1), "1701234567", password])
      for (const text of seen) expect(text).not.toContain(secret);
    expect(stage.log.lines.join("\n")).not.toContain(CALLER.slice(1));
    // It went over TLS.
    expect(stage.cable.heard.length).toBeGreaterThan(1000);
    expect(stage.cable.heard).not.toContain("SIP/2.0");
  });
});
