// The choice of a gateway's door under every sequence of what may happen to doors.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Millis, millis } from "../../src/base/index.ts";
import {
  type DoorInput,
  type DoorsState,
  DWELL,
  doorsStart,
  doorsToMeasure,
  doorsToTry,
  MEASURE_EVERY,
  nextMeasuring,
  stepDoors,
} from "../../src/core/index.ts";

const MOST = 4;
const latency = fc.integer({ min: 0, max: 20_000 });
const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });
const event = fc.record({
  door: fc.nat(MOST - 1),
  gap: fc.oneof(fc.nat(500), fc.nat(200_000)),
  happens: fc.oneof(
    latency.map((took) => ({ type: "measured" as const, took: millis(took) })),
    fc.constant({ type: "answered" as const }),
    fraction.map((share) => ({ type: "failed" as const, fraction: share })),
  ),
});
const life = fc.tuple(fc.integer({ min: 1, max: MOST }), fc.array(event, { maxLength: 80 }));

interface Step {
  readonly before: DoorsState;
  readonly input: DoorInput;
  readonly after: DoorsState;
}

function live([count, events]: [number, readonly (typeof event extends fc.Arbitrary<infer T> ? T : never)[]]): Step[] {
  let state = doorsStart(count);
  let now = 0;
  return events.map(({ door, gap, happens }) => {
    now += gap;
    const before = state;
    const input: DoorInput = { ...happens, door: door % count, now: millis(now) };
    state = stepDoors(before, input);
    return { before, input, after: state };
  });
}

const isWell = ({ doors }: DoorsState, at: number): boolean => doors[at]?.failures === 0;
const anyWell = (state: DoorsState): boolean => state.doors.some(({ failures }) => failures === 0);

/** One round of measuring, each door answering in its time (null: not at all), when the next is due. */
function round(state: DoorsState, times: readonly (number | null)[], from: Millis): { state: DoorsState; now: Millis } {
  const now = millis(Math.max(from, nextMeasuring(state)));
  const after = doorsToMeasure(state, now).reduce((before, door) => {
    const took = times[door] ?? null;
    const happens =
      took === null ? { type: "failed" as const, fraction: 0.5 } : { type: "measured" as const, took: millis(took) };
    return stepDoors(before, { ...happens, door, now });
  }, state);
  return { state: after, now };
}

/** The doors chosen in turn, without repetitions, over `rounds`. */
function settle(start: DoorsState, rounds: number, timesAt: (at: number) => readonly (number | null)[]) {
  let [state, now] = [start, millis(0)];
  const chosen = [state.chosen];
  for (let at = 0; at < rounds; at++) {
    ({ state, now } = round(state, timesAt(at), now));
    if (chosen.at(-1) !== state.chosen) chosen.push(state.chosen);
  }
  return { state, chosen, now };
}

describe("the chosen door", () => {
  it("is one that is well wherever one is, and no other is tried first", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        for (const { after } of live(drawn)) {
          expect(isWell(after, after.chosen)).toBe(anyWell(after));
          const order = doorsToTry(after);
          expect(order[0]).toBe(after.chosen);
          expect(order.toSorted()).toEqual([...after.doors.keys()]);
          const ill = order.slice(1).map((at) => !isWell(after, at));
          expect(ill).toEqual(ill.toSorted((a, b) => Number(a) - Number(b)));
        }
      }),
    );
  });

  it("is left while it works only after the dwelling time, and only for one that has held since it failed", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        for (const { before, after, input } of live(drawn)) {
          if (after.chosen === before.chosen || !isWell(after, before.chosen)) continue;
          if (before.movedAt !== null) expect(input.now - before.movedAt).toBeGreaterThanOrEqual(DWELL);
          expect(after.doors[after.chosen]?.proven).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });

  it("comes to rest while doors answer in unchanging times, whatever came before", () => {
    fc.assert(
      fc.property(life, fc.array(latency, { minLength: MOST, maxLength: MOST }), (drawn, times) => {
        const start = live(drawn).at(-1)?.after ?? doorsStart(drawn[0]);
        const far = settle({ ...start, movedAt: null }, 400, () => times);
        const again = settle(far.state, 50, () => times);
        expect(again.chosen).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it("does not flap between doors whose times swing by a twentieth", () => {
    const swings = fc.array(
      fc.array(fc.double({ min: 0.95, max: 1.05, noNaN: true }), { minLength: 2, maxLength: 2 }),
      {
        minLength: 100,
        maxLength: 100,
      },
    );
    fc.assert(
      fc.property(fc.array(latency, { minLength: 2, maxLength: 2 }), swings, (times, swing) => {
        const timesAt = (at: number) => times.map((time, door) => time * (swing[at]?.[door] ?? 1));
        expect(settle(doorsStart(2), 100, timesAt).chosen.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 100 },
    );
  });

  it("is the first of those that are about as near", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(1), (time, failing) => {
        const alike = [time, time * 0.95, time * 1.05];
        const gone = settle(doorsStart(3), 8, () => alike.map((each, at) => (at <= failing ? null : each)));
        expect(gone.state.chosen).toBe(failing + 1);
        // And the first again once it answers.
        expect(settle(gone.state, 400, () => alike).state.chosen).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("is the nearer one where another is much farther, wherever it stands in the order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 500 }), (near, time) => {
        const times = [0, 1, 2].map((at) => (at === near ? time : time * 3 + 200));
        expect(settle(doorsStart(3), 20, () => times).state.chosen).toBe(near);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a door that failed", () => {
  it("is asked again ever more seldom, never later than after five minutes, and the traffic adds nothing to that", () => {
    fc.assert(
      fc.property(fraction, fc.integer({ min: 1, max: 30 }), (share, times) => {
        let [state, now] = [doorsStart(2), millis(0)];
        const waits: number[] = [];
        for (let at = 0; at < times; at++) {
          state = stepDoors(state, { type: "failed", door: 0, now, fraction: share });
          const until = state.doors[0]?.notBefore ?? now;
          const meanwhile = millis((now + until) / 2);
          expect(stepDoors(state, { type: "failed", door: 0, now: meanwhile, fraction: share })).toEqual(state);
          waits.push(until - now);
          now = until;
        }
        expect(waits).toEqual(waits.toSorted((a, b) => a - b));
        expect(Math.max(...waits)).toBeLessThanOrEqual(300_000);
      }),
    );
  });

  it("is measured when its time has come, as one that is well is each minute; a single one never", () => {
    fc.assert(
      fc.property(life, (drawn) => {
        for (const { after, input } of live(drawn)) {
          const due = nextMeasuring(after);
          const asked = doorsToMeasure(after, due);
          if (after.doors.length === 1) expect(asked).toEqual([]);
          else expect(asked.length).toBeGreaterThan(0);
          expect(doorsToMeasure(after, millis(due - 1))).toEqual([]);
          if (input.type === "measured") {
            expect(after.doors[input.door]?.notBefore).toBe(input.now + MEASURE_EVERY);
          }
        }
      }),
    );
  });
});
