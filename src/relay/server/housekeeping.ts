// What the relay forgets, and when: envelopes nobody fetched, rentals long over, tokens that expired.

import {
  type Clock,
  type Disposer,
  days,
  hours,
  type Logger,
  type Millis,
  messageOf,
  millis,
  minutes,
  unixMs,
  unixSecondsOf,
} from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";
import { CHAP_PAPERS } from "./chap-pools.ts";
import { ESCROW_PAPERS, STRANGE_ESCROW_PAPERS } from "./escrow-papers.ts";
import { PRESENCE_PAPERS } from "./presence.ts";
import { PROVISIONED_PAPERS } from "./provisioning.ts";
import type { RelayTime } from "./relay-time.ts";

export interface HousekeepingDeps {
  readonly store: Pick<RelayStore, "upkeep">;
  /** Told how many envelopes were wiped that nobody acknowledged. */
  readonly wiped: (count: number) => void;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long an envelope waits for its renter. */
  readonly keepMessages: Millis;
}

const ROUND = minutes(10);
/** How long a renter may fetch what came before the rental's end, and at least how long a late message waits. */
const KEEP_AFTER_END = days(1);
/** How long a rental that is over is remembered: repetitions are recognised and receipts can be collected until then. */
const KEEP_RENTALS = days(30);
/** Between slices of counting ahead, each of some milliseconds: it has the whole day. */
const BREATH = millis(20);
const KEEP_ORDERS = days(2);
/** Three people sign before one is paid in, and hand copies about afterwards. */
const KEEP_ESCROW_ORDERS = days(40);
/** A dispute may take its time; challenges live a week at most. */
const KEEP_PAPERS = [
  [ESCROW_PAPERS, days(400)],
  [STRANGE_ESCROW_PAPERS, days(14)],
  [CHAP_PAPERS, days(8)],
  [PRESENCE_PAPERS, days(30)],
  // They end after ten minutes by themselves.
  [PROVISIONED_PAPERS, hours(1)],
] as const;

export class Housekeeping {
  readonly #deps: HousekeepingDeps;
  #cancel: Disposer = () => {};
  #round: Promise<void> = Promise.resolve();
  #summing: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();
  /** Unix seconds: rentals that ended until then were counted. */
  #summedUntil = 0;

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps;
  }

  start(): void {
    // What nobody has counted yet, as after an update, is needed by the first who browses.
    this.#summing = this.#sumUp();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel = this.#deps.clock.after(ROUND, "relay housekeeping", () => {
      this.#round = this.#tidy().then(() => {
        if (!this.#ending.signal.aborted) this.#schedule();
      });
    });
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#cancel();
    await this.#round;
    await this.#summing;
  }

  async #tidy(): Promise<void> {
    const { time, clock, log, keepMessages } = this.#deps;
    const { upkeep } = this.#deps.store;
    try {
      const now = time.earliest();
      const before = (age: Millis): number => unixSecondsOf(now) - age / 1000;
      const envelopes = {
        storedBefore: unixMs(now - keepMessages),
        endedBefore: before(KEEP_AFTER_END),
        lateBefore: unixMs(now - KEEP_AFTER_END),
      };
      const expired = await this.#repeat(() => upkeep.expireEnvelopes(envelopes));
      this.#deps.wiped(expired);
      const rentals = await this.#repeat(() => upkeep.removeRentals(before(KEEP_RENTALS)));
      const orders = await this.#repeat(() => upkeep.forgetOrders(before(KEEP_ORDERS), before(KEEP_ESCROW_ORDERS)));
      for (const [kind, age] of KEEP_PAPERS) await this.#repeat(() => upkeep.forgetPapers(kind, unixMs(now - age)));
      await upkeep.forgetSessions(unixSecondsOf(clock.now()));
      this.#summing = this.#summing.then(() => this.#sumUp());
      if (expired + rentals + orders > 0) log.info("relay_tidied", { expired, rentals, orders });
    } catch (error) {
      // The next round tries again: nothing depends on this one.
      log.warn("relay_tidy_failed", { reason: messageOf(error) });
    }
  }

  /** So that who browses does not wait until the deliveries of rentals that ended are counted. Beside the rounds: the first takes long. */
  async #sumUp(): Promise<void> {
    const { store, time, clock, log } = this.#deps;
    try {
      const span = { endedAfter: this.#summedUntil, endedBefore: unixSecondsOf(time.earliest()) };
      let after = await store.upkeep.sumUp(span, null);
      while (after !== null) {
        await clock.sleep(BREATH, "relay sums", this.#ending.signal);
        after = await store.upkeep.sumUp(span, after);
      }
      // Those of the last day once more: something late may have come.
      this.#summedUntil = span.endedBefore - KEEP_AFTER_END / 1000;
    } catch (error) {
      if (!this.#ending.signal.aborted) log.warn("relay_sums_failed", { reason: messageOf(error) });
    }
  }

  /** Runs `step` until it finds nothing to do or the relay stops. Returns the sum. */
  async #repeat(step: () => Promise<number>): Promise<number> {
    let sum = 0;
    for (let done = 1; done > 0 && !this.#ending.signal.aborted; sum += done) done = await step();
    return sum;
  }
}
