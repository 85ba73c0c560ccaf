import { describe, expect, it } from "vitest";
import { hours, type Millis, millis, minutes, seconds, slotId, unixMs } from "../../../src/base/index.ts";
import { type HealthReading, initialHealth, type ProbedSlot, stepHealth } from "../../../src/core/index.ts";

const START = 1_800_000_000_000;
const slot = (id: string, step: ProbedSlot["step"], since: Millis, nextAt: Millis | null = null): ProbedSlot => ({
  id: slotId(id),
  state: step === "ready" ? "ready" : "down",
  step,
  since: unixMs(START + since),
  recovery: { nextAt: nextAt === null ? null : unixMs(START + nextAt) },
});
const reading = (moment: Millis, slots: HealthReading["slots"], more: Partial<HealthReading> = {}): HealthReading => ({
  ...{ moment, now: unixMs(START + moment), lag: millis(0), writeSince: null, writeFailed: null, slots },
  ...more,
});
const run = (...readings: readonly HealthReading[]) => {
  let state = initialHealth;
  let health = { healthy: true, status: "" };
  for (const each of readings) ({ state, health } = stepHealth(state, each));
  return health;
};

describe("the health of a box", () => {
  it("is good with slots that are ready, and says how many are", () => {
    const slots = [slot("1", "ready", millis(0)), slot("2", "waiting", millis(0), minutes(1))];
    expect(run(reading(seconds(20), slots))).toEqual({ healthy: true, status: "1 of 2 slots ready" });
  });

  it("is good while a slot that was never ready fails for hours: a start would change nothing", () => {
    const slots = [slot("1", "opening", millis(0))];
    expect(run(reading(seconds(20), slots), reading(hours(3), slots)).healthy).toBe(true);
  });

  it("is bad when a slot that was ready has stopped turning in the middle of a step", () => {
    const before = reading(seconds(20), [slot("1", "ready", millis(0))]);
    const stuck = [slot("1", "resetting", minutes(1))];
    expect(run(before, reading(minutes(15), stuck)).healthy).toBe(true);
    expect(run(before, reading(minutes(17), stuck))).toEqual({ healthy: false, status: "slot 1 hangs (resetting)" });
  });

  it("is bad when the timer of a waiting slot never rings", () => {
    const before = reading(seconds(20), [slot("1", "ready", millis(0))]);
    const overdue = [slot("1", "waiting", minutes(1), minutes(2))];
    expect(run(before, reading(minutes(4), overdue)).healthy).toBe(true);
    expect(run(before, reading(minutes(6), overdue)).healthy).toBe(false);
  });

  it("is bad when a write does not end, and good when it fails: a start mends the one and not the other", () => {
    expect(run(reading(minutes(5), [], { writeSince: minutes(3) }))).toEqual({
      healthy: false,
      status: "a write to the disk hangs",
    });
    expect(run(reading(minutes(5), [], { writeFailed: "store.full" }))).toEqual({
      healthy: true,
      status: "running; cannot write (store.full)",
    });
  });

  it.each(["store.read_only", "store.io"])(
    "is bad when the disk takes nothing for ten minutes (%s), and good again with the first write",
    (writeFailed) => {
      const failing = (moment: Millis) => reading(moment, [], { writeFailed });
      expect(run(failing(minutes(1)), failing(minutes(11))).healthy).toBe(true);
      expect(run(failing(minutes(1)), failing(minutes(12)))).toEqual({
        healthy: false,
        status: `the disk takes nothing (${writeFailed})`,
      });
      expect(run(failing(minutes(1)), reading(minutes(6), []), failing(minutes(12))).healthy).toBe(true);
    },
  );

  it("tells of an event loop that was held up", () => {
    expect(run(reading(minutes(5), [], { lag: seconds(7) })).status).toBe("running; busy for 7 s");
  });

  it("is good for half an hour without a box, which starts, and bad after that", () => {
    expect(run(reading(minutes(1), null), reading(minutes(30), null))).toEqual({ healthy: true, status: "starting" });
    expect(run(reading(minutes(1), null), reading(minutes(31), null)).healthy).toBe(false);
    expect(run(reading(minutes(1), null), reading(minutes(20), []), reading(minutes(40), null)).healthy).toBe(true);
  });
});
