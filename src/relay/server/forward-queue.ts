// Gathers forwarded messages while as many commits as the store likes are under way, and stores them together: the busier the relay, the larger
// its batches.

import { setImmediate as nextTurn } from "node:timers/promises";
import { type Deferred, deferred, seconds } from "../../base/index.ts";
import { limited, refusal } from "./problems.ts";

const MAX_BATCH = 128;
const MAX_WAITING = 4_096;
/** A batch of so many waits for no more. */
const ENOUGH = 8;
/** How often a batch of fewer waits for the next at most. */
const MAX_TURNS = 16;

interface Entry<T, R> {
  readonly item: T;
  readonly result: Deferred<R>;
}

export class ForwardQueue<T, R> {
  readonly #store: (batch: readonly T[]) => Promise<readonly R[]>;
  readonly #together: number;
  readonly #waiting: Entry<T, R>[] = [];
  /** Items that are being verified. */
  readonly #coming = new Set<Promise<T>>();
  #lanes = 0;
  #gathers = false;

  /** `store` makes a batch durable and returns one result for each item, in their order; it is asked for `together` batches at once. */
  constructor(store: (batch: readonly T[]) => Promise<readonly R[]>, together = 1) {
    this.#store = store;
    this.#together = together;
  }

  /**
   * Resolves once the item is durable or judged; the batch that is gathered waits for it meanwhile. Rejects with what `item` or `store`
   * rejected with, or `relay.rate_limited` when overrun.
   */
  async submit(item: Promise<T>): Promise<R> {
    if (this.#waiting.length + this.#coming.size >= MAX_WAITING) {
      item.catch(() => {});
      const message = "more messages arrive than the relay can store";
      throw limited("relay.rate_limited", "forward_queue", { message, wait: seconds(1) });
    }
    const result = deferred<R>();
    this.#coming.add(item);
    try {
      this.#waiting.push({ item: await item, result });
    } finally {
      this.#coming.delete(item);
    }
    this.#begin();
    return await result.promise;
  }

  /** One batch is gathered at a time; those who bring more meanwhile come along. */
  #begin(): void {
    if (!this.#gathers && this.#waiting.length > 0 && this.#lanes < this.#together) void this.#drain();
  }

  /** Where enough wait already, the disk has the next batch before those of the last are answered. */
  async #drain(): Promise<void> {
    this.#lanes++;
    let answer = (): void => {};
    while (this.#waiting.length > 0 && !this.#gathers) {
      if (this.#waiting.length < ENOUGH) {
        answer();
        answer = () => {};
      }
      await this.#gather();
      const batch = this.#waiting.splice(0, MAX_BATCH);
      this.#begin();
      const storing = this.#storeBatch(batch);
      answer();
      answer = await storing;
    }
    answer();
    this.#lanes--;
  }

  /**
   * Of what is being verified some comes along: a commit of one costs a third of one of eight. It does not wait for more: they are verified
   * while the disk is written to, and the disk is written to while they are verified.
   */
  async #gather(): Promise<void> {
    this.#gathers = true;
    // A flood of what does not verify holds nobody up for longer.
    for (let turns = 0; turns < MAX_TURNS && this.#waiting.length < ENOUGH && this.#coming.size > 0; turns++) {
      await Promise.race(this.#coming).catch(() => {});
      await nextTurn();
    }
    this.#gathers = false;
  }

  /** Resolves with what answers those of the batch. */
  async #storeBatch(batch: readonly Entry<T, R>[]): Promise<() => void> {
    try {
      const results = await this.#store(batch.map((entry) => entry.item));
      return () => {
        for (const [index, entry] of batch.entries()) {
          const result = results[index];
          if (result === undefined) entry.result.reject(refusal("relay.internal", "the store gave no result"));
          else entry.result.resolve(result);
        }
      };
    } catch (error) {
      return () => {
        for (const entry of batch) entry.result.reject(error);
      };
    }
  }
}
