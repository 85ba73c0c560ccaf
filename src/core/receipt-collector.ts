// Fetches renters' signed receipts from the relay, checks each against the message it names, and keeps the good ones as proof.

import {
  type Clock,
  type CryptoSuite,
  type Logger,
  type Millis,
  messageOf,
  seconds,
  type UnixMs,
} from "../base/index.ts";
import { canonicalJson, verifyReceipt } from "../envelope/index.ts";
import type { ProviderReceiptsPage } from "../protocol/index.ts";
import type { Rental, StoredReceipt } from "./model.ts";
import type { RelayPort } from "./ports.ts";
import type { ReceiptStore } from "./ports-store.ts";

export interface CollectorDeps {
  readonly store: ReceiptStore;
  readonly relay: RelayPort;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly rentalOf: (id: Rental["id"]) => Rental | null;
  /** Whether the relay answered last time: nothing is asked of a relay that is down. */
  readonly linkUp: () => boolean;
  readonly onSaved: (count: number) => void;
}

const EVERY: Millis = seconds(10);

export class ReceiptCollector {
  readonly #deps: CollectorDeps;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#deps.linkUp()) await this.collect();
      } catch (error) {
        this.#deps.log.warn("receipts_failed", { reason: messageOf(error) });
      }
      // Aborting the wait is how it ends.
      await this.#deps.clock.sleep(EVERY, "receipt collector", signal).catch(() => {});
    }
  }

  /** Takes everything that waits at the relay. */
  async collect(): Promise<void> {
    const { store, relay } = this.#deps;
    for (;;) {
      const page = await relay.receipts(await store.receiptCursor(), this.#abort.signal);
      if (page === null || page.receipts.length === 0) return;
      const good: StoredReceipt[] = [];
      for (const item of page.receipts) {
        const stored = await this.#check(item);
        if (stored !== null) good.push(stored);
      }
      await store.saveReceipts(good, page.next);
      if (good.length > 0) this.#deps.onSaved(good.length);
      if (!page.more) return;
    }
  }

  /** The relay is not trusted: the receipt must be signed by the renter of the very message that it names. */
  async #check(item: ProviderReceiptsPage["receipts"][number]): Promise<StoredReceipt | null> {
    const verdict = verifyReceipt(this.#deps.suite, item.receipt);
    const reject = (reason: string): null => {
      this.#deps.log.warn("receipt_rejected", { message: item.id, reason });
      return null;
    };
    if (!verdict.ok) return reject(verdict.code);
    const sent = await this.#deps.store.findForwarded(verdict.receipt.msg_hash);
    if (sent === null) return reject("receipt.unknown_message");
    if (this.#deps.rentalOf(sent.rentalId)?.renter.verify !== verdict.receipt.from)
      return reject("receipt.not_the_renter");
    return {
      messageId: sent.id,
      rentalId: sent.rentalId,
      receivedAt: this.#deps.now(),
      receipt: canonicalJson({ ...verdict.receipt }),
    };
  }
}
