// Exponential backoff with full jitter, pure: the caller keeps the attempt count and injects the fraction.

import { type Millis, millis } from "./brands.ts";

export interface BackoffPolicy {
  readonly first: Millis;
  readonly max: Millis;
}

/**
 * The wait before attempt number `attempt` (1 = first retry): between half of and the whole exponential step, so that 32 slots
 * never retry in step yet none hammers. `fraction` in [0, 1).
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, fraction: number): Millis {
  const step = Math.min(policy.max, policy.first * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return millis(Math.round(step / 2 + (step / 2) * fraction));
}
