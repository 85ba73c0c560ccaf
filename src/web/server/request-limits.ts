// How many requests one caller may send: a bucket that holds a burst and fills steadily. Strangers are counted by their address, those
// who are known by their name, so that nobody's requests use up another's. On the injected clock, as the sign-in guard.

import { AppError, type Clock, type Millis, millis } from "../../base/index.ts";
import type { Allowance, WebLimits } from "./limits.ts";
import { addressKey } from "./sign-in-guard.ts";

interface Bucket {
  readonly left: number;
  readonly at: Millis;
}

/** What is left after one request; null where there is none. */
export function takeOne({ burst, perSecond }: Allowance, bucket: Bucket | undefined, now: Millis): Bucket | null {
  const refilled = bucket === undefined ? burst : bucket.left + (Math.max(0, now - bucket.at) * perSecond) / 1000;
  const left = Math.min(burst, refilled) - 1;
  return left < 0 ? null : { left, at: now };
}

export interface RequestLimitsDeps {
  readonly clock: Clock;
  readonly limits: Pick<WebLimits, "callerRequests" | "strangerRequests" | "countedCallers">;
}

export class RequestLimits {
  readonly #deps: RequestLimitsDeps;
  readonly #callers = new Map<string, Bucket>();
  readonly #strangers = new Map<string, Bucket>();

  constructor(deps: RequestLimitsDeps) {
    this.#deps = deps;
  }

  /** Throws `web.rate_limited` with `context.retry_after_s`. */
  caller(name: string): void {
    this.#take(this.#callers, name, this.#deps.limits.callerRequests);
  }

  stranger(address: string): void {
    this.#take(this.#strangers, addressKey(address), this.#deps.limits.strangerRequests);
  }

  #take(buckets: Map<string, Bucket>, key: string, allowance: Allowance): void {
    const now = millis(this.#deps.clock.monotonic());
    const taken = takeOne(allowance, buckets.get(key), now);
    if (taken === null) throw tooMany(allowance);
    // Behind the others, so that the first is the one that has been quiet longest.
    buckets.delete(key);
    buckets.set(key, taken);
    const oldest = buckets.keys().next();
    if (buckets.size > this.#deps.limits.countedCallers && !oldest.done) buckets.delete(oldest.value);
  }
}

function tooMany({ perSecond }: Allowance): AppError {
  const wait = Math.max(1, Math.ceil(1 / perSecond));
  return new AppError("web.rate_limited", "too many requests", {
    hint: `Wait ${wait} s and try again.`,
    context: { retry_after_s: wait },
    retryable: true,
  });
}
