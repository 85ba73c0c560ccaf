// Slows down guessing, per address: some wrong passwords are free, then each further one doubles the wait. Nobody's guesses delay
// anyone at another address, so a stranger can't lock the owner out. rate-limiter-flexible reads the system's clock and knows
// fixed windows only; this wait grows, and runs on the injected clock.

import { AppError, type Clock, type Millis, millis, seconds } from "../../base/index.ts";
import type { WebLimits } from "./limits.ts";

export interface SignInGuardDeps {
  readonly clock: Clock;
  readonly limits: Pick<WebLimits, "freeAttempts" | "attemptDelayMax" | "attemptMemory" | "attemptAddresses">;
}

interface Attempts {
  readonly count: number;
  readonly last: Millis;
  readonly blockedUntil: Millis;
}

/** The part of an address that one customer holds: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177). */
export function addressKey(address: string): string {
  const bare = address.toLowerCase().replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (mapped !== null || !bare.includes(":")) return mapped?.[1] ?? bare;
  const [head = "", tail] = bare.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...new Array<string>(zeros).fill("0"), ...after].slice(0, 4).join(":");
}

export class SignInGuard {
  readonly #deps: SignInGuardDeps;
  readonly #attempts = new Map<string, Attempts>();

  constructor(deps: SignInGuardDeps) {
    this.#deps = deps;
  }

  /**
   * Counts an attempt before its password is looked at, so that many at once are no way around. Throws
   * `web.too_many_attempts` with `context.retry_after_s` while the address has to wait; that is not counted.
   */
  begin(address: string): void {
    const now = this.#deps.clock.monotonic();
    const key = addressKey(address);
    const known = this.#attempts.get(key);
    const fresh = known === undefined || now - known.last >= this.#deps.limits.attemptMemory;
    if (!fresh && now < known.blockedUntil) {
      const wait = Math.max(1, Math.ceil((known.blockedUntil - now) / 1000));
      throw new AppError("web.too_many_attempts", "too many wrong passwords from this address", {
        hint: `Wait ${wait} s and try again.`,
        context: { retry_after_s: wait },
      });
    }
    const count = fresh ? 1 : known.count + 1;
    this.#attempts.delete(key);
    this.#attempts.set(key, { count, last: now, blockedUntil: millis(now + this.#delay(count)) });
    this.#forgetOldest();
  }

  /** The password was right: the address starts afresh. */
  succeeded(address: string): void {
    this.#attempts.delete(addressKey(address));
  }

  #delay(count: number): Millis {
    const { freeAttempts, attemptDelayMax } = this.#deps.limits;
    if (count < freeAttempts) return millis(0);
    return millis(Math.min(attemptDelayMax, seconds(1) * 2 ** Math.min(30, count - freeAttempts)));
  }

  #forgetOldest(): void {
    const oldest = this.#attempts.keys().next();
    if (this.#attempts.size > this.#deps.limits.attemptAddresses && !oldest.done) this.#attempts.delete(oldest.value);
  }
}
