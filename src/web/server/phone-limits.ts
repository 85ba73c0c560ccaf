// How often phones, and strangers who guess at their addresses, may ask.

import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../base/index.ts";
import type { WebLimits } from "./limits.ts";
import { addressKey } from "./sign-in-guard.ts";

const WINDOW_SECONDS = 60;

export class PhoneLimits {
  readonly #phones: RateLimiterMemory;
  readonly #strangers: RateLimiterMemory;

  constructor(limits: Pick<WebLimits, "phonePerMinute" | "strangersPerMinute">) {
    this.#phones = new RateLimiterMemory({ points: limits.phonePerMinute, duration: WINDOW_SECONDS });
    this.#strangers = new RateLimiterMemory({ points: limits.strangersPerMinute, duration: WINDOW_SECONDS });
  }

  /** Rejects with `phone.rate_limited`; the app tries again later, so that nothing is lost by it. */
  phone(name: string): Promise<void> {
    return take(this.#phones, name);
  }

  stranger(address: string): Promise<void> {
    return take(this.#strangers, addressKey(address));
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (reason) {
    const wait = reason instanceof RateLimiterRes ? reason.msBeforeNext : WINDOW_SECONDS * 1000;
    const seconds = Math.max(1, Math.ceil(wait / 1000));
    throw new AppError("phone.rate_limited", "too many requests", {
      hint: `Wait ${seconds} s and try again.`,
      context: { retry_after_s: seconds },
      retryable: true,
    });
  }
}
