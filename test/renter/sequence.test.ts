import { describe, expect, it } from "vitest";
import { nextSequence, noSequence, type SeqState, stillMissing } from "../../src/renter/sequence.ts";

function taking(...seqs: readonly number[]): { state: SeqState; last: ReturnType<typeof nextSequence>["verdict"] } {
  let state = noSequence;
  let last: ReturnType<typeof nextSequence>["verdict"] = { kind: "next" };
  for (const seq of seqs) ({ state, verdict: last } = nextSequence(state, seq));
  return { state, last };
}

describe("nextSequence", () => {
  it("finds nothing amiss in 1, 2, 3", () => {
    expect(taking(1, 2, 3)).toEqual({ state: { highest: 3, missing: [] }, last: { kind: "next" } });
  });

  it("names the numbers that were left out", () => {
    expect(taking(1, 5).last).toEqual({ kind: "gap", from: 2, to: 4 });
  });

  it("counts from 1: a first message 3 leaves out 1 and 2", () => {
    expect(taking(3).last).toEqual({ kind: "gap", from: 1, to: 2 });
  });

  it("takes a missing number that comes late, and keeps the rest of the gap", () => {
    const { state, last } = taking(1, 6, 4);
    expect(last).toEqual({ kind: "late" });
    expect(state).toEqual({
      highest: 6,
      missing: [
        { from: 2, to: 3 },
        { from: 5, to: 5 },
      ],
    });
  });

  it("reports a number that was seen, also one that came late", () => {
    expect(taking(1, 2, 2).last).toEqual({ kind: "repeat" });
    expect(taking(1, 3, 2, 2).last).toEqual({ kind: "repeat" });
  });
});

describe("stillMissing", () => {
  it("gives what is left of a gap that was partly filled", () => {
    expect(stillMissing(taking(1, 6, 4).state, { from: 2, to: 5 })).toEqual([
      { from: 2, to: 3 },
      { from: 5, to: 5 },
    ]);
  });

  it("leaves out other gaps", () => {
    expect(stillMissing(taking(3, 6).state, { from: 4, to: 5 })).toEqual([{ from: 4, to: 5 }]);
  });
});
