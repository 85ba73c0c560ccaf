// Waiting for a relay that is asked too often, for as long as it says.

import { type Clock, hasCode, type Millis, seconds } from "../base/index.ts";
import { retryAfterOf } from "./relay-http.ts";

export interface PatienceDeps {
  readonly clock: Clock;
  /** Told before each wait. */
  readonly waiting?: (wait: Millis) => void;
  /** Refusals in a row before the last of them is passed on. Default 3. */
  readonly most?: number;
}

const MOST = 3;
const WITHOUT_A_WORD: Millis = seconds(10);

/** Runs `attempt` again after each `renter.relay_busy`. Rejects as `attempt` does, or with `base.stopped`. */
export async function patiently<T>(
  { clock, waiting, most = MOST }: PatienceDeps,
  attempt: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let refused = 1; ; refused++) {
    try {
      return await attempt();
    } catch (error) {
      if (!hasCode(error, "renter.relay_busy") || refused > most) throw error;
      const wait = retryAfterOf(error) ?? WITHOUT_A_WORD;
      waiting?.(wait);
      await clock.sleep(wait, "the relay's limit", signal);
    }
  }
}
