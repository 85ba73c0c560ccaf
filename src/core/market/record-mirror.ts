// Brings listing records to the relay. A relay with a node takes one only when its own node shows the commitment, so that it is offered
// until then; one that nothing committed to is given up after a while.

import {
  AppError,
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  hours,
  type ListingId,
  type Random,
  randomFraction,
  seconds,
  toHex,
} from "../../base/index.ts";
import type { ListingMirrors } from "../listings/listing-model.ts";
import type { MarketRelay } from "./ports-market.ts";

export interface RecordMirrorDeps {
  readonly relay: () => Pick<MarketRelay, "putRecord">;
  readonly clock: Clock;
  readonly random: Random;
}

const RETRY: BackoffPolicy = { first: seconds(1), max: seconds(30) };
const GIVE_UP = hours(2);

export class RecordMirror implements ListingMirrors {
  readonly #deps: RecordMirrorDeps;
  readonly #abort = new AbortController();
  readonly #running = new Map<string, Promise<void>>();

  constructor(deps: RecordMirrorDeps) {
    this.#deps = deps;
  }

  /** Resolves when the relay has it. Rejects with `market.not_mirrored`, or `base.stopped`. The same record is on its way only once. */
  put(id: ListingId, record: Uint8Array): Promise<void> {
    const key = `${id} ${toHex(record)}`;
    const known = this.#running.get(key);
    if (known !== undefined) return known;
    const run = this.#run(id, record).finally(() => this.#running.delete(key));
    this.#running.set(key, run);
    return run;
  }

  /** Idempotent. The next start offers everything again. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled(this.#running.values());
  }

  async #run(id: ListingId, record: Uint8Array): Promise<void> {
    const { relay, clock, random } = this.#deps;
    const { signal } = this.#abort;
    const until = clock.monotonic() + GIVE_UP;
    for (let attempt = 1; ; attempt++) {
      const outcome = await relay().putRecord(id, record, signal);
      if (outcome.kind === "taken") return;
      if (outcome.kind === "refused" || clock.monotonic() > until) {
        throw new AppError("market.not_mirrored", `the relay did not take the record (${outcome.code})`, {
          hint: "It is offered again at the next change and the next start.",
          context: { code: outcome.code },
        });
      }
      await clock.sleep(backoffDelay(RETRY, attempt, randomFraction(random)), "offering a record", signal);
    }
  }
}
