// Whether a new system is kept. Pure: what was so before must be so again, and stay so for a while; what takes too long is given up.

import { type Millis, minutes, seconds } from "../../base/index.ts";
import type { UpdatePending } from "../../protocol/index.ts";

export interface TrialFacts {
  /** The store takes writes. */
  readonly store: boolean;
  /** Slots that work. */
  readonly slots: readonly string[];
  readonly relay: boolean;
}

/** Of a box that does not answer. */
export const nothingWorks: TrialFacts = { store: false, slots: [], relay: false };

/** So long all has to be well. */
const STEADY = seconds(60);
/** A modem's bring-up with all rungs of its ladder takes less. */
export const TRIAL_LIMIT = minutes(10);

export interface TrialState {
  /** Since when all is well, on the monotonic clock; null while it is not. */
  readonly wellSince: Millis | null;
}

export const trialStart: TrialState = { wellSince: null };

export interface TrialInput {
  readonly facts: TrialFacts;
  readonly now: Millis;
  readonly startedAt: Millis;
}

export interface TrialStep {
  readonly state: TrialState;
  readonly verdict: "wait" | "keep" | "give_up";
  /** `store`, `relay`, or the name of a slot. */
  readonly waitsFor: readonly string[];
}

/** What was so before and is not yet so again. */
export function missing(pending: Pick<UpdatePending, "slots" | "relay">, facts: TrialFacts): readonly string[] {
  return [
    ...(facts.store ? [] : ["store"]),
    ...(pending.relay && !facts.relay ? ["relay"] : []),
    ...pending.slots.filter((slot) => !facts.slots.includes(slot)),
  ];
}

export function stepTrial(
  state: TrialState,
  pending: Pick<UpdatePending, "slots" | "relay">,
  { facts, now, startedAt }: TrialInput,
): TrialStep {
  const waitsFor = missing(pending, facts);
  const isLate = now - startedAt >= TRIAL_LIMIT;
  if (waitsFor.length > 0) return { state: trialStart, verdict: isLate ? "give_up" : "wait", waitsFor };
  const wellSince = state.wellSince ?? now;
  return { state: { wellSince }, verdict: now - wellSince >= STEADY ? "keep" : "wait", waitsFor };
}

/**
 * What a start means for an update that was begun before it. What runs on trial is judged whatever it calls itself: an installer that was
 * not the box's own may have put another version there, and a trial that nobody watches ends in going back.
 */
export type Outcome = "none" | "trying" | "confirmed" | "rolled_back";

export function outcomeOf(
  pending: UpdatePending | null,
  now: { readonly version: string; readonly trying: boolean },
): Outcome {
  if (pending === null) return "none";
  if (now.trying) return "trying";
  return now.version === pending.version ? "confirmed" : "rolled_back";
}
