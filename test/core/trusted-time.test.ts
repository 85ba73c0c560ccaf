import { describe, expect, it } from "vitest";
import { days, hours, millis, minutes, seconds, type UnixMs, unixMs } from "../../src/base/index.ts";
import {
  BELIEVED_ABSENCE,
  EARLIEST_TIME,
  observeTime,
  startTime,
  type TimeState,
  TOLERATED_STEP,
  TrustedTime,
  timeEvidence,
} from "../../src/core/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const NOW = unixMs(Date.UTC(2026, 5, 1));
const at = (offset: number): UnixMs => unixMs(NOW + offset);
const reading = (wall: number, mono = 0) => ({ wall: unixMs(wall), mono: millis(mono) });

describe("startTime", () => {
  it.each<[string, UnixMs | null, number, TimeState["confidence"], number]>([
    ["the first start with a set clock", null, NOW, "trusted", NOW],
    ["the first start in 1970", null, 0, "suspect", 0],
    ["the first start just before the product existed", null, EARLIEST_TIME - 1, "suspect", EARLIEST_TIME - 1],
    ["a short absence", at(-60_000), NOW, "trusted", NOW],
    ["a small step back", at(TOLERATED_STEP), NOW, "trusted", NOW],
    ["a larger step back", at(TOLERATED_STEP + 1), NOW, "suspect", at(TOLERATED_STEP + 1)],
    ["no clock battery", NOW, 0, "suspect", NOW],
    ["two days of absence", at(-BELIEVED_ABSENCE), NOW, "trusted", NOW],
    ["more than two days", at(-BELIEVED_ABSENCE - 1), NOW, "suspect", NOW],
    ["a leap of fifty years", at(-days(50 * 365)), NOW, "suspect", NOW],
  ])("after %s", (_name, persisted, wall, confidence, expected) => {
    expect(startTime(persisted, reading(wall, 5))).toEqual({ wall: expected, system: wall, mono: 5, confidence });
  });
});

describe("observeTime", () => {
  const state: TimeState = { ...reading(NOW), system: NOW, confidence: "trusted" };

  it.each([-TOLERATED_STEP, -1, 0, 1, TOLERATED_STEP])("adopts a step of %i ms silently", (step) => {
    const { state: next, jump } = observeTime(state, reading(NOW + 1000 + step, 1000));
    expect(next).toEqual({ wall: NOW + 1000 + step, system: NOW + 1000 + step, mono: 1000, confidence: "trusted" });
    expect(jump).toBe(0);
  });

  it.each([-days(20_000), -TOLERATED_STEP - 1, TOLERATED_STEP + 1, days(18_250)])(
    "does not believe a jump of %i ms",
    (step) => {
      const { state: next, jump } = observeTime(state, reading(NOW + 1000 + step, 1000));
      expect(next).toEqual({ wall: NOW + 1000, system: NOW + 1000 + step, mono: 1000, confidence: "suspect" });
      expect(jump).toBe(step);
    },
  );

  it("tells a jump once, and lets the wrong clock go on beside ours", () => {
    const jumped = observeTime(state, reading(0, 1000)).state;
    const later = observeTime(jumped, reading(5000, 6000));
    expect(later).toEqual({
      state: { wall: NOW + 6000, system: 5000, mono: 6000, confidence: "suspect" },
      jump: 0,
    });
  });

  it("stays trusted by evidence while the system clock stays wrong, and when it is set right", () => {
    const wrong = observeTime(state, reading(0, 1000)).state;
    const settled = timeEvidence(wrong, at(days(400)), millis(1000));
    const later = observeTime(settled, reading(5000, 6000));
    expect(later).toMatchObject({ jump: 0, state: { wall: at(days(400) + 5000), confidence: "trusted" } });
    const right = observeTime(later.state, reading(at(days(400) + 6100), 7000));
    expect(right).toMatchObject({ jump: 0, state: { wall: at(days(400) + 6100), confidence: "trusted" } });
  });

  it("is in doubt when a wrong clock jumps again", () => {
    const settled = timeEvidence(observeTime(state, reading(0, 1000)).state, NOW, millis(1000));
    expect(observeTime(settled, reading(days(9000), 2000))).toMatchObject({ state: { confidence: "suspect" } });
  });

  it("does not end a doubt by itself", () => {
    const doubtful = startTime(at(-days(10)), reading(NOW));
    expect(observeTime(doubtful, reading(NOW + 5000, 5000)).state.confidence).toBe("suspect");
  });
});

describe("timeEvidence", () => {
  it.each([
    ["ours", NOW, 0, at(30_000), NOW],
    ["the system's", NOW, at(days(365)), at(days(365) + 30_000), at(days(365))],
    ["neither", NOW, 0, at(days(30)), at(days(30))],
  ])("makes %s the right clock", (_name, wall, system, evidence, expected) => {
    const doubtful: TimeState = { wall, system: unixMs(system), mono: millis(0), confidence: "suspect" };
    const next = timeEvidence(doubtful, evidence, millis(10));
    expect(next.confidence).toBe("trusted");
    expect(next.wall).toBe(expected === evidence ? evidence : expected + 10);
  });
});

describe("TrustedTime", () => {
  it("goes on steadily while the system clock jumps to and fro", async () => {
    const clock = new VirtualClock(NOW);
    const time = new TrustedTime(clock, null);
    clock.jump(days(18_250));
    expect(time.now()).toBe(NOW);
    expect(time.observe()).toBe(days(18_250));
    expect(time.observe()).toBe(0);
    await clock.advance(minutes(10));
    expect(time.now()).toBe(NOW + minutes(10));
    clock.jump(millis(-days(30_000)));
    expect(time.observe()).not.toBe(0);
    expect(time.now()).toBe(NOW + minutes(10));
    expect(time.confidence).toBe("suspect");
  });

  it("takes evidence only in doubt", () => {
    const clock = new VirtualClock(NOW);
    const time = new TrustedTime(clock, null);
    time.evidence(at(days(3)));
    expect(time.now()).toBe(NOW);
    clock.jump(days(3));
    time.evidence(at(days(3) + 500));
    expect(time.now()).toBe(at(days(3)));
    expect(time.confidence).toBe("trusted");
  });

  it("tells a jump that evidence has settled meanwhile", () => {
    const clock = new VirtualClock(NOW);
    const time = new TrustedTime(clock, null);
    clock.jump(hours(5));
    time.evidence(at(hours(5)));
    expect(time.observe()).toBe(hours(5));
    expect(time.observe()).toBe(0);
  });

  it("gives whole milliseconds and loses none, however often it looks", () => {
    let mono = 0;
    const clock = { ...new VirtualClock(NOW), now: () => unixMs(0), monotonic: () => millis(mono) };
    const time = new TrustedTime({ ...clock, after: () => () => {}, sleep: () => Promise.resolve() }, NOW);
    time.evidence(NOW);
    for (let i = 0; i < 1000; i++) {
      mono += 0.7;
      // The system clock stands still in 1970: it is of no help.
      time.observe();
    }
    expect(time.now()).toBe(NOW + 700 - 1);
    mono += seconds(1);
    expect(Number.isInteger(time.now())).toBe(true);
  });
});
