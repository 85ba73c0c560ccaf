// What keeps a new system, and what sends the box back to the old one.

import { describe, expect, it } from "vitest";
import { millis, minutes, seconds } from "../../../src/base/index.ts";
import {
  slotFacts,
  stepTrial,
  TRIAL_LIMIT,
  type TrialFacts,
  type TrialSlot,
  trialStart,
} from "../../../src/core/index.ts";
import { SlotRig } from "../../modem/slot-rig.ts";
import { SimCard } from "../../sim/modem/index.ts";

const SLOTS = Array.from({ length: 32 }, (_, at) => String(at + 1));
const past = { slots: SLOTS, relay: true, network: true };
const well: TrialFacts = { store: true, slots: [...SLOTS, "joined since"], relay: true, network: "all" };

/** Looks every five seconds, as a trial does; ends with its verdict and when it came. */
function tried(before: typeof past, factsAt: (at: number) => TrialFacts) {
  let state = trialStart;
  for (let at = 0; ; at += 5) {
    const input = { facts: factsAt(at), now: seconds(at), startedAt: millis(0) };
    const step = stepTrial(state, before, input);
    if (step.verdict !== "wait" || at > 1200) return { verdict: step.verdict, at, waitsFor: step.waitsFor };
    state = step.state;
  }
}

const kept = { verdict: "keep", at: 60, waitsFor: [] };
const LATE = TRIAL_LIMIT / 1000;

describe("a trial", () => {
  it("keeps what is well for a minute without a break", () => {
    expect(tried(past, () => well)).toEqual(kept);
    const gone = (at: number): TrialFacts => ({ ...well, relay: at !== 30 });
    expect(tried(past, gone)).toMatchObject({ verdict: "keep", at: 95 });
    const slow = (at: number): TrialFacts => (at < 300 ? { ...well, slots: ["1"] } : well);
    expect(tried(past, slow)).toMatchObject({ verdict: "keep", at: 360 });
  });

  it("keeps a good system when SIMs have lost their networks, one or all but one", () => {
    expect(tried(past, () => ({ ...well, network: "some" }))).toEqual(kept);
    // A cell that went out amid it.
    expect(tried(past, (at) => ({ ...well, network: at < 10 ? "all" : "none" }))).toEqual(kept);
  });

  it("keeps a good system whose modems answered all, though never all at once", () => {
    const without = (at: number): TrialFacts => {
      const away = [(at / 5) % 32, (at / 5 + 1) % 32].map((n) => SLOTS[n]);
      return { ...well, slots: SLOTS.filter((slot) => !away.includes(slot)) };
    };
    expect(tried(past, without)).toMatchObject({ verdict: "keep", at: 70 });
  });

  it("goes back when a modem is never seen again, or none is", () => {
    const blind = (slots: readonly string[]) => tried(past, () => ({ ...well, slots }));
    expect(blind(SLOTS.slice(0, 31))).toEqual({ verdict: "give_up", at: LATE, waitsFor: ["32"] });
    expect(blind([])).toEqual({ verdict: "give_up", at: LATE, waitsFor: SLOTS });
  });

  it("goes back when most modems fall silent again", () => {
    const lost = (at: number): TrialFacts => (at < 20 ? well : { ...well, slots: SLOTS.slice(0, 15) });
    expect(tried(past, lost)).toMatchObject({ verdict: "give_up", at: LATE, waitsFor: SLOTS.slice(15) });
    const only = { ...past, slots: ["1"] };
    expect(tried(only, (at) => (at < 20 ? well : { ...well, slots: [] })).verdict).toBe("give_up");
  });

  it("goes back when no modem gets onto its network, where all were before, and only there", () => {
    const silent = (): TrialFacts => ({ ...well, network: "none" });
    expect(tried(past, silent)).toEqual({ verdict: "give_up", at: LATE, waitsFor: ["network"] });
    expect(tried({ ...past, network: false }, silent)).toEqual(kept);
  });

  it("goes back without its store or its relay, and never for what was away before", () => {
    expect(tried(past, () => ({ ...well, store: false }))).toMatchObject({ verdict: "give_up", waitsFor: ["store"] });
    expect(tried(past, () => ({ ...well, relay: false }))).toMatchObject({ verdict: "give_up", waitsFor: ["relay"] });
    const nothing = { slots: [], relay: false, network: false };
    expect(tried(nothing, () => ({ store: true, slots: [], relay: false, network: "none" }))).toEqual(kept);
  });
});

const slot = (over: Partial<TrialSlot> = {}): TrialSlot => ({
  ...{ id: "1", kind: "modem", state: "ready", step: "ready", problem: null, registration: "home" },
  ...over,
});
const problem = (code: string) => ({ code, message: "…" });

describe("what a trial sees of slots", () => {
  it.each([
    ["is ready", slot(), true],
    ["is asked beyond the first word", slot({ state: "starting", step: "sim" }), true],
    ["is asked again after a fault", slot({ state: "down", step: "network", problem: problem("modem.error") }), true],
    ["says that its SIM is missing", slot({ state: "down", step: "waiting", problem: problem("sim.missing") }), true],
    ["is looked for", slot({ state: "starting", step: "opening" }), false],
    ["has not said a word", slot({ state: "starting", step: "probe" }), false],
    ["is mute", slot({ state: "down", step: "waiting", problem: problem("modem.timeout") }), false],
    ["is not plugged in", slot({ state: "down", step: "opening", problem: problem("modem.no_such_port") }), false],
    ["is a phone that is silent", slot({ kind: "phone", state: "down", step: "silent" }), false],
    ["is a gateway that binds", slot({ kind: "smpp", state: "starting", step: "network" }), false],
    ["is a gateway that is bound", slot({ kind: "smpp", registration: null }), true],
  ])("one that %s", (_what, view, isThere) => {
    expect(slotFacts([view]).slots).toEqual(isThere ? ["1"] : []);
  });

  it("counts networks of the modems that tell, and of no others", () => {
    const off = slot({ id: "2", registration: "searching" });
    const mute = slot({ id: "3", registration: null });
    const locked = slot({ id: "4", state: "down", step: "waiting", problem: problem("sim.pin_required") });
    const away = slot({ id: "5", state: "down", step: "opening", problem: problem("modem.unplugged") });
    const gateway = slot({ id: "6", kind: "smpp", registration: null });
    const networkOf = (...views: readonly TrialSlot[]) => slotFacts(views).network;
    expect(networkOf(slot(), slot({ registration: "roaming_sms_only" }), mute, away, gateway)).toBe("all");
    expect(networkOf(slot(), off)).toBe("some");
    expect(networkOf(slot(), locked)).toBe("some");
    expect(networkOf(off, mute, gateway)).toBe("none");
    expect(networkOf(locked)).toBe("none");
    expect(networkOf()).toBe("none");
  });

  it("is the same of a real slot: its network goes, its SIM is locked, its modem is pulled out", async () => {
    const rig = new SlotRig();
    await rig.start();
    const { id } = rig.status;
    expect(slotFacts([rig.status])).toEqual({ slots: [id], network: "all" });
    rig.modem.radio.grant(2);
    await rig.pass(minutes(2));
    expect(slotFacts([rig.status])).toEqual({ slots: [id], network: "none" });
    rig.modem.unplug();
    await rig.until(() => rig.status.state === "down");
    expect(slotFacts([rig.status])).toEqual({ slots: [], network: "none" });
    await rig.stop();

    const locked = new SlotRig({ modem: { card: new SimCard({ number: "+15550100777", pin: "1234" }) } });
    locked.runner.start();
    await locked.until(() => locked.status.problem?.code === "sim.pin_required");
    for (let look = 0; look < 20; look++) {
      expect(slotFacts([locked.status]).slots).toEqual([id]);
      await locked.pass(seconds(5));
    }
    await locked.stop();
  });
});
