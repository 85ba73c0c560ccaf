// Real Asterisk and real phones when things break: what the table of failures promises. Row by row, and where each is shown:
//
// drachtio killed amid a call      voice/drachtio/edge-faults, and whole boxes: e2e/call-kills with `npm run torture:calls`
// requests while drachtio is away  voice/drachtio/edge-faults: "and stays away for a while: phones hear 503, nothing throws"
// Asterisk killed                  here: "end at once when Asterisk is killed"; behind drachtio: real/behind-drachtio; e2e/call-kills
// Asterisk told to stop            here: "end at the phone too when Asterisk is told to stop"
// numberbox killed                 here: "are swept away when numberbox was killed"; e2e/call-kills
// the race of CANCEL               here: "leave nothing when they are given up in every moment of their beginning"
// a phone without ACK              voice/asterisk/gateway: "and does not speak when it was answered has not got the call"
// a phone that vanishes            here: "end when the phone vanishes without a word"
// a registered phone that is dead  core/calls/call-machine (ring time-out), voice/drachtio/edge-behaviour
// hold                             real/calls: "are held and resumed"; CANCEL: real/calls: "stop ringing when the caller gives up"

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { millis } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../../sim/asterisk/baresip.ts";
import { CallStage, PASSWORD } from "../../sim/asterisk/call-stage.ts";
import { until } from "../../sim/asterisk/until.ts";
import { account, event, VoiceRig } from "../../sim/asterisk/voice-rig.ts";

const able = asteriskTree !== null && hasBaresip;
const why = able ? "" : " (needs Asterisk 22 and baresip: skipped)";

describe.skipIf(!able)(`calls over Asterisk in trouble${why}`, () => {
  let rig: VoiceRig;
  let stage: CallStage;

  beforeAll(async () => {
    rig = await VoiceRig.start(23_100);
    stage = new CallStage(rig);
    await rig.up();
  }, 60_000);

  afterEach(async () => {
    // Phones that were killed unregister nowhere.
    await rig.accounts([]);
    await stage.clear();
  }, 30_000);

  afterAll(async () => {
    await rig?.stop();
  });

  async function talk() {
    await rig.accounts([account("plain", PASSWORD)]);
    const phone = await stage.phone("plain");
    const modem = stage.modem();
    const staged = stage.ring("plain");
    await event(staged.events, "answered");
    await staged.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    return { phone, modem, ...staged };
  }

  it("end at once when Asterisk is killed; the phone is known again when it is back, and the next call works", async () => {
    const { phone, modem, events } = await talk();
    // Asterisk writes registrations down once a second.
    await systemClock.sleep(millis(1500), "Asterisk's database");
    await rig.asterisk.goDown();
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "gateway_lost" });
    expect(modem.attached).toBe(false);
    await until("the gateway's word that it is down", () => rig.box.gateway.state().kind === "down");
    expect(rig.box.gateway.bindings()).toEqual([]);
    const refused = stage.ring("plain");
    expect(await event(refused.events, "ended")).toEqual({ type: "ended", cause: "gateway_lost" });
    await rig.asterisk.comeBack();
    await rig.up();
    expect(rig.box.gateway.bindings()).toHaveLength(1);
    // The phone does not know that its call is over.
    phone.hangUp();
    await until("the old call's end at the phone", () => phone.heard("CALL_CLOSED"));
    const next = stage.ring("plain");
    await event(next.events, "answered");
    await next.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
  });

  it("end at the phone too when Asterisk is told to stop", async () => {
    const { phone, modem, events } = await talk();
    const gone = rig.asterisk.stopGently();
    expect(await event(events, "ended")).toMatchObject({ type: "ended" });
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    expect(modem.attached).toBe(false);
    await gone;
    await rig.asterisk.comeBack();
    await rig.up();
  }, 60_000);

  it("are swept away when numberbox was killed and comes back; registrations stay", async () => {
    const { phone } = await talk();
    expect(await rig.left()).toEqual({ channels: 2, bridges: 1 });
    await rig.restartBox();
    await rig.up();
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    await until("an empty Asterisk", async () => {
      const { channels, bridges } = await rig.left();
      return channels + bridges === 0;
    });
    await rig.accounts([account("plain", PASSWORD)]);
    expect(rig.box.gateway.bindings()).toHaveLength(1);
    const next = stage.ring("plain");
    await event(next.events, "answered");
  });

  it("end when the phone vanishes without a word", async () => {
    const { phone, events } = await talk();
    await phone.kill();
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "media_timeout" });
  });

  it("leave nothing when they are given up in every moment of their beginning", async () => {
    await rig.accounts([account("plain", PASSWORD)]);
    await stage.phone("plain");
    const modem = stage.modem();
    for (let wait = 0; wait <= 60; wait += 3) {
      const { leg, events } = stage.ring("plain");
      const connected = event(events, "answered")
        .then(() => leg.connect(modem))
        .catch(() => {});
      await systemClock.sleep(millis(wait), "a moment of the call's beginning");
      await leg.hangUp("cancelled");
      if (events.some(({ type }) => type === "answered")) await connected;
      await rig.quiet();
      expect(modem.attached).toBe(false);
    }
  });

  it("cannot be made with a credential that was changed, nor with an account that is gone", async () => {
    await rig.accounts([account("plain", PASSWORD), account("other", PASSWORD)]);
    const phone = await stage.phone("plain");
    await stage.phone("other");
    await rig.accounts([account("plain", "another-password-1"), account("other", PASSWORD)]);
    expect(rig.box.gateway.bindings().map(({ user }) => user)).toEqual(["other"]);
    let dialled = 0;
    const stop = rig.box.gateway.onDial(() => dialled++);
    phone.dial("0401234");
    await until("the refusal", () => phone.heard("CALL_CLOSED"));
    await rig.accounts([]);
    expect(rig.box.gateway.bindings()).toEqual([]);
    phone.dial("0401234");
    await until("the second refusal", () => phone.count("CALL_CLOSED") === 2);
    stop();
    expect(dialled).toBe(0);
    const { events } = stage.ring("plain");
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "not_registered" });
  });
});
