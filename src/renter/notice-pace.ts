// When the next notice may go to a chat, and whether it tells of one message or sums up all that wait: pure, the caller sends.

import { type BackoffPolicy, backoffDelay, type Millis, millis, minutes, seconds } from "../base/index.ts";

/** Times are in ms since 1970. Made by `freshPace`, changed only by the functions here. */
export interface NoticePace {
  /** Attempts of the last minute, oldest first: one that failed may have arrived all the same. */
  readonly attempts: readonly number[];
  /** Nothing goes before this. */
  readonly notBefore: number;
  /** Failures since the last success. */
  readonly failures: number;
  /** Silence until then, by the renter's wish. */
  readonly mutedUntil: number;
}

export type PaceStep =
  | { readonly kind: "idle" }
  | { readonly kind: "wait"; readonly until: number }
  /** Tell of the oldest `count` that wait: of more than one in a single notice. */
  | { readonly kind: "send"; readonly count: number };

/** What Telegram allows a bot in one chat. */
const GAP = seconds(1);
const WINDOW = minutes(1);
const PER_WINDOW = 20;
const RETRY: BackoffPolicy = { first: seconds(1), max: minutes(5) };

export function freshPace(): NoticePace {
  return { attempts: [], notBefore: 0, failures: 0, mutedUntil: 0 };
}

/** What to do at `now` while `waiting` messages have not been told of. They are summed up when the minute has no room for each. */
export function paceStep(pace: NoticePace, now: number, waiting: number): PaceStep {
  if (waiting === 0) return { kind: "idle" };
  const recent = recentAttempts(pace, now);
  const last = recent.at(-1);
  const [oldest] = recent;
  const gapEnds = last === undefined ? 0 : last + GAP;
  const windowFrees = recent.length < PER_WINDOW || oldest === undefined ? 0 : oldest + WINDOW;
  const until = Math.max(pace.notBefore, pace.mutedUntil, gapEnds, windowFrees);
  if (until > now) return { kind: "wait", until };
  return { kind: "send", count: waiting > PER_WINDOW - recent.length ? waiting : 1 };
}

/** Telegram took the notice that was sent at `now`. */
export function paceSent(pace: NoticePace, now: number): NoticePace {
  return { ...attempted(pace, now), failures: 0, notBefore: 0 };
}

/**
 * The notice sent at `now` was not taken: what it told of still waits. `after` is Telegram's own `retry_after` (429), otherwise
 * the wait grows to five minutes; `fraction` in [0, 1) spreads it.
 */
export function paceFailed(pace: NoticePace, now: number, after: Millis | null, fraction: number): NoticePace {
  const failures = pace.failures + 1;
  const wait = after ?? backoffDelay(RETRY, failures, fraction);
  return { ...attempted(pace, now), failures, notBefore: now + wait };
}

/** Silence for `duration` from `now`; 0 ends it. What comes meanwhile waits. */
export function paceMuted(pace: NoticePace, now: number, duration: Millis): NoticePace {
  return { ...pace, mutedUntil: duration === millis(0) ? 0 : now + duration };
}

/** A clock that was set back must not silence the chat: attempts of the future are forgotten. */
function recentAttempts(pace: NoticePace, now: number): readonly number[] {
  return pace.attempts.filter((at) => at <= now && at > now - WINDOW);
}

function attempted(pace: NoticePace, now: number): NoticePace {
  return { ...pace, attempts: [...recentAttempts(pace, now), now].slice(-PER_WINDOW) };
}
