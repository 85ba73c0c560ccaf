// Real Asterisk, real phones: what is promised of calls, heard and counted.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { SoundChecks } from "../../../src/core/index.ts";
import { asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../../sim/asterisk/baresip.ts";
import { CallStage, MODEM_HERTZ, PASSWORD, PHONE_HERTZ } from "../../sim/asterisk/call-stage.ts";
import { until } from "../../sim/asterisk/until.ts";
import { account, event, VoiceRig } from "../../sim/asterisk/voice-rig.ts";

const able = asteriskTree !== null && hasBaresip;
const why = able ? "" : " (needs Asterisk 22 and baresip: skipped)";

describe.skipIf(!able)(`calls over Asterisk alone${why}`, () => {
  let rig: VoiceRig;
  let stage: CallStage;

  beforeAll(async () => {
    rig = await VoiceRig.start(23_000);
    stage = new CallStage(rig);
    await rig.up();
    const accounts = [
      account("plain", PASSWORD),
      account("sealed", PASSWORD, "sdes"),
      account("keyed", PASSWORD, "dtls"),
    ];
    await rig.accounts(accounts);
  }, 60_000);

  afterEach(async () => {
    await stage.clear();
  }, 30_000);

  afterAll(async () => {
    await rig?.stop();
  });

  it("ring a phone that answers; both hear each other at the level at which they spoke", async () => {
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    // -12 dBFS went in; Opus changes it by less than 2 dB.
    await until("1 kHz at its level", () => Math.abs(20 * Math.log10(stage.heard(phone, MODEM_HERTZ) / 0.25)) < 2);
    expect(await leg.quality()).toMatchObject({ codec: "opus", encryption: "none", lost: { received: 0 } });
    expect(rig.box.gateway.legs()).toBe(1);
    await leg.hangUp("hung_up");
    expect(events.at(-1)).toEqual({ type: "ended", cause: "hung_up" });
    expect(events.filter(({ type }) => type === "answered")).toHaveLength(1);
    expect(modem.attached).toBe(false);
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
  });

  it("come from a phone that dials: ringing, sound before the answer, answer, end", async () => {
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const { leg, events, dialled } = await stage.dials(phone, "+4915550123");
    expect([leg.user, dialled]).toEqual(["plain", "+4915550123"]);
    await leg.ringing();
    await until("ringing at the phone", () => phone.heard("CALL_RINGING"));
    await leg.openEarly(modem);
    await until("sound before the answer", () => stage.heard(phone, MODEM_HERTZ) > 0.05);
    expect(events).toEqual([]);
    await leg.answer();
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    phone.hangUp();
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "hung_up" });
  });

  it.each([
    ["SDES", "sealed", { mediaEncryption: "srtp-mand" }, "sdes"],
    ["A-law", "plain", { codec: "PCMA/8000/1" }, "none"],
    ["SIP over TCP", "plain", { transport: "tcp" }, "none"],
    [
      "SIP over TLS and SDES, with a certificate that is checked",
      "sealed",
      { transport: "tls", mediaEncryption: "srtp-mand" },
      "sdes",
    ],
  ] as const)("work in and out with %s", async (_name, user, options, encryption) => {
    const trust = "transport" in options && options.transport === "tls" ? { caFile: rig.caFile } : {};
    const phone = await stage.phone(user, { ...options, ...trust });
    const modem = stage.modem();
    const incoming = stage.ring(user);
    await event(incoming.events, "answered");
    await incoming.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    expect(await incoming.leg.quality()).toMatchObject({ encryption });
    await incoming.leg.hangUp("hung_up");
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    modem.forget();
    const outgoing = await stage.dials(phone, "0401234");
    await outgoing.leg.answer();
    await outgoing.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
  });

  it("work in with DTLS", async () => {
    const phone = await stage.phone("keyed", { mediaEncryption: "dtls_srtp" });
    const modem = stage.modem();
    const { leg, events } = stage.ring("keyed");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    await until("encryption", async () => (await leg.quality())?.encryption === "dtls");
  });

  it.each(["sealed", "keyed"])("are refused in clear by an account with encryption (%s)", async (user) => {
    const phone = await stage.phone(user);
    let dialled = 0;
    const stop = rig.box.gateway.onDial(() => dialled++);
    phone.dial("0401234");
    await until("a refusal", () => phone.heard("CALL_CLOSED"));
    stop();
    expect(dialled).toBe(0);
    const { events } = stage.ring(user);
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "failed" });
  });

  it("give each digit once", async () => {
    const phone = await stage.phone("plain");
    const { leg, events } = stage.ring("plain");
    await event(events, "answered");
    await leg.connect(stage.modem());
    for (const digit of "159*0#") {
      const before = events.length;
      phone.digits(digit);
      await until(`digit ${digit}`, () => events.length > before);
    }
    const digits = events.flatMap((each) => (each.type === "digit" ? [each.digit] : []));
    expect(digits.join("")).toBe("159*0#");
  });

  it("are held and resumed; the modem gets silence meanwhile", async () => {
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    phone.hold();
    await event(events, "held");
    await until("silence at the modem", () => modem.level(PHONE_HERTZ) < 0.001);
    phone.resume();
    await event(events, "resumed");
    await stage.hearEachOther(phone, modem);
  });

  it("end with why the phone would not: declined, or nobody registered", async () => {
    const phone = await stage.phone("plain", { answers: "manual" });
    const declined = stage.ring("plain");
    await event(declined.events, "ringing");
    phone.hangUp();
    const end = await event(declined.events, "ended");
    // baresip says 486 when a person refuses.
    expect(end).toEqual({ type: "ended", cause: "busy" });
    const nobody = stage.ring("sealed");
    expect(await event(nobody.events, "ended")).toEqual({ type: "ended", cause: "not_registered" });
  });

  it("stop ringing when the caller gives up", async () => {
    const phone = await stage.phone("plain", { answers: "manual" });
    const { leg, events } = stage.ring("plain");
    await event(events, "ringing");
    await leg.hangUp("cancelled");
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    expect(events.map(({ type }) => type)).toEqual(["ringing", "ended"]);
    await expect(leg.connect(stage.modem())).rejects.toMatchObject({ code: "voice.leg_gone" });
  });

  it("ring all phones of an account; the first that answers has the call, the others stop", async () => {
    const desk = await stage.phone("plain", { answers: "manual" });
    const pocket = await stage.phone("plain", { answers: "manual" });
    const { leg, events } = stage.ring("plain");
    await until("both ring", () => desk.heard("CALL_INCOMING") && pocket.heard("CALL_INCOMING"));
    pocket.accept();
    await event(events, "answered");
    await until("the other stops", () => desk.heard("CALL_CLOSED"));
    const modem = stage.modem();
    await leg.connect(modem);
    await stage.hearEachOther(pocket, modem);
    expect(await rig.left()).toEqual({ channels: 2, bridges: 1 });
  });

  it("say to a phone that dials why not, in a sound before the answer, then with a status", async () => {
    const phone = await stage.phone("plain");
    const { leg, events } = await stage.dials(phone, "0190123456");
    const said = leg.play("blocked");
    await until("the special information tone", () => stage.heard(phone, 950) > 0.02);
    await said;
    await leg.hangUp("blocked");
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    expect(events).toEqual([{ type: "ended", cause: "blocked" }]);
  });

  it("are warned over the sound of the call, which goes on", async () => {
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    const said = leg.play("warning");
    await until("the warning", () => stage.heard(phone, 1400) > 0.05);
    expect(modem.level(PHONE_HERTZ)).toBeGreaterThan(0.05);
    await said;
    await until("the call again", () => stage.heard(phone, 1400) < 0.01 && stage.heard(phone, MODEM_HERTZ) > 0.1);
  });

  it("are an echo for who wants to hear himself", async () => {
    const phone = await stage.phone("plain");
    const { leg, events } = await stage.dials(phone, "echo");
    await leg.answer();
    await event(events, "answered");
    const over = leg.play("echo");
    await until("the phone hears itself", () => stage.heard(phone, PHONE_HERTZ) > 0.05);
    phone.hangUp();
    await over;
    await event(events, "ended");
  });

  it("can be looked at without a phone: tones come back through Asterisk in time, at their level, all of them", async () => {
    const checks = new SoundChecks({
      ...{ clock: systemClock, log: silentLogger, now: () => systemClock.now(), lines: () => [] },
      openLoop: (far) => rig.box.gateway.openLoop(far),
      desk: { slot: () => null, divert: () => () => {} },
    });
    checks.begin(null);
    await until("the check", () => checks.view().state !== "running");
    const { report } = checks.view();
    expect(report).toMatchObject({ good: true, tones: 12, found: 12 });
    expect(report?.level).toBeGreaterThan(-13);
    expect(report?.level).toBeLessThan(-11);
    await rig.quiet();
  });

  it("leave nothing behind, 25 in a row", async () => {
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    for (let n = 0; n < 25; n++) {
      const { leg, events } = n % 2 === 0 ? stage.ring("plain") : await stage.dials(phone, "0401234");
      if (n % 2 === 1) await leg.answer();
      await event(events, "answered");
      await leg.connect(modem);
      if (n % 3 === 0) {
        phone.hangUp();
        await event(events, "ended");
      } else await leg.hangUp("hung_up");
      await rig.quiet();
      await until("the end at the phone", () => phone.count("CALL_CLOSED") === n + 1);
    }
    expect(modem.attached).toBe(false);
  });
});
