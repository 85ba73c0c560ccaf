// When a SIM is asked for its balance, and when its owner is told that it is low. Pure.

import { type BackoffPolicy, backoffDelay, hours, type Millis, millis, minutes } from "../base/index.ts";
import { type Balance, isBelow } from "./balance.ts";

export interface BalanceState {
  /** The SIM that all of this is about. */
  readonly imsi: string | null;
  /** On the monotonic clock. */
  readonly dueAt: Millis;
  /** Tries without an amount in a row. */
  readonly failures: number;
  readonly last: Balance | null;
  /** Told already that it is low. */
  readonly low: boolean;
}

/** 32 slots that start together do not ask together. */
export const FIRST_SPREAD: Millis = minutes(15);
const SETTLE: Millis = minutes(1);
const RETRY: BackoffPolicy = { first: minutes(20), max: hours(6) };

/** A SIM that was not seen before: asked soon, but not when all others are. `fraction` in [0, 1), here and below. */
export function firstBalance(imsi: string | null, now: Millis, fraction: number): BalanceState {
  return { imsi, dueAt: millis(now + SETTLE + FIRST_SPREAD * fraction), failures: 0, last: null, low: false };
}

export interface BalancePace {
  readonly now: Millis;
  readonly every: Millis;
  readonly fraction: number;
}

/** An amount was found. `alert`: it has just gone below the limit. */
export function balanceFound(
  state: BalanceState,
  balance: Balance,
  { now, every, fraction }: BalancePace,
  limit: string | undefined,
): { readonly state: BalanceState; readonly alert: boolean } {
  const low = limit !== undefined && isBelow(balance.amount, limit);
  const dueAt = millis(now + every * (0.9 + 0.2 * fraction));
  return { state: { ...state, dueAt, failures: 0, last: balance, low }, alert: low && !state.low };
}

/** Tries without an amount before somebody should look. */
export const TRIES_BEFORE_ALERT = 3;

/** No answer, or none with an amount: tried again, slower each time. `alert`: it has not been found out so often that it needs a look. */
export function balanceMissed(
  state: BalanceState,
  { now, every, fraction }: BalancePace,
): { readonly state: BalanceState; readonly alert: boolean } {
  const failures = state.failures + 1;
  const dueAt = millis(now + Math.min(every, backoffDelay(RETRY, failures, fraction)));
  return { state: { ...state, dueAt, failures }, alert: failures === TRIES_BEFORE_ALERT };
}
