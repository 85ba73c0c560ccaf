// RANDPAY challenges: made by the node in batches, bound to an order when offered, expired by us, and void when the node forgot them.

import { type MicroEmc, unixMs } from "../../base/index.ts";
import { parseChap, ticketAmount } from "../../emercoin/index.ts";
import type { IssuedChap, Order } from "./model.ts";
import { stepOrder, stillDue } from "./order-machine.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError } from "./payment-errors.ts";
import type { PaymentDeps } from "./ports-payment.ts";

export interface ChapTerms {
  readonly amount: MicroEmc;
  readonly risk: number;
}

export class Chaps {
  readonly #deps: PaymentDeps;
  readonly #book: PaymentBook;

  constructor(deps: PaymentDeps, book: PaymentBook) {
    this.#deps = deps;
    this.#book = book;
  }

  /** What a challenge for an order asks for: worth exactly what is still to be paid, unless `terms` says otherwise. */
  termsFor(order: Order, terms?: ChapTerms): ChapTerms {
    return terms ?? ticketAmount(stillDue(order), this.#deps.settings.randpay.target);
  }

  /**
   * A challenge for an order, durable before it is given out. Errors: `payment.chap_limit`, `payment.wallet_locked`, and those of the
   * node.
   */
  async offer(order: Order, terms: ChapTerms): Promise<IssuedChap> {
    const { now, settings } = this.#deps;
    await this.checkWallet();
    const open = [...this.#book.chaps.values()].filter(
      (chap) => chap.orderId === order.id && chap.state === "offered" && chap.expiresAt > now(),
    );
    // The same price again: the payer lost the answer, or wants to see it once more.
    const again = open.find((chap) => chap.amount === terms.amount && chap.risk === terms.risk);
    if (again !== undefined) return again;
    if (open.length >= settings.randpay.maxOpenChaps) {
      throw paymentError("payment.chap_limit", "the order has too many open challenges");
    }
    const pooled = this.#fromPool(terms) ?? (await this.#issue(terms));
    const at = now();
    const expiresAt = unixMs(at + settings.randpay.chapTimeoutSeconds * 1000);
    const chap: IssuedChap = { ...pooled, state: "offered", orderId: order.id, expiresAt };
    await this.#book.commit({ chaps: [chap], orders: [stepOrder(order, { type: "offered", address: null }, at)] });
    return chap;
  }

  /** Whether the wallet could take a win now. Errors: `payment.wallet_locked`. */
  async checkWallet(): Promise<void> {
    const { node, gate } = this.#deps;
    const { wallet } = await node.status();
    if (wallet === null) throw paymentError("payment.wallet_locked", "the node has no wallet loaded");
    if (wallet.lock === "unencrypted" || wallet.lock === "unlocked" || gate.ready) return;
    throw paymentError("payment.wallet_locked", "a win could not be taken while the wallet is locked");
  }

  /** Expires what is over. */
  async tick(): Promise<void> {
    const now = this.#deps.now();
    const over = [...this.#book.chaps.values()].filter(
      (chap) => (chap.state === "offered" || chap.state === "pool") && chap.expiresAt <= now,
    );
    if (over.length > 0) await this.#book.commit({ chaps: over.map((chap) => ({ ...chap, state: "expired" })) });
  }

  /** The node was restarted: what it had issued up to then, and nobody used, can win nothing any more. */
  forgotten(issuedBefore: IssuedChap): readonly IssuedChap[] {
    return [...this.#book.chaps.values()]
      .filter((chap) => chap.issuedAt <= issuedBefore.issuedAt && (chap.state === "pool" || chap.state === "offered"))
      .map((chap) => ({ ...chap, state: "void" as const }));
  }

  #fromPool({ amount, risk }: ChapTerms): IssuedChap | null {
    const now = this.#deps.now();
    for (const chap of this.#book.chaps.values()) {
      if (chap.state === "pool" && chap.amount === amount && chap.risk === risk && chap.expiresAt > now) return chap;
    }
    return null;
  }

  async #issue({ amount, risk }: ChapTerms): Promise<IssuedChap> {
    const { node, now, settings } = this.#deps;
    const { batch, chapTimeoutSeconds } = settings.randpay;
    // Twice as long in the node: one that is offered at the end of its time in the pool still has all of its own.
    const texts: string[] = [];
    for (let i = 0; i < batch; i++) texts.push(await node.makeChap(amount, risk, 2 * chapTimeoutSeconds));
    const issuedAt = now();
    const expiresAt = unixMs(issuedAt + chapTimeoutSeconds * 1000);
    const chaps = texts.map((text): IssuedChap => {
      const read = parseChap(text);
      if (read.amount !== amount || read.risk !== risk) {
        throw paymentError("payment.not_ours", "the node made another challenge than the one asked for");
      }
      return { text, amount, risk, state: "pool", issuedAt, expiresAt, orderId: null };
    });
    await this.#book.commit({ chaps });
    const [first] = chaps;
    if (first === undefined) throw paymentError("payment.not_ours", "no challenge was made");
    return first;
  }
}
