// What a call costs, while it lasts. Pure.
//
// The rule: time counts from the ACK of the phone that is paid for, and each minute that has begun counts whole; an answered call is one
// minute at least. A minute is charged as it begins, so that a call never costs more than there was: when the next minute cannot be paid
// the call is cut off, after warnings a minute and ten seconds before. Included minutes go first. All times are readings of one
// monotonic clock; a reading before the last one counts as the last, so that no jump lengthens or repeats anything.

import { assertNever, type MicroEmc, type Millis, microEmc, millis, minutes, seconds } from "../../base/index.ts";
import type { EndCause } from "./ports-voice.ts";

export interface MeterTerms {
  /** Micro-EMC for each begun minute behind the included ones; 0 for a call that costs nothing. */
  readonly pricePerMinute: MicroEmc;
  /** Whole minutes of the rental that are left and cost nothing. */
  readonly includedMinutes: number;
  /** What is left to spend; null for no limit. */
  readonly credit: MicroEmc | null;
  /** Longest call. */
  readonly maxCall: Millis;
  /** Whole minutes that the day still has for this rental; null for no limit. */
  readonly minutesToday: number | null;
}

/** Why a call may not go on. */
export type CutOffReason = Extract<EndCause, "no_credit" | "max_call" | "day_limit">;

/** What has been charged so far. */
export interface MeterReading {
  /** From `answered`, whole ms. */
  readonly duration: Millis;
  /** Begun minutes. */
  readonly minutes: number;
  /** Of them included ones. */
  readonly included: number;
  readonly cost: MicroEmc;
}

interface Running {
  readonly kind: "running";
  readonly terms: MeterTerms;
  readonly startedAt: Millis;
  readonly lastAt: Millis;
  readonly minutes: number;
  readonly included: number;
  readonly cost: MicroEmc;
  /** Seconds of the last warning; 0 for none. */
  readonly warned: 0 | 60 | 10;
}

export type MeterState =
  | { readonly kind: "waiting"; readonly terms: MeterTerms }
  | Running
  | { readonly kind: "over"; readonly reading: MeterReading; readonly cutOff: CutOffReason | null };

export type MeterInput =
  /** The phone said ACK, or answered a call from outside. */
  | { readonly type: "answered"; readonly at: Millis }
  /** Time has passed; at least when `wake` said. */
  | { readonly type: "tick"; readonly at: Millis }
  /** What is left to spend has changed otherwise than by this call, such as by a payment. */
  | { readonly type: "credit"; readonly at: Millis; readonly credit: MicroEmc | null }
  | { readonly type: "ended"; readonly at: Millis };

export type MeterEffect =
  /** More minutes have begun: book `cost` and keep `reading` durably. */
  | { readonly type: "charge"; readonly minutes: number; readonly cost: MicroEmc; readonly reading: MeterReading }
  | { readonly type: "warn"; readonly seconds: 60 | 10 }
  | { readonly type: "cut_off"; readonly reason: CutOffReason }
  /** The next reading at which something happens; takes the place of the one before. */
  | { readonly type: "wake"; readonly at: Millis }
  | { readonly type: "finished"; readonly reading: MeterReading };

export interface MeterStep {
  readonly state: MeterState;
  readonly effects: readonly MeterEffect[];
}

const MINUTE = minutes(1);
const WARNINGS = [60, 10] as const;
const NOTHING: MeterReading = { duration: millis(0), minutes: 0, included: 0, cost: microEmc(0) };

/** The state before the answer. */
export function newMeter(terms: MeterTerms): MeterState {
  return { kind: "waiting", terms };
}

/** Minutes that can still begin, and what limits them; `Infinity` where nothing does. */
function affordable(terms: MeterTerms): { readonly minutes: number; readonly reason: CutOffReason } {
  const { pricePerMinute: price, includedMinutes, credit, minutesToday } = terms;
  const free = price === 0 || credit === null;
  const paid = free ? Number.POSITIVE_INFINITY : includedMinutes + Math.max(0, Math.floor(credit / price));
  const today = minutesToday ?? Number.POSITIVE_INFINITY;
  return today < paid ? { minutes: today, reason: "day_limit" } : { minutes: paid, reason: "no_credit" };
}

/** Why a call must not even begin; null when it may. */
export function meterRefusal(terms: MeterTerms): CutOffReason | null {
  const { minutes: left, reason } = affordable(terms);
  return left >= 1 ? null : reason;
}

interface End {
  readonly at: Millis;
  readonly reason: CutOffReason;
}

function endOf({ terms, startedAt, minutes: begun }: Running): End {
  const { minutes: left, reason } = affordable(terms);
  const paidUntil = millis(startedAt + (begun + left) * MINUTE);
  const longest = millis(startedAt + terms.maxCall);
  return longest < paidUntil ? { at: longest, reason: "max_call" } : { at: paidUntil, reason };
}

function readingOf(state: Running, until: Millis): MeterReading {
  const { startedAt, minutes: begun, included, cost } = state;
  return { duration: millis(Math.round(until - startedAt)), minutes: begun, included, cost };
}

/** Begins all minutes up to `at` that can be paid. */
function charged(state: Running, at: Millis): { readonly state: Running; readonly effects: readonly MeterEffect[] } {
  const { terms, startedAt, minutes: begun } = state;
  const wanted = Math.floor((at - startedAt) / MINUTE) + 1 - begun;
  const more = Math.min(wanted, affordable(terms).minutes);
  if (more <= 0) return { state: { ...state, lastAt: at }, effects: [] };
  const free = Math.min(more, terms.includedMinutes);
  const cost = microEmc((more - free) * terms.pricePerMinute);
  const next: Running = {
    ...state,
    ...{ lastAt: at, minutes: begun + more, included: state.included + free, cost: microEmc(state.cost + cost) },
    terms: {
      ...terms,
      includedMinutes: terms.includedMinutes - free,
      credit: terms.credit === null ? null : microEmc(terms.credit - cost),
      minutesToday: terms.minutesToday === null ? null : terms.minutesToday - more,
    },
  };
  return { state: next, effects: [{ type: "charge", minutes: more, cost, reading: readingOf(next, at) }] };
}

function over(state: Running, at: Millis, cutOff: CutOffReason | null): MeterStep {
  const reading = readingOf(state, at);
  const cut: readonly MeterEffect[] = cutOff === null ? [] : [{ type: "cut_off", reason: cutOff }];
  return { state: { kind: "over", reading, cutOff }, effects: [...cut, { type: "finished", reading }] };
}

/** The warning that is due `left` before the end; of two that were missed the nearer one. */
function warningAt(left: number): 0 | 60 | 10 {
  if (left > seconds(60)) return 0;
  return left > seconds(10) ? 60 : 10;
}

function advanced(state: Running, to: Millis): MeterStep {
  const at = millis(Math.max(state.lastAt, to));
  const planned = endOf(state);
  // Minutes that would have begun behind the end have not.
  const cut = at >= planned.at;
  const paid = charged(state, cut ? millis(Math.max(state.lastAt, planned.at - 1)) : at);
  if (cut) {
    const last = over(paid.state, millis(Math.max(state.lastAt, planned.at)), planned.reason);
    return { state: last.state, effects: [...paid.effects, ...last.effects] };
  }
  const due = warningAt(planned.at - at);
  const warns = due !== 0 && due !== state.warned;
  const next: Running = { ...paid.state, warned: due };
  const wake: MeterEffect = { type: "wake", at: nextWake(next, planned.at) };
  const warning: readonly MeterEffect[] = warns ? [{ type: "warn", seconds: due }] : [];
  return { state: next, effects: [...paid.effects, ...warning, wake] };
}

function nextWake({ startedAt, minutes: begun, lastAt }: Running, end: number): Millis {
  const instants = [end, startedAt + begun * MINUTE, ...WARNINGS.map((before) => end - seconds(before))];
  return millis(Math.min(...instants.filter((at) => at > lastAt)));
}

function answered(terms: MeterTerms, at: Millis): MeterStep {
  const zero = { minutes: 0, included: 0, cost: microEmc(0), warned: 0 } as const;
  return advanced({ kind: "running", terms, startedAt: at, lastAt: at, ...zero }, at);
}

/** One step of the meter. What comes behind the end, or twice, changes nothing. */
export function stepMeter(state: MeterState, input: MeterInput): MeterStep {
  const same: MeterStep = { state, effects: [] };
  switch (state.kind) {
    case "waiting":
      return stepWaiting(state, input);
    case "running":
      return stepRunning(state, input);
    case "over":
      return same;
    default:
      return assertNever(state, "meter state");
  }
}

function stepWaiting(state: Extract<MeterState, { kind: "waiting" }>, input: MeterInput): MeterStep {
  switch (input.type) {
    case "answered":
      return answered(state.terms, input.at);
    case "credit":
      return { state: { ...state, terms: { ...state.terms, credit: input.credit } }, effects: [] };
    case "ended":
      return {
        state: { kind: "over", reading: NOTHING, cutOff: null },
        effects: [{ type: "finished", reading: NOTHING }],
      };
    case "tick":
      return { state, effects: [] };
    default:
      return assertNever(input, "meter input");
  }
}

function stepRunning(state: Running, input: MeterInput): MeterStep {
  switch (input.type) {
    case "answered":
      return { state, effects: [] };
    case "tick":
      return advanced(state, input.at);
    case "credit":
      return advanced({ ...state, terms: { ...state.terms, credit: input.credit } }, input.at);
    case "ended": {
      const last = advanced(state, input.at);
      if (last.state.kind !== "running") return last;
      const end = over(last.state, last.state.lastAt, null);
      const charges = last.effects.filter(({ type }) => type === "charge");
      return { state: end.state, effects: [...charges, ...end.effects] };
    }
    default:
      return assertNever(input, "meter input");
  }
}
