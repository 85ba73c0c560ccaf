// RANDPAY challenges: made by the node in batches, bound to an order when offered, expired by us, and void when the node forgot them.

import { type MicroEmc, minutes, unixMs } from "../../base/index.ts";
import { parseChap, ticketAmount } from "../../emercoin/index.ts";
import type { IssuedChap, Order } from "./model.ts";
import { stepOrder, stillDue } from "./order-machine.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError } from "./payment-errors.ts";
import type { PaymentDeps } from "./ports-payment.ts";
import { ticketValue } from "./ticket-check.ts";

/** Whether the relay may give it to whichever order comes first. */
export const isLent = ({ state, orderId }: IssuedChap): boolean => state === "offered" && orderId === null;

/** With so much of its life left a challenge is not shown again; half of its life at most. */
const ENDING = minutes(1);

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
    const open = this.#openOf(order);
    // The same price again: the payer lost the answer, or wants to see it once more. One that ends at once is what he wants another for.
    const life = settings.randpay.chapTimeoutSeconds * 1000;
    const until = now() + Math.min(ENDING, life / 2);
    const again = open.find(
      (chap) => chap.amount === terms.amount && chap.risk === terms.risk && chap.expiresAt > until,
    );
    if (again !== undefined) return again;
    if (open.length >= settings.randpay.maxOpenChaps) {
      throw paymentError("payment.chap_limit", "the order has too many open challenges");
    }
    const chap = { ...(await this.#taken(terms)), orderId: order.id };
    await this.#book.commit({ chaps: [chap], orders: [stepOrder(order, { type: "offered", address: null }, now())] });
    return chap;
  }

  /** A challenge for the relay's pool, durable before the relay has it. Errors: `payment.wallet_locked`, and those of the node. */
  async lend(terms: ChapTerms): Promise<IssuedChap> {
    await this.checkWallet();
    const chap = { ...(await this.#taken(terms)), orderId: null };
    await this.#book.commit({ chaps: [chap] });
    return chap;
  }

  /** Those that the relay may give out, the last to expire at the end. */
  lent(): readonly IssuedChap[] {
    const now = this.#deps.now();
    const lent = [...this.#book.chaps.values()].filter((chap) => isLent(chap) && chap.expiresAt > now);
    return lent.toSorted((one, other) => one.expiresAt - other.expiresAt);
  }

  /**
   * Binds the lent challenge that the relay gave out for an order; again, once it is bound. Nothing of it becomes later or larger: the node
   * keeps it no longer. Errors: `payment.chap_unknown`, `payment.chap_foreign`, `payment.chap_used`, `payment.chap_expired`,
   * `payment.chap_limit`.
   */
  async bind(order: Order, text: string): Promise<IssuedChap> {
    const { now, settings } = this.#deps;
    const chap = this.#book.chaps.get(text);
    if (chap === undefined) throw paymentError("payment.chap_unknown", "the challenge is none of this box");
    if (chap.orderId !== null && chap.orderId !== order.id)
      throw paymentError("payment.chap_foreign", "the challenge is another order's");
    if (chap.state === "pool") throw paymentError("payment.chap_foreign", "the challenge was given to nobody");
    if (chap.state === "used" || chap.state === "spent")
      throw paymentError("payment.chap_used", "the challenge was used by a ticket");
    if (chap.state !== "offered" || now() >= chap.expiresAt)
      throw paymentError("payment.chap_expired", "the challenge is no longer valid");
    if (chap.orderId === order.id) return chap;
    // A ticket cannot be worth less than a millionth.
    if (ticketValue(chap.amount, chap.risk) > Math.max(stillDue(order), 1))
      throw paymentError("payment.chap_foreign", "the challenge is worth more than the order needs");
    if (this.#openOf(order).length >= settings.randpay.maxOpenChaps)
      throw paymentError("payment.chap_limit", "the order has too many open challenges");
    const bound: IssuedChap = { ...chap, orderId: order.id };
    await this.#book.commit({ chaps: [bound], orders: [stepOrder(order, { type: "offered", address: null }, now())] });
    return bound;
  }

  #openOf(order: Order): readonly IssuedChap[] {
    const now = this.#deps.now();
    return [...this.#book.chaps.values()].filter(
      (chap) => chap.orderId === order.id && chap.state === "offered" && chap.expiresAt > now,
    );
  }

  /** One out of the pool, or new, for its whole time from now; not stored yet. */
  async #taken(terms: ChapTerms): Promise<IssuedChap> {
    const { now, settings } = this.#deps;
    const pooled = this.#fromPool(terms) ?? (await this.#issue(terms));
    return { ...pooled, state: "offered", expiresAt: unixMs(now() + settings.randpay.chapTimeoutSeconds * 1000) };
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

  /**
   * The node was restarted: what it had issued up to then, and nobody used, can win nothing any more. Of those that no order has nobody
   * needs to know when they were issued: new ones are made.
   */
  forgotten(issuedBefore: IssuedChap): readonly IssuedChap[] {
    return [...this.#book.chaps.values()]
      .filter((chap) => chap.state === "pool" || chap.state === "offered")
      .filter((chap) => chap.orderId === null || chap.issuedAt <= issuedBefore.issuedAt)
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
