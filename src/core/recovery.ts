// The recovery ladder, pure: what is tried next to bring a failing modem back, from asking again to cutting its power, and when to stop.
// What failed decides whether it climbs at all: a modem that is not there needs no reset, and a SIM without its PIN needs a person.

import { type BackoffPolicy, hours, type Millis, minutes, seconds } from "../base/index.ts";
import type { RecoveryRung } from "../protocol/index.ts";

export interface RungRule {
  readonly rung: RecoveryRung;
  /** How often it is tried before the next one is. */
  readonly tries: number;
  /** Pause before each try; jittered. */
  readonly pause: BackoffPolicy;
  /** Counts against the day's budget of resets. */
  readonly budgeted: boolean;
}

/** Opening costs little: a modem that is plugged in again is back in service within ten seconds. */
export const REOPEN_BACKOFF: BackoffPolicy = { first: seconds(1), max: seconds(8) };
/** A fault that only a person can mend is looked at again at this pace, so that the SIM is not worn by trying. */
export const PATIENT_BACKOFF: BackoffPolicy = { first: seconds(30), max: seconds(30) };

const rule = (rung: RecoveryRung, tries: number, pause: BackoffPolicy, budgeted: boolean): RungRule => ({
  rung,
  tries,
  pause,
  budgeted,
});

/**
 * `drain` has gone before: while a slot is ready, rounds that fail are repeated with the stream drained. `at`: close, open, begin with AT.
 * `cfun`: restart the modem by command. `usb_reset`: take it off the bus and back. `power`: cut its power. `give_up`: look now and then.
 */
export const LADDER: readonly RungRule[] = [
  rule("at", 2, REOPEN_BACKOFF, false),
  rule("cfun", 1, { first: seconds(2), max: seconds(2) }, true),
  rule("usb_reset", 2, { first: seconds(2), max: seconds(4) }, true),
  rule("power", 2, { first: seconds(4), max: seconds(30) }, true),
  rule("give_up", Number.POSITIVE_INFINITY, { first: seconds(30), max: minutes(2) }, false),
];

/** Resets of one slot in a day: a bad modem must not wear itself and its neighbours for ever. */
export const RESET_BUDGET = 12;
const BUDGET_SPAN: Millis = hours(24);
/** So long a slot must stay in service before its next failure starts from the foot of the ladder. */
export const STEADY: Millis = minutes(10);

export interface Recovery {
  /** The rung that the last failure led to, null at the foot. */
  readonly rung: RecoveryRung | null;
  /** Tries on this rung. */
  readonly attempts: number;
  /** Monotonic, of the first failure; null at the foot. */
  readonly since: Millis | null;
  /** Monotonic times of the last day's resets. */
  readonly resets: readonly Millis[];
}

export const atFoot: Recovery = { rung: null, attempts: 0, since: null, resets: [] };

/** `absent`: there is no modem to reset. `person`: nothing a reset could mend. `modem`: it is there and fails. */
export type FaultKind = "absent" | "person" | "modem";

const ABSENT: ReadonlySet<string> = new Set([
  "modem.no_such_port",
  "modem.cannot_open",
  "modem.bad_port",
  "modem.unplugged",
  "modem.not_joined",
]);
/** A SIM that is refused its roaming goes on the air to see where it is: not often. */
export const ROAMING_BACKOFF: BackoffPolicy = { first: minutes(30), max: minutes(30) };

const FOR_A_PERSON: ReadonlySet<string> = new Set([
  "sim.pin_required",
  "sim.pin_wrong",
  "sim.pin_attempts",
  "sim.pin_in_doubt",
  "sim.puk_required",
  "sim.missing",
  "sim.failure",
  "sim.locked_to_operator",
  "sim.roaming_refused",
]);

export function faultKind(code: string): FaultKind {
  if (ABSENT.has(code)) return "absent";
  return FOR_A_PERSON.has(code) ? "person" : "modem";
}

function recent(resets: readonly Millis[], now: Millis): readonly Millis[] {
  return resets.filter((at) => now - at < BUDGET_SPAN);
}

export function resetsToday({ resets }: Recovery, now: Millis): number {
  return recent(resets, now).length;
}

const placeOf = (rung: RecoveryRung | null): number => LADDER.findIndex((each) => each.rung === rung);

/** The rule of the rung that `recovery` is on, null at the foot. */
export function ruleOf({ rung }: Recovery): RungRule | null {
  return LADDER[placeOf(rung)] ?? null;
}

/** One failure further. `rungs`: what this slot has the means for. */
export function climb(
  recovery: Recovery,
  fault: FaultKind,
  at: { readonly now: Millis; readonly rungs: readonly RecoveryRung[] },
): Recovery {
  const { now, rungs } = at;
  const resets = recent(recovery.resets, now);
  // Pulled out and put back by somebody: whatever it was before, it starts anew.
  if (fault === "absent") return recovery.rung === "give_up" ? { ...atFoot, resets } : { ...recovery, resets };
  if (fault === "person") return { ...recovery, resets };
  const current = ruleOf(recovery);
  const since = recovery.since ?? now;
  const spent = resets.length >= RESET_BUDGET;
  if (current !== null && recovery.attempts < current.tries && !(current.budgeted && spent))
    return charge({ rung: current.rung, attempts: recovery.attempts + 1, since, resets }, now);
  const next = LADDER.slice(placeOf(recovery.rung) + 1).find(
    (each) => each.rung === "give_up" || (rungs.includes(each.rung) && !(each.budgeted && spent)),
  );
  return charge({ rung: next?.rung ?? "give_up", attempts: 1, since, resets }, now);
}

function charge(recovery: Recovery, now: Millis): Recovery {
  return ruleOf(recovery)?.budgeted === true ? { ...recovery, resets: [...recovery.resets, now] } : recovery;
}

/** The foot again, when the slot has been in service since `readySince` without a break for long enough; else as it was. */
export function settle(recovery: Recovery, readySince: Millis, now: Millis): Recovery {
  return recovery.rung !== null && now - readySince >= STEADY
    ? { ...atFoot, resets: recent(recovery.resets, now) }
    : recovery;
}
