// The relay's rate limits, one window of a minute each, in memory. Failures have an allowance of their own: many at once, then few a minute.

import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { type ErrorCode, isAppError, millis } from "../../base/index.ts";
import type { RelayLimits } from "./options.ts";
import { limited } from "./problems.ts";

const WINDOW_SECONDS = 60;
const HOUR_SECONDS = 3600;

export type LimitedAction =
  | "request"
  | "challenge"
  | "auth"
  /** Signatures over challenges that were not good. */
  | "bad_login"
  /** Tokens that nobody has. */
  | "bad_token"
  | "forward"
  /** Signed by a provider, and nothing new. */
  | "repeat"
  | "read"
  | "receipt"
  | "rent";

type FailedAction = Extract<LimitedAction, "bad_login" | "bad_token">;

const FAILURES: Readonly<Record<FailedAction, ReadonlySet<ErrorCode>>> = {
  bad_login: new Set<ErrorCode>(["relay.bad_login", "relay.bad_challenge"]),
  bad_token: new Set<ErrorCode>(["relay.unauthorized"]),
};

/** The hour's allowance at once, and as much again spread over the hour: whoever has used it up waits a minute, not an hour. */
const failures = (perHour: number): BurstyRateLimiter =>
  new BurstyRateLimiter(
    new RateLimiterMemory({ points: Math.ceil((perHour * WINDOW_SECONDS) / HOUR_SECONDS), duration: WINDOW_SECONDS }),
    new RateLimiterMemory({ points: perHour, duration: HOUR_SECONDS, keyPrefix: "burst" }),
  );

export class RateLimits {
  readonly #limiters: Readonly<Record<LimitedAction, Pick<RateLimiterMemory, "consume">>>;
  readonly #forwards: RateLimiterMemory;

  constructor(limits: RelayLimits) {
    const perMinute = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
    this.#forwards = perMinute(limits.forwardsPerMinute);
    this.#limiters = {
      request: perMinute(limits.requestsPerMinute),
      // A sign-in begins with a challenge, and people mistype.
      challenge: perMinute(3 * limits.authPerMinute),
      auth: perMinute(limits.authPerMinute),
      bad_login: failures(limits.failuresPerHour),
      bad_token: failures(limits.failuresPerHour),
      forward: this.#forwards,
      repeat: perMinute(limits.repeatsPerMinute),
      read: perMinute(limits.readsPerMinute),
      rent: perMinute(limits.rentsPerMinute),
      receipt: perMinute(limits.receiptsPerMinute),
    };
  }

  /**
   * What `attempt` resolves with: what is good is never refused, whoever else has failed at the same address. Its failures of this kind
   * are counted for `address`; once the allowance is used up they become `relay.rate_limited`.
   */
  async countFailures<T>(action: FailedAction, address: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (isAppError(error) && FAILURES[action].has(error.code)) await this.take(action, address);
      throw error;
    }
  }

  /**
   * What a provider has signed turned out to be nothing new: it was counted for him, and counts for the address instead. Else whoever has a
   * message of his could use up his allowance with it. Rejects with `relay.rate_limited`.
   */
  async repeated(provider: string, address: string): Promise<void> {
    await this.#forwards.reward(provider);
    await this.take("repeat", address);
  }

  /** Counts `points` (default 1) for `key`; rejects with `relay.rate_limited` and the wait once the allowance is used up. */
  async take(action: LimitedAction, key: string, points = 1): Promise<void> {
    try {
      await this.#limiters[action].consume(key, points);
    } catch (reason) {
      const wait = reason instanceof RateLimiterRes ? reason.msBeforeNext : WINDOW_SECONDS * 1000;
      throw limited("relay.rate_limited", action, {
        message: `too many requests of this kind (${action})`,
        wait: millis(wait),
      });
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

/** Of a key of `addressKey`. */
export const isLoopback = (key: string): boolean => key.startsWith("127.") || key === addressKey("::1");
