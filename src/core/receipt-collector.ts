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
  /** The box's verify key, base64url: whom receipts must be addressed to, unless they name the listing. */
  readonly provider: string;
  readonly rentalOf: (id: Rental["id"]) => Rental | null;
  /** Nothing is asked of a relay that is down. */
  readonly mayAsk: () => boolean;
  /** The relay has answered; `box` is who has the identity, if the relay knows. */
  readonly onAnswer: (box: string | undefined) => void;
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
        if (this.#deps.mayAsk()) await this.collect();
      } catch (error) {
        if (!signal.aborted) this.#deps.log.warn("receipts_failed", { reason: messageOf(error) });
      }
      // Aborting the wait is how it ends.
      await this.#deps.clock.sleep(EVERY, "receipt collector", signal).catch(() => {});
    }
  }

  /** Takes everything that waits at the relay. */
  async collect(): Promise<void> {
    const { store, relay } = this.#deps;
    for (let first = true; ; first = false) {
      const place = await store.receiptPlace();
      const page = await relay.receipts(place, this.#abort.signal);
      if (page === null) return;
      this.#deps.onAnswer(page.box);
      const epoch = page.epoch ?? null;
      // A page that leads nowhere would come again and again. In another epoch the relay may go on before the place that was asked for.
      const moved = first && epoch !== place.epoch;
      if (!moved && (page.receipts.length === 0 || page.next <= place.after)) return;
      const good: StoredReceipt[] = [];
      for (const item of page.receipts) {
        const stored = await this.#check(item);
        if (stored !== null) good.push(stored);
      }
      await store.saveReceipts(good, { after: page.next, epoch });
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
    const rental = this.#deps.rentalOf(sent.rentalId);
    const { from, to } = verdict.receipt;
    if (rental === null || rental.renter.verify !== from) return reject("receipt.not_the_renter");
    const ours = typeof to === "string" ? to === this.#deps.provider : to.listing === rental.listingId;
    if (!ours) return reject("receipt.not_for_us");
    return {
      messageId: sent.id,
      rentalId: sent.rentalId,
      receivedAt: this.#deps.now(),
      receipt: canonicalJson({ ...verdict.receipt }),
    };
  }
}
