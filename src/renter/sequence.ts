// What the order numbers of one rental say: a number that is left out is a message that did not arrive, one that comes twice is
// another message under the same number. Pure.

export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** Numbers 1 to `highest` have been seen, except those in `missing` (ascending, disjoint). */
export interface SeqState {
  readonly highest: number;
  readonly missing: readonly SeqRange[];
}

export const noSequence: SeqState = { highest: 0, missing: [] };

export type SeqVerdict =
  /** The next number. */
  | { readonly kind: "next" }
  /** The numbers before it, `from` to `to`, have not been seen. */
  | { readonly kind: "gap"; readonly from: number; readonly to: number }
  /** A missing number that came after all. */
  | { readonly kind: "late" }
  /** A number that was seen before. */
  | { readonly kind: "repeat" };

function without(missing: readonly SeqRange[], seq: number): readonly SeqRange[] {
  return missing.flatMap((range) => {
    if (seq < range.from || seq > range.to) return [range];
    const before = { from: range.from, to: seq - 1 };
    const after = { from: seq + 1, to: range.to };
    return [before, after].filter((part) => part.from <= part.to);
  });
}

/** Takes the next message's number, an integer of at least 1. */
export function nextSequence(state: SeqState, seq: number): { readonly state: SeqState; readonly verdict: SeqVerdict } {
  if (seq === state.highest + 1) return { state: { ...state, highest: seq }, verdict: { kind: "next" } };
  if (seq > state.highest) {
    const range = { from: state.highest + 1, to: seq - 1 };
    return { state: { highest: seq, missing: [...state.missing, range] }, verdict: { kind: "gap", ...range } };
  }
  if (!state.missing.some((range) => seq >= range.from && seq <= range.to))
    return { state, verdict: { kind: "repeat" } };
  return { state: { ...state, missing: without(state.missing, seq) }, verdict: { kind: "late" } };
}

/** Those numbers of `range` that are still missing. */
export function stillMissing(state: SeqState, range: SeqRange): readonly SeqRange[] {
  return state.missing
    .map((part) => ({ from: Math.max(part.from, range.from), to: Math.min(part.to, range.to) }))
    .filter((part) => part.from <= part.to);
}
