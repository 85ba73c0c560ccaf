// The state of the way to the relay, pure. One failing answer stops all rentals from knocking; one probe finds out when it is back.

import { type BackoffPolicy, backoffDelay, type Millis, millis, minutes, seconds } from "../base/index.ts";

export interface LinkState {
  readonly kind: "connecting" | "up" | "down";
  /** Answers missed in a row. */
  readonly failures: number;
  /** Monotonic time before which nobody asks again. */
  readonly notBefore: Millis;
  /** Code of the last failure. */
  readonly code: string | null;
}

export const LINK_BACKOFF: BackoffPolicy = { first: seconds(1), max: minutes(2) };
export const linkStart: LinkState = { kind: "connecting", failures: 0, notBefore: millis(0), code: null };

export type LinkInput =
  | { readonly type: "answered" }
  | {
      readonly type: "failed";
      readonly code: string;
      readonly now: Millis;
      /** In [0, 1), for jitter. */
      readonly fraction: number;
      /** The relay's own wish (Retry-After), which wins when it is longer. */
      readonly after: Millis | null;
    };

export function stepLink(state: LinkState, input: LinkInput): LinkState {
  if (input.type === "answered") return { kind: "up", failures: 0, notBefore: millis(0), code: null };
  // Several rentals that fail in the same outage count as one failure: the wait must not grow with the number of rentals.
  if (state.kind === "down" && input.now < state.notBefore) return state;
  const failures = state.failures + 1;
  const wait = Math.max(backoffDelay(LINK_BACKOFF, failures, input.fraction), Math.min(input.after ?? 0, minutes(15)));
  return { kind: "down", failures, notBefore: millis(input.now + wait), code: input.code };
}
