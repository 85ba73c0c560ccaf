// When a notice is tried, tried again and given up, pure.

import { type BackoffPolicy, backoffDelay, type Millis, type UnixMs, unixMs } from "../../base/index.ts";
import type { QueuedNotice, SendOutcome, TargetState } from "./notice-model.ts";

export interface DeliveryPolicy {
  readonly backoff: BackoffPolicy;
  /** A notice that is older is not sent any more. */
  readonly giveUpAfter: Millis;
  /** A target that has failed for so long without one success is disabled; null for never. */
  readonly disableAfter: Millis | null;
}

export const workingTarget: TargetState = { failures: 0, failingSince: null, pausedUntil: null, disabled: null };

/** What waits and may be tried now: the oldest that is due. Null while the target pauses, is disabled or has nothing due. */
export function nextDue(
  target: TargetState,
  queue: readonly QueuedNotice[],
  now: UnixMs,
  policy: DeliveryPolicy,
): QueuedNotice | null {
  if (target.disabled !== null || waits(target.pausedUntil, now, policy)) return null;
  return queue.find(({ dueAt }) => !waits(dueAt, now, policy)) ?? null;
}

/** A time further away than any wait was set by a clock that was wrong. */
function waits(until: UnixMs | null, now: UnixMs, { backoff, giveUpAfter }: DeliveryPolicy): boolean {
  return until !== null && until > now && until - now <= Math.max(backoff.max, giveUpAfter);
}

/** How long nothing can be due; null while nothing waits. */
export function waitFor(target: TargetState, queue: readonly QueuedNotice[], now: UnixMs): number | null {
  if (target.disabled !== null || queue.length === 0) return null;
  const soonest = Math.min(...queue.map(({ dueAt }) => dueAt));
  return Math.max(0, Math.max(soonest, target.pausedUntil ?? 0) - now);
}

export const isStale = ({ at }: Pick<QueuedNotice, "at">, now: UnixMs, { giveUpAfter }: DeliveryPolicy): boolean =>
  now - at > giveUpAfter;

export interface Attempted {
  readonly target: TargetState;
  /** Null when it needs no further attempt. */
  readonly notice: QueuedNotice | null;
}

/** What an attempt changes. `fraction` in [0, 1). */
export function afterAttempt(
  target: TargetState,
  notice: QueuedNotice,
  outcome: SendOutcome,
  { policy, now, fraction }: { readonly policy: DeliveryPolicy; readonly now: UnixMs; readonly fraction: number },
): Attempted {
  if (outcome.kind === "sent") return { target: workingTarget, notice: null };
  const failingSince = target.failingSince === null ? now : unixMs(Math.min(target.failingSince, now));
  const failures = target.failures + 1;
  const wish = outcome.kind === "retry" ? (outcome.after ?? 0) : 0;
  const wait = (attempt: number): UnixMs =>
    // A receiver's wish is heard within reason.
    unixMs(now + Math.max(Math.min(wish, policy.giveUpAfter), backoffDelay(policy.backoff, attempt, fraction)));
  const attempts = notice.attempts + 1;
  const lasts = policy.disableAfter !== null && now - failingSince >= policy.disableAfter;
  const disabled = outcome.kind === "gone" || lasts ? { at: now, code: outcome.code } : null;
  return {
    target: { failures, failingSince, pausedUntil: wait(failures), disabled },
    notice: { ...notice, attempts, dueAt: wait(attempts) },
  };
}
