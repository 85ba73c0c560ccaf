// Whether a new system is kept. Pure: what was there before must be there again; what takes too long is given up.
//
// Where the line is drawn. A system may break what it does itself: its store, its drivers, its words to the modems. So every modem that
// answered before has to answer again, if only once and not all at the same moment: with many of them one is always amid a restart of its
// own. For one that was never seen in all the time it goes back, be that the driver's fault or the modem's own: nobody can tell, and the
// old system is no worse. What the air does is not the system's doing: a SIM that lost its network, or a cell that is out for some, undoes
// nothing. Only when every modem was on its network before and not one gets there again, the system is blamed: a radio that is left off or
// a PIN that is not found any more look like that. An outage of all networks in just these minutes does, too; it costs going back once.

import { type Millis, minutes, seconds } from "../../base/index.ts";
import type { UpdatePending } from "../../protocol/index.ts";

export interface TrialFacts {
  /** The store takes writes. */
  readonly store: boolean;
  /** Slots whose modem answers; phones and gateways that are ready. */
  readonly slots: readonly string[];
  readonly relay: boolean;
  /** How many of the modems that answer and tell are on their networks. */
  readonly network: "all" | "some" | "none";
}

/** Of a box that does not answer. */
export const nothingWorks: TrialFacts = { store: false, slots: [], relay: false, network: "none" };

/** So long all has to be well. */
const STEADY = seconds(60);
/** A modem's bring-up with all rungs of its ladder takes less. */
export const TRIAL_LIMIT = minutes(10);

export interface TrialState {
  /** Since when all is well, on the monotonic clock; null while it is not. */
  readonly wellSince: Millis | null;
  /** Slots that have answered in this trial. */
  readonly seen: readonly string[];
  /** A modem has been on its network in this trial. */
  readonly network: boolean;
}

export const trialStart: TrialState = { wellSince: null, seen: [], network: false };

/** What the trial knows of the system before. */
export type TrialPast = Pick<UpdatePending, "slots" | "relay" | "network">;

export interface TrialInput {
  readonly facts: TrialFacts;
  readonly now: Millis;
  readonly startedAt: Millis;
}

export interface TrialStep {
  readonly state: TrialState;
  readonly verdict: "wait" | "keep" | "give_up";
  /** `store`, `relay`, `network`, or the name of a slot. */
  readonly waitsFor: readonly string[];
}

/** Slots that have to be waited for: never seen, or silent while most are, for a system that loses its modems again is no good one. */
function silent(past: TrialPast, facts: TrialFacts, seen: readonly string[]): readonly string[] {
  const away = past.slots.filter((slot) => !facts.slots.includes(slot));
  return 2 * away.length > past.slots.length ? away : away.filter((slot) => !seen.includes(slot));
}

/** What was there before and is not yet there again. */
function missing(past: TrialPast, facts: TrialFacts, { seen, network }: TrialState): readonly string[] {
  return [
    ...(facts.store ? [] : ["store"]),
    ...(past.relay && !facts.relay ? ["relay"] : []),
    ...(past.network && !network ? ["network"] : []),
    ...silent(past, facts, seen),
  ];
}

export function stepTrial(before: TrialState, past: TrialPast, { facts, now, startedAt }: TrialInput): TrialStep {
  const seen = [...new Set([...before.seen, ...facts.slots])];
  const state: TrialState = { wellSince: null, seen, network: before.network || facts.network !== "none" };
  const waitsFor = missing(past, facts, state);
  const isLate = now - startedAt >= TRIAL_LIMIT;
  if (waitsFor.length > 0) return { state, verdict: isLate ? "give_up" : "wait", waitsFor };
  const wellSince = before.wellSince ?? now;
  return { state: { ...state, wellSince }, verdict: now - wellSince >= STEADY ? "keep" : "wait", waitsFor };
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
