import { describe, expect, it } from "vitest";
import { hours, type Millis, millis, minutes, seconds } from "../../src/base/index.ts";
import {
  atFoot,
  climb,
  type FaultKind,
  faultKind,
  LADDER,
  RESET_BUDGET,
  type Recovery,
  resetsToday,
  type SlotEffect,
  type SlotFault,
  type SlotInput,
  type SlotState,
  STEADY,
  settle,
  slotInitial,
  stepSlot,
} from "../../src/core/index.ts";
import type { RecoveryRung } from "../../src/protocol/index.ts";

const ALL: readonly RecoveryRung[] = ["drain", "at", "cfun", "usb_reset", "power", "give_up"];
const MUTE: SlotFault = { code: "modem.timeout", message: "AT was not answered" };
const GONE: SlotFault = { code: "modem.unplugged", message: "the port went away" };

function climbing(count: number, rungs: readonly RecoveryRung[], pace: Millis = seconds(20)): string[] {
  let recovery: Recovery = atFoot;
  return Array.from({ length: count }, (_, i) => {
    recovery = climb(recovery, "modem", { now: millis(i * pace), rungs });
    return `${recovery.rung} ${recovery.attempts}`;
  });
}

describe("the ladder", () => {
  it("goes from asking to cutting the power, then gives up and looks now and then", () => {
    expect(climbing(8, ALL)).toEqual([
      "at 1",
      "at 2",
      "cfun 1",
      "usb_reset 1",
      "usb_reset 2",
      "power 1",
      "power 2",
      "give_up 1",
    ]);
  });

  it("passes over what a slot has no means for", () => {
    expect(climbing(5, ["drain", "at", "cfun", "give_up"])).toEqual([
      "at 1",
      "at 2",
      "cfun 1",
      "give_up 1",
      "give_up 2",
    ]);
    expect(climbing(5, ["at", "power"])).toEqual(["at 1", "at 2", "power 1", "power 2", "give_up 1"]);
  });

  it("is not climbed for a modem that is not there, nor for what needs a person", () => {
    const before: Recovery = { rung: "cfun", attempts: 1, since: seconds(1), resets: [seconds(1)] };
    for (const kind of ["absent", "person"] as const)
      expect(climb(before, kind, { now: seconds(9), rungs: ALL })).toEqual(before);
  });

  it("starts anew when a modem that was given up is pulled out", () => {
    const given: Recovery = { rung: "give_up", attempts: 7, since: seconds(1), resets: [seconds(5)] };
    expect(climb(given, "absent", { now: minutes(5), rungs: ALL })).toEqual({ ...atFoot, resets: [seconds(5)] });
  });

  it("is left only after the slot has been in service for long enough", () => {
    const recovery = climb(atFoot, "modem", { now: seconds(1), rungs: ALL });
    expect(settle(recovery, seconds(10), millis(seconds(10) + STEADY - 1))).toBe(recovery);
    expect(settle(recovery, seconds(10), millis(seconds(10) + STEADY)).rung).toBeNull();
  });

  it("never resets a modem more often than the day's budget, however long it fails", () => {
    let recovery: Recovery = atFoot;
    let resets = 0;
    for (let now = 0; now < hours(24); now += minutes(11)) {
      // In service for eleven minutes each time, so that every failure starts at the foot: the worst that a modem can do.
      for (let failure = 0; failure < 8; failure++) {
        const next = climb(recovery, "modem", { now: millis(now + failure), rungs: ALL });
        if (next.resets.length > recovery.resets.length) resets++;
        recovery = next;
      }
      recovery = settle(recovery, millis(now), millis(now + minutes(10)));
    }
    expect(resets).toBe(RESET_BUDGET);
    expect(resetsToday(recovery, hours(24))).toBe(RESET_BUDGET);
    expect(resetsToday(recovery, hours(49))).toBe(0);
  });

  it.each([
    ["modem.timeout", "modem"],
    ["modem.out_of_step", "modem"],
    ["sim.changed", "modem"],
    ["modem.no_such_port", "absent"],
    ["modem.unplugged", "absent"],
    ["sim.pin_wrong", "person"],
    ["sim.missing", "person"],
  ] satisfies readonly (readonly [string, FaultKind])[])("takes %s for a fault of kind %s", (code, kind) => {
    expect(faultKind(code)).toBe(kind);
  });

  it("has a rung for each step but the draining, which happens while the slot is ready", () => {
    expect(LADDER.map(({ rung }) => rung)).toEqual(ALL.slice(1));
  });
});

class Slot {
  state: SlotState = slotInitial;
  effects: SlotEffect[] = [];
  now: Millis = millis(0);
  readonly #rungs: readonly RecoveryRung[];

  constructor(rungs: readonly RecoveryRung[] = ALL) {
    this.#rungs = rungs;
    this.put({ type: "start" }, { type: "opened" });
  }

  put(...inputs: readonly SlotInput[]): readonly string[] {
    this.effects = [];
    for (const input of inputs) {
      const step = stepSlot(this.state, input, { now: this.now, rungs: this.#rungs });
      this.state = step.state;
      this.effects.push(...step.effects);
    }
    return this.effects.map((effect) => (effect.type === "report" ? `${effect.code} ${effect.reason}` : effect.type));
  }

  fail(fault: SlotFault = MUTE): readonly string[] {
    return this.put({ type: "failed", fault, fraction: 0 });
  }
}

describe("a slot on the ladder", () => {
  it("restarts the modem by command over the open port, lets it boot, and begins again", () => {
    const slot = new Slot();
    slot.fail();
    slot.put({ type: "timer" }, { type: "opened" });
    slot.fail();
    slot.put({ type: "timer" }, { type: "opened" });
    expect(slot.fail()).toEqual(["close", "arm_timer", "slot.recovering cfun"]);
    expect(slot.put({ type: "timer" })).toEqual(["open"]);
    expect(slot.put({ type: "opened" })).toEqual(["restart_modem"]);
    expect(slot.put({ type: "reset_done" })).toEqual(["close", "arm_timer"]);
    expect(slot.put({ type: "timer" }, { type: "opened" })).toEqual(["open", "run_step"]);
  });

  it("resets the device while the port is closed, and tells when it gives up", () => {
    const slot = new Slot(["at", "usb_reset"]);
    for (let i = 0; i < 2; i++) {
      slot.fail();
      slot.put({ type: "timer" }, { type: "opened" });
    }
    expect(slot.fail()).toEqual(["close", "arm_timer", "slot.recovering usb_reset"]);
    expect(slot.put({ type: "timer" })).toEqual(["reset_device"]);
    expect(slot.put({ type: "reset_done" })).toEqual(["open"]);
    slot.put({ type: "opened" });
    // Off the bus for a moment, as it should be: no step further.
    slot.fail(GONE);
    expect(slot.state.recovery).toMatchObject({ rung: "usb_reset", attempts: 1 });
    slot.put({ type: "timer" }, { type: "opened" });
    slot.fail();
    slot.put({ type: "timer" }, { type: "reset_done" }, { type: "opened" });
    expect(slot.fail()).toEqual(["close", "arm_timer", "slot.gave_up modem.timeout"]);
    slot.put({ type: "timer" }, { type: "opened" });
    expect(slot.fail()).toEqual(["close", "arm_timer"]);
  });

  it("does at once what a person asks for, and keeps its place otherwise", () => {
    const slot = new Slot();
    slot.fail();
    expect(slot.put({ type: "retry", reset: "power" })).toEqual(["close", "arm_timer", "slot.recovering power"]);
    expect(slot.effects.find((effect) => effect.type === "arm_timer")).toMatchObject({ delay: 0 });
    expect(slot.put({ type: "timer" })).toEqual(["reset_device"]);
    expect(slot.state.recovery).toMatchObject({ rung: "at", attempts: 1 });
  });
});
