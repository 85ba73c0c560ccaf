// The relay's rate limits, one window of a minute each, in memory.

import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { millis } from "../../base/index.ts";
import type { RelayLimits } from "./options.ts";
import { refusal } from "./problems.ts";

const WINDOW_SECONDS = 60;

export type LimitedAction = "request" | "auth" | "forward" | "read" | "receipt" | "rent";

export class RateLimits {
  readonly #limiters: Readonly<Record<LimitedAction, RateLimiterMemory>>;

  constructor(limits: RelayLimits) {
    const perMinute = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
    this.#limiters = {
      request: perMinute(limits.requestsPerMinute),
      auth: perMinute(limits.authPerMinute),
      forward: perMinute(limits.forwardsPerMinute),
      read: perMinute(limits.readsPerMinute),
      rent: perMinute(limits.rentsPerMinute),
      receipt: perMinute(limits.receiptsPerMinute),
    };
  }

  /** Counts `points` (default 1) for `key`; rejects with `relay.rate_limited` and the wait once the minute's allowance is used up. */
  async take(action: LimitedAction, key: string, points = 1): Promise<void> {
    try {
      await this.#limiters[action].consume(key, points);
    } catch (reason) {
      const wait = reason instanceof RateLimiterRes ? reason.msBeforeNext : WINDOW_SECONDS * 1000;
      throw refusal("relay.rate_limited", `too many requests of this kind (${action})`, millis(wait));
    }
  }
}

/** The key of a network address: IPv6 clients own a /64, so all its addresses count as one. */
export function addressKey(address: string): string {
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
  return [...groups, ...Array<string>(Math.max(0, missing)).fill("0")].slice(0, 4).join(":");
}
