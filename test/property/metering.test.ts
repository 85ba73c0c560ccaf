import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MicroEmc, microEmc, millis } from "../../src/base/index.ts";
import { type MeterEffect, type MeterInput, type MeterTerms, newMeter, stepMeter } from "../../src/core/index.ts";

const START = 1_000_000;
const MINUTE = 60_000;

const terms: fc.Arbitrary<MeterTerms> = fc.record({
  pricePerMinute: fc.integer({ min: 0, max: 5000 }).map(microEmc),
  includedMinutes: fc.integer({ min: 0, max: 4 }),
  credit: fc.option(fc.integer({ min: -5000, max: 30_000 }).map(microEmc)),
  maxCall: fc.integer({ min: 1000, max: 20 * MINUTE }).map(millis),
  minutesToday: fc.option(fc.integer({ min: 0, max: 12 })),
});

/** Readings that stand still, creep, leap and go back. */
const at = fc.integer({ min: -5 * MINUTE, max: 25 * MINUTE }).map((offset) => millis(START + offset));
const input: fc.Arbitrary<MeterInput> = fc.oneof(
  { weight: 8, arbitrary: at.map((when) => ({ type: "tick", at: when }) as const) },
  { weight: 1, arbitrary: at.map((when) => ({ type: "answered", at: when }) as const) },
  { weight: 1, arbitrary: at.map((when) => ({ type: "ended", at: when }) as const) },
);

function run(from: MeterTerms, inputs: readonly MeterInput[]) {
  let state = newMeter(from);
  const effects: MeterEffect[] = [];
  for (const each of [{ type: "answered", at: millis(START) } as const, ...inputs]) {
    const step = stepMeter(state, each);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const isType = <T extends MeterEffect["type"]>(type: T) => {
  return (effect: MeterEffect): effect is Extract<MeterEffect, { type: T }> => effect.type === type;
};

/** What the terms pay for, in minutes. */
function payable({ pricePerMinute, includedMinutes, credit, minutesToday }: MeterTerms): number {
  const paid =
    pricePerMinute === 0 || credit === null
      ? Number.POSITIVE_INFINITY
      : includedMinutes + Math.max(0, Math.floor(credit / pricePerMinute));
  return Math.min(paid, minutesToday ?? Number.POSITIVE_INFINITY);
}

describe("a meter, whatever readings come", () => {
  it("charges each begun minute once, and never more than there was", () => {
    fc.assert(
      fc.property(terms, fc.array(input, { maxLength: 30 }), (from, inputs) => {
        const { state, effects } = run(from, inputs);
        const charges = effects.filter(isType("charge"));
        const last = charges.at(-1)?.reading;
        const sum = charges.reduce((total, { cost }) => total + cost, 0);
        expect(sum).toBe(last?.cost ?? 0);
        expect(charges.reduce((total, { minutes }) => total + minutes, 0)).toBe(last?.minutes ?? 0);
        expect(last?.minutes ?? 0).toBeLessThanOrEqual(payable(from));
        if (from.credit !== null) expect(sum).toBeLessThanOrEqual(Math.max(0, from.credit));
        if (state.kind !== "over") return;
        const { duration, minutes, included, cost } = state.reading;
        expect(cost).toBe((minutes - included) * from.pricePerMinute);
        expect(duration).toBeLessThanOrEqual(from.maxCall);
        expect(duration).toBeLessThanOrEqual(minutes * MINUTE);
        if (minutes > 0 && state.cutOff === null) expect(minutes).toBe(Math.floor(duration / MINUTE) + 1);
        expect(effects.filter(isType("finished"))).toHaveLength(1);
        expect(effects.filter(isType("cut_off")).length).toBe(state.cutOff === null ? 0 : 1);
      }),
      { numRuns: 3000 },
    );
  });

  it("costs the same however often it is looked at", () => {
    const times = fc.array(fc.integer({ min: 0, max: 15 * MINUTE }), { maxLength: 20 });
    fc.assert(
      fc.property(terms, times, fc.integer({ min: 0, max: 15 * MINUTE }), (from, looks, length) => {
        const ended = { type: "ended", at: millis(START + length) } as const;
        const ticks = looks
          .filter((look) => look <= length)
          .sort((a, b) => a - b)
          .map((look) => ({ type: "tick", at: millis(START + look) }) as const);
        expect(run(from, [...ticks, ended]).state).toEqual(run(from, [ended]).state);
      }),
      { numRuns: 2000 },
    );
  });

  it("asks to be woken at a later reading for as long as it runs", () => {
    fc.assert(
      fc.property(terms, (from) => {
        let state = newMeter(from);
        let step = stepMeter(state, { type: "answered", at: millis(START) });
        for (let woken = 0; step.state.kind === "running"; woken++) {
          state = step.state;
          const wake = step.effects.findLast(isType("wake"));
          expect(wake?.at).toBeGreaterThan(state.kind === "running" ? state.lastAt : 0);
          expect(woken).toBeLessThan(60);
          step = stepMeter(state, { type: "tick", at: wake?.at ?? millis(0) });
        }
        const credit: MicroEmc | null = from.credit;
        expect(step.state.kind).toBe("over");
        if (credit === null && from.minutesToday === null) expect(step.state).toMatchObject({ cutOff: "max_call" });
      }),
      { numRuns: 1000 },
    );
  });
});
