import { describe, expect, it } from "vitest";
import { days, hours, millis, unixMs } from "../../src/base/index.ts";
import {
  isOver,
  lineState,
  type Rental,
  type RentalInput,
  type RentalState,
  restEnds,
  stepRental,
} from "../../src/core/index.ts";
import { at, sampleLine, sampleRental } from "../sim/store-samples.ts";

const policy = { afterDay: hours(24), afterLonger: days(30) };
const start = at(0);
const over = unixMs(start + days(7));
const active: Rental = sampleRental(1, { startsAt: start, expiresAt: over, rev: 3, credit: 5 });
const ended: Rental = { ...active, state: "ended", endedAt: unixMs(start + 5), rev: 4 };
const expired: Rental = { ...active, state: "expired", endedAt: over, rev: 4 };

describe("stepRental", () => {
  const before = unixMs(over - 1);
  const after = unixMs(over + 1);
  const inputs: Readonly<Record<string, RentalInput>> = {
    "tick before the end": { type: "tick", now: before, clockTrusted: true },
    "tick at the end": { type: "tick", now: over, clockTrusted: true },
    "tick after the end": { type: "tick", now: after, clockTrusted: true },
    "tick after the end by a clock in doubt": { type: "tick", now: after, clockTrusted: false },
    end: { type: "end", now: before },
    "end by a clock in doubt far in the past": { type: "end", now: unixMs(0) },
    credit: { type: "credit", credit: 9 },
    "no limit": { type: "credit", credit: null },
    reissue: { type: "reissue" },
  };
  /** What each input makes of an active rental; null for nothing. */
  const outcomes: Readonly<Record<string, readonly [Partial<Rental>, readonly string[]] | null>> = {
    "tick before the end": null,
    "tick at the end": [{ state: "expired", endedAt: over, rev: 4 }, ["publish", "rental.expired"]],
    "tick after the end": [{ state: "expired", endedAt: over, rev: 4 }, ["publish", "rental.expired"]],
    "tick after the end by a clock in doubt": null,
    end: [{ state: "ended", endedAt: before, rev: 4 }, ["publish", "rental.ended"]],
    "end by a clock in doubt far in the past": [
      { state: "ended", endedAt: unixMs(0), rev: 4 },
      ["publish", "rental.ended"],
    ],
    credit: [{ credit: 9, rev: 4 }, ["publish"]],
    "no limit": [{ credit: null, rev: 4 }, ["publish"]],
    reissue: [{ rev: 4 }, ["publish"]],
  };
  const states: Readonly<Record<RentalState, Rental>> = { active, ended, expired };

  for (const [state, rental] of Object.entries(states)) {
    it.each(Object.keys(inputs))(`${state}: %s`, (name) => {
      const input = inputs[name];
      if (input === undefined) throw new Error("no such input");
      const step = stepRental(rental, input);
      const outcome = state === "active" ? outcomes[name] : null;
      if (outcome === null || outcome === undefined) {
        expect(step).toEqual({ rental, effects: [] });
        return;
      }
      const [change, effects] = outcome;
      expect(step.rental).toEqual({ ...active, ...change });
      expect(step.effects.map((effect) => (effect.type === "report" ? effect.code : effect.type))).toEqual(effects);
    });
  }

  it("refuses an input that does not exist", () => {
    const odd: RentalInput = JSON.parse('{"type":"pause"}');
    expect(() => stepRental(active, odd)).toThrowError(expect.objectContaining({ code: "base.unreachable" }));
  });
});

describe("isOver", () => {
  it.each([
    [over - 1, true, false],
    [over, true, true],
    [over + days(900), true, true],
    [over + days(900), false, false],
  ])("at %i with a trusted clock: %s, is %s", (now, clockTrusted, expected) => {
    expect(isOver(active, { now: unixMs(now), clockTrusted })).toBe(expected);
  });
});

describe("restEnds", () => {
  it("rests briefly after a rental of up to a day, longer after a longer one", () => {
    const short = { ...ended, expiresAt: unixMs(start + days(1)) };
    expect(restEnds(short, policy)).toBe(start + 5 + policy.afterDay);
    expect(restEnds({ ...short, expiresAt: unixMs(start + days(1) + 1) }, policy)).toBe(start + 5 + policy.afterLonger);
  });

  it("counts from the end that was, not from the one that was agreed", () => {
    expect(restEnds(ended, policy)).toBe(start + 5 + policy.afterLonger);
    expect(restEnds(expired, policy)).toBe(over + policy.afterLonger);
    expect(restEnds(active, policy)).toBe(over + policy.afterLonger);
  });
});

describe("lineState", () => {
  const line = sampleLine(1);
  const state = (rentals: readonly Rental[], now: number, renter?: string) =>
    lineState(line, rentals, { now: unixMs(now), policy, ...(renter === undefined ? {} : { renter }) });
  const rested = start + 5 + policy.afterLonger;

  it("is free without rentals, and whatever other lines do", () => {
    expect(state([], 0)).toEqual({ kind: "free" });
    expect(state([sampleRental(2)], start)).toEqual({ kind: "free" });
  });

  it("is rented while a rental is active, also to its renter, and also after its time by a clock in doubt", () => {
    expect(state([ended, active], start)).toEqual({ kind: "rented", rental: active });
    expect(state([active], start, active.renter.verify)).toEqual({ kind: "rented", rental: active });
    expect(state([active], over + 1)).toEqual({ kind: "rented", rental: active });
  });

  it("rests after its last rental until the policy's time is over", () => {
    expect(state([ended], rested - 1)).toEqual({ kind: "resting", until: rested });
    expect(state([ended], rested)).toEqual({ kind: "free" });
    expect(state([expired, ended], over)).toEqual({ kind: "resting", until: over + policy.afterLonger });
  });

  it("is free at once for the last renter himself, and for nobody else", () => {
    expect(state([ended], start + 6, ended.renter.verify)).toEqual({ kind: "free" });
    expect(state([ended], start + 6, "another")).toEqual({ kind: "resting", until: rested });
  });

  it("rests for the last renter too when somebody else had it since", () => {
    const other = { ...sampleRental(2), lineId: line.id, state: "ended" as const, endedAt: unixMs(start + 9) };
    expect(state([ended, other], start + 10, ended.renter.verify).kind).toBe("resting");
  });

  it("never rests by a policy without rest", () => {
    const none = { afterDay: millis(0), afterLonger: millis(0) };
    expect(lineState(line, [ended], { now: unixMs(start + 5), policy: none })).toEqual({ kind: "free" });
  });
});
