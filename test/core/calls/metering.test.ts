import { describe, expect, it } from "vitest";
import { microEmc, millis, minutes, seconds } from "../../../src/base/index.ts";
import {
  type MeterEffect,
  type MeterInput,
  type MeterState,
  type MeterTerms,
  meterRefusal,
  newMeter,
  stepMeter,
} from "../../../src/core/index.ts";

const TERMS: MeterTerms = {
  ...{ pricePerMinute: microEmc(10_000), includedMinutes: 0, credit: microEmc(1_000_000) },
  ...{ maxCall: minutes(120), minutesToday: null },
};
const START = 5_000_000;

/** Runs inputs and keeps what came out; times are seconds from the answer. */
class Rig {
  state: MeterState;
  readonly effects: MeterEffect[] = [];

  constructor(terms: Partial<MeterTerms> = {}) {
    this.state = newMeter({ ...TERMS, ...terms });
  }

  do(input: MeterInput): readonly MeterEffect[] {
    const step = stepMeter(this.state, input);
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }

  answered = (at = 0) => this.do({ type: "answered", at: millis(START + at * 1000) });
  tick = (at: number) => this.do({ type: "tick", at: millis(START + at * 1000) });
  ended = (at: number) => this.do({ type: "ended", at: millis(START + at * 1000) });
  credit = (at: number, credit: number) =>
    this.do({ type: "credit", at: millis(START + at * 1000), credit: microEmc(credit) });

  /** Follows every `wake` until the meter stops asking, or `until`. */
  run(until = 1e6): void {
    for (;;) {
      const wake = this.effects.findLast(({ type }) => type === "wake");
      if (this.state.kind !== "running" || wake?.type !== "wake" || wake.at > START + until * 1000) return;
      this.do({ type: "tick", at: wake.at });
    }
  }

  of = (type: MeterEffect["type"]) => this.effects.filter((effect) => effect.type === type);
  get reading() {
    return this.state.kind === "over" ? this.state.reading : null;
  }
}

describe("an answered call", () => {
  it.each([
    [0, 1],
    [0.001, 1],
    [59.999, 1],
    [60, 2],
    [60.001, 2],
    [119, 2],
    [3599, 60],
  ])("of %d s counts %d begun minutes", (length, count) => {
    const rig = new Rig();
    rig.answered();
    rig.run(length);
    rig.ended(length);
    expect(rig.reading).toEqual({
      duration: length * 1000,
      minutes: count,
      included: 0,
      cost: count * TERMS.pricePerMinute,
    });
    const sum = rig.of("charge").reduce((total, effect) => total + (effect.type === "charge" ? effect.cost : 0), 0);
    expect(sum).toBe(rig.reading?.cost);
    expect(rig.of("finished")).toHaveLength(1);
  });

  it("that nobody answered costs nothing", () => {
    const rig = new Rig();
    rig.tick(30);
    rig.ended(60);
    expect(rig.reading).toEqual({ duration: 0, minutes: 0, included: 0, cost: 0 });
    expect(rig.of("charge")).toEqual([]);
  });

  it("uses included minutes first", () => {
    const rig = new Rig({ includedMinutes: 2 });
    rig.answered();
    rig.run(150);
    rig.ended(150);
    expect(rig.reading).toMatchObject({ minutes: 3, included: 2, cost: 10_000 });
  });

  it("catches up with minutes that passed unseen, once", () => {
    const rig = new Rig();
    rig.answered();
    const [charge] = rig.tick(185);
    expect(charge).toMatchObject({ type: "charge", minutes: 3, cost: 30_000, reading: { minutes: 4, cost: 40_000 } });
    expect(rig.tick(185).filter(({ type }) => type === "charge")).toEqual([]);
  });
});

describe("the cut-off", () => {
  it("comes when the next minute cannot be paid, with warnings a minute and ten seconds before", () => {
    const rig = new Rig({ credit: microEmc(35_000) });
    rig.answered();
    rig.run();
    expect(
      rig.effects
        .filter(({ type }) => type !== "wake")
        .map((effect) => [effect.type, "seconds" in effect ? effect.seconds : 0]),
    ).toEqual([
      ["charge", 0],
      ["charge", 0],
      ["charge", 0],
      ["warn", 60],
      ["warn", 10],
      ["cut_off", 0],
      ["finished", 0],
    ]);
    expect(rig.state).toMatchObject({ cutOff: "no_credit", reading: { duration: 180_000, minutes: 3, cost: 30_000 } });
  });

  it.each([
    [{ maxCall: seconds(90) }, "max_call", 90, 2],
    [{ minutesToday: 2 }, "day_limit", 120, 2],
    [{ credit: microEmc(10_000) }, "no_credit", 60, 1],
    [{ credit: microEmc(0), includedMinutes: 3 }, "no_credit", 180, 3],
    [{ maxCall: minutes(2), credit: null }, "max_call", 120, 2],
  ] as const)("with %j is for %s after %d s", (terms, reason, length, count) => {
    const rig = new Rig(terms);
    rig.answered();
    rig.run();
    expect(rig.state).toMatchObject({ cutOff: reason, reading: { duration: length * 1000, minutes: count } });
    expect(rig.of("warn").length).toBeGreaterThan(0);
  });

  it("moves away when credit comes, and warns again before the new one", () => {
    const rig = new Rig({ credit: microEmc(20_000) });
    rig.answered();
    rig.run(115);
    expect(rig.of("warn")).toHaveLength(2);
    rig.credit(116, 10_000);
    rig.run();
    expect(rig.state).toMatchObject({ cutOff: "no_credit", reading: { duration: 180_000, minutes: 3 } });
    expect(rig.of("warn")).toEqual([60, 10, 60, 10].map((each) => ({ type: "warn", seconds: each })));
  });

  it("comes at once when credit is taken away, and never charges behind the end", () => {
    const rig = new Rig({ credit: microEmc(25_000) });
    rig.answered();
    rig.tick(9000);
    expect(rig.state).toMatchObject({ cutOff: "no_credit", reading: { duration: 120_000, minutes: 2, cost: 20_000 } });
    const other = new Rig();
    other.answered();
    other.tick(61);
    other.credit(70, 0);
    other.run();
    expect(other.state).toMatchObject({ cutOff: "no_credit", reading: { duration: 120_000, cost: 20_000 } });
  });

  it("is of no call that costs nothing, but for its length", () => {
    const rig = new Rig({ pricePerMinute: microEmc(0), credit: microEmc(0) });
    expect(meterRefusal({ ...TERMS, pricePerMinute: microEmc(0), credit: microEmc(0) })).toBeNull();
    rig.answered();
    rig.run();
    expect(rig.state).toMatchObject({ cutOff: "max_call", reading: { cost: 0, minutes: 120 } });
  });

  it.each([
    [{ credit: microEmc(9_999) }, "no_credit"],
    [{ credit: microEmc(-5) }, "no_credit"],
    [{ minutesToday: 0 }, "day_limit"],
    [{ credit: microEmc(0), includedMinutes: 1 }, null],
    [{ credit: null }, null],
  ] as const)("is known before a call with %j: %s", (terms, refusal) => {
    expect(meterRefusal({ ...TERMS, ...terms })).toBe(refusal);
  });
});

describe("a clock that jumps", () => {
  it("back repeats and lengthens nothing", () => {
    const rig = new Rig();
    rig.answered();
    rig.tick(125);
    for (const at of [-3600, 0, 59, 124]) expect(rig.tick(at).filter(({ type }) => type !== "wake")).toEqual([]);
    rig.ended(-3600);
    expect(rig.reading).toEqual({ duration: 125_000, minutes: 3, included: 0, cost: 30_000 });
  });

  it("ahead ends at the end that was paid for", () => {
    const rig = new Rig({ credit: microEmc(50_000) });
    rig.answered();
    rig.tick(1e7);
    expect(rig.reading).toMatchObject({ duration: 300_000, minutes: 5, cost: 50_000 });
  });
});

describe("each input in each state", () => {
  const inputs: readonly MeterInput[] = [
    { type: "answered", at: millis(START) },
    { type: "tick", at: millis(START + 1) },
    { type: "credit", at: millis(START + 2), credit: null },
    { type: "ended", at: millis(START + 3) },
  ];

  it("leaves what is over as it is", () => {
    const rig = new Rig();
    rig.answered();
    rig.ended(5);
    const before = rig.state;
    for (const input of inputs) expect(rig.do(input)).toEqual([]);
    expect(rig.state).toBe(before);
  });

  it("does not answer twice", () => {
    const rig = new Rig();
    rig.answered();
    expect(rig.answered(40)).toEqual([]);
    rig.ended(50);
    expect(rig.reading?.duration).toBe(50_000);
  });
});
