// Slows down guessing. Per address: some wrong passwords are free, then each further one doubles the wait. Per account, against many
// addresses: once it has seen many wrong passwords, an address that never signed in to it waits before each guess, its own wait, which
// nobody else's guesses make longer. So a stranger delays the owner at a new address by some seconds, and at his own never.
// What was counted survives a restart, in one bounded setting. rate-limiter-flexible reads the system's clock and knows fixed windows
// only; this wait grows, and runs on the injected clock.

import { AppError, type Clock, type Disposer, type Logger, type Millis, millis, seconds } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { EMPTY_GUARD, type GuardMemory, readGuard, writeGuard } from "./guard-memory.ts";
import type { WebLimits } from "./limits.ts";

export interface SignInGuardDeps {
  readonly clock: Clock;
  readonly settings: SettingStore;
  readonly log: Logger;
  readonly limits: Pick<
    WebLimits,
    | "freeAttempts"
    | "attemptDelayMax"
    | "attemptMemory"
    | "attemptAddresses"
    | "accountAttempts"
    | "accountDelayMax"
    | "guardWrite"
  >;
}

interface Attempts {
  readonly count: number;
  readonly last: Millis;
  readonly blockedUntil: Millis;
}

interface AccountAttempts {
  readonly count: number;
  readonly last: Millis;
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

const ACCOUNTS = 64;
const KNOWN = 200;
const pairOf = (account: string, address: string): string => `${account} ${addressKey(address)}`;

/** Sets a value as the youngest, and forgets the oldest of too many. */
function keep<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
}

export class SignInGuard {
  readonly #deps: SignInGuardDeps;
  readonly #attempts = new Map<string, Attempts>();
  readonly #accounts = new Map<string, AccountAttempts>();
  /** Pairs of account and address that signed in, used last at the end. */
  readonly #known = new Map<string, true>();
  /** Pairs that serve a wait for the account's sake, and its end. */
  readonly #waits = new Map<string, Millis>();
  #write: Disposer | null = null;

  constructor(deps: SignInGuardDeps) {
    this.#deps = deps;
  }

  /** Takes up what an earlier run counted; every wait begins anew with what was left of it. */
  async load(): Promise<void> {
    const memory = await readGuard(this.#deps.settings).catch(() => {
      this.#deps.log.warn("web_guard_unreadable");
      return EMPTY_GUARD;
    });
    const now = this.#deps.clock.monotonic();
    for (const { key, count, age, left } of memory.attempts) {
      this.#attempts.set(key, { count, last: millis(now - age), blockedUntil: millis(now + left) });
    }
    for (const { name, count, age } of memory.accounts) this.#accounts.set(name, { count, last: millis(now - age) });
    for (const pair of memory.known) this.#known.set(pair, true);
  }

  /**
   * Counts an attempt before its password is looked at, so that many at once are no way around. Throws
   * `web.too_many_attempts` with `context.retry_after_s` while the address has to wait; that is not counted.
   */
  begin(address: string, account = ""): void {
    const now = this.#deps.clock.monotonic();
    const key = addressKey(address);
    const known = this.#attempts.get(key);
    const fresh = known === undefined || now - known.last >= this.#deps.limits.attemptMemory;
    if (!fresh && now < known.blockedUntil) throw mustWait(known.blockedUntil - now);
    if (account !== "") this.#beginAt(account, address, now);
    const count = fresh ? 1 : known.count + 1;
    const attempts = { count, last: now, blockedUntil: millis(now + this.#delay(count)) };
    keep(this.#attempts, key, attempts, this.#deps.limits.attemptAddresses);
    this.#schedule();
  }

  /** The password was right: the address starts afresh, and is known to the account. */
  succeeded(address: string, account = ""): void {
    this.#attempts.delete(addressKey(address));
    if (account !== "") {
      const attempts = this.#accounts.get(account);
      if (attempts !== undefined) this.#accounts.set(account, { ...attempts, count: Math.max(0, attempts.count - 1) });
      keep(this.#known, pairOf(account, address), true, KNOWN);
    }
    this.#schedule();
  }

  /** Writes how long each wait still is. Idempotent. */
  async stop(): Promise<void> {
    this.#write?.();
    this.#write = null;
    await this.#save();
  }

  #beginAt(account: string, address: string, now: Millis): void {
    const { accountAttempts, accountDelayMax, attemptMemory, attemptAddresses } = this.#deps.limits;
    const before = this.#accounts.get(account);
    const count = before === undefined || now - before.last >= attemptMemory ? 0 : before.count;
    const pair = pairOf(account, address);
    if (count >= accountAttempts && !this.#known.has(pair)) {
      const delay = Math.min(accountDelayMax, seconds(1) * 2 ** Math.min(30, count - accountAttempts));
      const until = this.#waits.get(pair) ?? millis(now + delay);
      if (now < until) {
        keep(this.#waits, pair, until, attemptAddresses);
        throw mustWait(until - now);
      }
      this.#waits.delete(pair);
    }
    keep(this.#accounts, account, { count: count + 1, last: now }, ACCOUNTS);
  }

  #delay(count: number): Millis {
    const { freeAttempts, attemptDelayMax } = this.#deps.limits;
    if (count < freeAttempts) return millis(0);
    return millis(Math.min(attemptDelayMax, seconds(1) * 2 ** Math.min(30, count - freeAttempts)));
  }

  /** Guesses come fast: they are written together, so that nobody wears out the card by them. */
  #schedule(): void {
    this.#write ??= this.#deps.clock.after(this.#deps.limits.guardWrite, "sign-in guard", () => {
      this.#write = null;
      void this.#save();
    });
  }

  async #save(): Promise<void> {
    await writeGuard(this.#deps.settings, this.#memory()).catch(() => this.#deps.log.warn("web_guard_not_saved"));
  }

  #memory(): GuardMemory {
    const now = this.#deps.clock.monotonic();
    const attempts = [...this.#attempts].map(([key, { count, last, blockedUntil }]) => ({
      ...{ key, count, age: now - last, left: Math.max(0, blockedUntil - now) },
    }));
    const accounts = [...this.#accounts].map(([name, { count, last }]) => ({ name, count, age: now - last }));
    return { attempts, accounts, known: [...this.#known.keys()] };
  }
}

function mustWait(left: number): AppError {
  const wait = Math.max(1, Math.ceil(left / 1000));
  return new AppError("web.too_many_attempts", "too many wrong passwords", {
    hint: `Wait ${wait} s and try again.`,
    context: { retry_after_s: wait },
  });
}
