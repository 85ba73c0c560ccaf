// Keeps the relay's pool of this box's challenges filled, so that a renter gets one while the box is away. The relay gives each to one
// order; the box binds it when it hears of it, and judges tickets as ever.

import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type CryptoSuite,
  hasCode,
  hours,
  isAppError,
  type Logger,
  type MicroEmc,
  type Millis,
  messageOf,
  minutes,
  type Random,
  randomFraction,
  seconds,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { IssuedChap } from "../payments/model.ts";
import type { Payments } from "../payments/payments.ts";
import { randpayRequirement } from "./answer-draft.ts";
import { type PoolPlan, planChaps, wantedChaps } from "./chap-pool-plan.ts";
import { signPooledChap } from "./pooled-chap.ts";
import type { ChapRelay } from "./ports-market.ts";

export interface ChapPoolDeps {
  readonly relay: ChapRelay;
  readonly payments: Pick<Payments, "lendChap" | "lentChaps">;
  /** What the box offers now; may name a price more than once. */
  readonly prices: () => readonly MicroEmc[];
  /** Challenges for each price; 0 withdraws those of an earlier run, and that is all. */
  readonly perPrice: number;
  /** How long a challenge is good. */
  readonly life: Millis;
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** Between two looks at our own challenges: the relay is asked only where something has changed. */
const LOOK = seconds(30);
/** What the relay holds is asked at least so often: it may have lost it, and given out what nobody has told us of. */
const ASK = hours(1);
const RETRY: BackoffPolicy = { first: seconds(5), max: minutes(10) };
/** A shorter life is not worth the way: the relay gives out nothing that ends within a minute. */
const SHORTEST_LIFE = minutes(10);
/** A challenge is replaced when so much of its life is left. */
const LAST_PART = 1 / 4;

type Round = "done" | "failed" | "unknown";

export class ChapPool {
  readonly #deps: ChapPoolDeps;
  readonly #perPrice: number;
  readonly #abort = new AbortController();
  /** What the relay held when it was asked or told last. */
  #held: ReadonlySet<string> = new Set();
  #askedAt: Millis | null = null;
  /** Made for the relay, which may not have got them yet. */
  readonly #fresh = new Set<string>();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ChapPoolDeps) {
    this.#deps = deps;
    this.#perPrice = deps.life < SHORTEST_LIFE ? 0 : deps.perPrice;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Idempotent. The relay goes on giving out what it holds. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, log } = this.#deps;
    const { signal } = this.#abort;
    let isOld = false;
    for (let failures = 0; !signal.aborted; ) {
      const round = await this.#attempt();
      if (round === null) return;
      failures = round === "failed" ? failures + 1 : 0;
      if (round === "unknown" && !isOld) log.info("chap_pool_unknown");
      isOld = round === "unknown";
      // Nothing is lent, and nothing of before is left at the relay.
      if (this.#perPrice === 0 && round !== "failed") return;
      const delay = failures > 0 ? backoffDelay(RETRY, failures, randomFraction(random)) : isOld ? ASK : LOOK;
      await clock.sleep(delay, "chap pool", signal).catch(() => {});
    }
  }

  /** Null when the box stops. */
  async #attempt(): Promise<Round | null> {
    try {
      return await this.#round();
    } catch (error) {
      if (this.#abort.signal.aborted || hasCode(error, "base.stopped")) return null;
      this.#deps.log.error("chap_pool_failed", { reason: messageOf(error) });
      return "failed";
    }
  }

  async #round(): Promise<Round> {
    const { relay, identity, suite, log } = this.#deps;
    const { signal } = this.#abort;
    if (!this.#isDue()) return "done";
    const left = await relay.leftChaps(signal);
    if ("kind" in left) return left.kind === "unknown" ? "unknown" : "failed";
    this.#held = new Set(left.chaps);
    this.#askedAt = this.#deps.clock.monotonic();
    const { keep, lend } = this.#plan(new Set([...this.#held, ...this.#fresh]));
    const made = await this.#lend(lend);
    const pool = [...keep, ...made];
    if (this.#differs(pool)) {
      const signed = pool.map((chap) => signPooledChap(suite, identity, randpayRequirement(chap)));
      const outcome = await relay.putChaps(signed, signal);
      if (outcome.kind === "refused") log.warn("chap_pool_refused", { code: outcome.code });
      if (outcome.kind !== "taken") return "failed";
      this.#held = new Set(pool.map(({ text }) => text));
    }
    this.#fresh.clear();
    return made.length === lend.length ? "done" : "failed";
  }

  /** Whether the relay has to be asked or told something. */
  #isDue(): boolean {
    if (this.#askedAt === null || this.#deps.clock.monotonic() - this.#askedAt >= ASK) return true;
    const { keep, lend } = this.#plan(this.#held);
    return this.#fresh.size > 0 || lend.length > 0 || this.#differs(keep);
  }

  #differs(pool: readonly IssuedChap[]): boolean {
    return pool.length !== this.#held.size || pool.some(({ text }) => !this.#held.has(text));
  }

  #plan(held: ReadonlySet<string>): PoolPlan {
    const { payments, prices, life, now } = this.#deps;
    const until = unixMs(now() + life * LAST_PART);
    return planChaps({ lent: payments.lentChaps(), held }, wantedChaps(prices(), this.#perPrice), until);
  }

  /** As many of these as the node makes now. */
  async #lend(prices: readonly MicroEmc[]): Promise<readonly IssuedChap[]> {
    const { payments, log } = this.#deps;
    const made: IssuedChap[] = [];
    for (const price of prices) {
      if (this.#abort.signal.aborted) break;
      try {
        const chap = await payments.lendChap(price);
        this.#fresh.add(chap.text);
        made.push(chap);
      } catch (error) {
        if (!isAppError(error) || error.code === "base.stopped") throw error;
        log.info("chap_pool_short", { code: error.code });
        break;
      }
    }
    return made;
  }
}
