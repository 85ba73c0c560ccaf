// Orders: what somebody wants to rent, what it costs, and the grant once it is paid.

import type { LineId, ListingId, RentalId, SerialQueue } from "../../base/index.ts";
import {
  AppError,
  isAppError,
  type MicroEmc,
  messageOf,
  microEmc,
  rentalId,
  toHex,
  unixMs,
  wrapError,
} from "../../base/index.ts";
import type { EscrowFile } from "../escrow/escrow-file.ts";
import type { RenterKeys } from "../model.ts";
import { type ChangeRequest, makeChange, planChange } from "./change-orders.ts";
import type { Chaps, ChapTerms } from "./chaps.ts";
import type { Deposits } from "./deposits.ts";
import { rentalCharged, smsCharged } from "./entries.ts";
import { offerEscrow } from "./escrow-payment.ts";
import type { IssuedChap, Order, PayMethod } from "./model.ts";
import { stepOrder } from "./order-machine.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError, problemOf } from "./payment-errors.ts";
import type { EscrowOrder, PaymentDeps, PriceList, RentalGranter } from "./ports-payment.ts";

export interface QuoteRequest {
  /** 32 hex digits; asking again with it gives the order that was made the first time. */
  readonly id?: string;
  readonly line: { readonly id: LineId; readonly listingId: ListingId };
  readonly tier: string;
  readonly days: number;
  /** SMS paid for at once. */
  readonly sms: number;
  readonly renter: RenterKeys;
  readonly envelopeVersion: 1 | 2;
  readonly method: PayMethod;
}

export interface OrdersDeps extends PaymentDeps {
  readonly book: PaymentBook;
  readonly chaps: Chaps;
  readonly deposits: Deposits;
  readonly changes: SerialQueue;
  readonly prices: PriceList;
  readonly rentals: RentalGranter;
  /** The highest `seq` sealed for a rental. */
  readonly sealedSms: () => Promise<ReadonlyMap<RentalId, number>>;
}

export class Orders {
  readonly #deps: OrdersDeps;

  constructor(deps: OrdersDeps) {
    this.#deps = deps;
  }

  get(id: string): Order {
    const order = this.#deps.book.orders.get(id);
    if (order === undefined) throw paymentError("payment.unknown_order", "there is no order with this id");
    return order;
  }

  /** What it costs; nothing is stored. Errors: `payment.not_offered`, `payment.method_off`. */
  plan(request: QuoteRequest): Order {
    const { prices, settings, random, now } = this.#deps;
    if (!settings[request.method].enabled) throw paymentError("payment.method_off", "this way of paying is turned off");
    const { line, tier, days, sms } = request;
    const asked = prices.pricesOf({ line: line.id, tier, days });
    if (asked === null) throw paymentError("payment.not_offered", "the line is not offered in this tier for this time");
    const at = now();
    const timeout = (request.method === "escrow" ? settings.escrow : settings).orderTimeoutSeconds;
    return {
      ...blank(request, at + timeout * 1000, at),
      id: request.id ?? toHex(random.bytes(16)),
      kind: "rental",
      rentalId: rentalId(toHex(random.bytes(16))),
      price: asked.price,
      perSms: asked.perSms,
      due: microEmc(asked.price + asked.perSms * sms),
    };
  }

  /** A quote that holds until it expires. What costs nothing is granted at once. */
  async quote(request: QuoteRequest): Promise<Order> {
    const known = request.id === undefined ? undefined : this.#deps.book.orders.get(request.id);
    if (known !== undefined) return known;
    const order = this.plan(request);
    return await this.#keep(order);
  }

  /** A quote for more SMS of a rental that runs. Errors: `payment.unknown_order`, `payment.not_offered`. */
  async quoteTopUp(rental: RentalId, amount: MicroEmc, method: PayMethod): Promise<Order> {
    const { book, now, random, settings, rentals } = this.#deps;
    const first = book.orderOfRental(rental);
    if (first === null) throw paymentError("payment.unknown_order", "no order of this box bought the rental");
    if (first.perSms === 0 || amount <= 0 || rentals.get(rental)?.state !== "active") {
      throw paymentError("payment.not_offered", "there is nothing to top up");
    }
    const request = { ...first, line: { id: first.lineId, listingId: first.listingId }, method, days: 0 };
    const at = now();
    return await this.#keep({
      ...blank(request, at + settings.orderTimeoutSeconds * 1000, at),
      id: toHex(random.bytes(16)),
      kind: "topup",
      rentalId: rental,
      price: microEmc(0),
      perSms: first.perSms,
      due: amount,
    });
  }

  /** A quote for a change of a rental that runs. What costs nothing is done at once. Errors: `payment.unknown_order`, `payment.not_offered`. */
  async quoteChange(request: ChangeRequest): Promise<Order> {
    const { book, now, settings } = this.#deps;
    const known = book.orders.get(request.id);
    if (known !== undefined) return known;
    // The coins of an escrow stay with the rental that it was made for.
    if (request.method === "escrow")
      throw paymentError("payment.not_offered", "a rental that runs is not changed by escrow");
    if (request.kind !== "cancel" && !settings[request.method].enabled)
      throw paymentError("payment.method_off", "this way of paying is turned off");
    const at = now();
    const expiresAt = unixMs(at + settings.orderTimeoutSeconds * 1000);
    return await this.#keep(planChange(this.#deps, request, { now: at, expiresAt }));
  }

  async #keep(order: Order): Promise<Order> {
    const { book, changes, now } = this.#deps;
    const kept = order.due === 0 ? stepOrder(order, { type: "money", amount: microEmc(0) }, now()) : order;
    await changes.run(() => book.commit({ orders: [kept] }));
    if (kept.state === "paid") await this.settle(kept.id);
    return this.get(order.id);
  }

  /** A challenge to pay with. `terms` null: worth what is still due. Errors: `payment.order_over`, `payment.order_paid`, and those of `Chaps`. */
  async chap(id: string, terms?: ChapTerms): Promise<IssuedChap> {
    const { chaps, changes } = this.#deps;
    return await changes.run(async () => {
      const order = this.#payable(id, "randpay");
      return await chaps.offer(order, chaps.termsFor(order, terms));
    });
  }

  /** The challenge that the relay gave out for the order. Errors: `payment.order_over`, `payment.order_paid`, and those of `Chaps.bind`. */
  async bindChap(id: string, text: string): Promise<IssuedChap> {
    const { chaps, changes } = this.#deps;
    return await changes.run(() => chaps.bind(this.#payable(id, "randpay"), text));
  }

  /** The address to pay to. */
  async address(id: string): Promise<string> {
    const { deposits, changes } = this.#deps;
    return await changes.run(() => deposits.address(this.#payable(id, "emc")));
  }

  /** The escrow to pay into, made at the first call. Errors: as `chap`, and those of `OrderEscrowSource.offer`. */
  async escrow(id: string, asked: Omit<EscrowOrder, "amount">): Promise<EscrowFile> {
    return await this.#deps.changes.run(() => offerEscrow(this.#deps, this.#payable(id, "escrow"), asked));
  }

  #payable(id: string, method: PayMethod): Order {
    const { settings, now } = this.#deps;
    const order = this.get(id);
    if (!settings[method].enabled) throw paymentError("payment.method_off", "this way of paying is turned off");
    if (order.state === "paid" || order.state === "granted") {
      throw paymentError("payment.order_paid", "the order is paid");
    }
    if ((order.state !== "quoted" && order.state !== "paying") || now() >= order.expiresAt) {
      throw paymentError("payment.order_over", `the order is ${order.state === "refused" ? "refused" : "expired"}`);
    }
    return order;
  }

  /** Does what a paid order asks for; may be called any number of times. */
  async settle(id: string): Promise<void> {
    const { changes } = this.#deps;
    await changes.run(async () => {
      const order = this.get(id);
      if (order.state === "paid") await this.#grant(order);
      await this.#raise(order.rentalId);
    });
  }

  /** Grants what is paid, charges SMS, expires quotes. */
  async tick(): Promise<void> {
    const { book, changes, now, log, sealedSms } = this.#deps;
    const sealed = await sealedSms();
    for (const { id } of [...book.orders.values()]) {
      try {
        await changes.run(async () => {
          const order = this.get(id);
          const stepped = stepOrder(order, { type: "tick" }, now());
          if (stepped !== order) await book.commit({ orders: [stepped] });
          if (stepped.state === "paid") await this.#grant(stepped);
          await this.#chargeSms(this.get(id), sealed.get(order.rentalId) ?? 0);
        });
      } catch (error) {
        log.warn("order_round_failed", { order: id, reason: isAppError(error) ? error.code : messageOf(error) });
      }
    }
  }

  /** The rental first, its charge after it: a crash in between is met by the same id at the next round. */
  async #grant(order: Order): Promise<void> {
    const { book, now, rentals, events } = this.#deps;
    if (order.kind === "topup") {
      await book.commit({ orders: [stepOrder(order, { type: "granted" }, now())] });
      return;
    }
    const entry = rentalCharged({ id: order.id, at: now(), rental: order.rentalId }, order.price);
    try {
      if (order.kind === "rental") await rentals.grantOrder(order, creditAfter(book, order));
      else await makeChange(this.#deps, order);
    } catch (error) {
      const fault = wrapError(error, "payment.grant_failed", "the rental could not be granted");
      const retryable = fault.retryable || fault.code.startsWith("store.");
      const told = new AppError(fault.code, fault.message, { retryable, hint: fault.hint ?? "Look at the line." });
      const failed = stepOrder(order, { type: "grant_failed", error: told }, now());
      if (failed.problem?.code !== order.problem?.code || failed.state !== order.state)
        await book.commit({ orders: [failed] });
      events.record({ level: "warn", code: "payment.grant_failed", details: { code: problemOf(fault).code } });
      return;
    }
    const granted = stepOrder(order, { type: "granted" }, now());
    await book.commit({ orders: [granted], entries: order.price === 0 ? [] : [entry] });
    // The grant's sealed terms follow from the tier, which is the new one from here on.
    if (order.kind === "upgrade") await rentals.reissue(order.rentalId);
  }

  /** The rental's SMS as its money now pays for. */
  async #raise(rental: RentalId): Promise<void> {
    const { book, rentals } = this.#deps;
    const order = book.orderOfRental(rental);
    if (order?.state !== "granted") return;
    const credit = book.smsCredit(order);
    const running = rentals.get(rental);
    if (running?.state === "active" && running.credit !== credit) await rentals.setCredit(rental, credit);
  }

  async #chargeSms(order: Order, sealed: number): Promise<void> {
    const { book, now } = this.#deps;
    if (order.kind !== "rental" || order.state !== "granted" || order.perSms === 0) return;
    // What lies beyond the credit is not handed over, and not charged.
    const upTo = Math.min(sealed, book.smsCredit(order) ?? sealed);
    if (upTo > order.chargedSms) {
      const price = microEmc((upTo - order.chargedSms) * order.perSms);
      await book.commit({
        orders: [stepOrder(order, { type: "charged", sms: upTo }, now())],
        entries: [smsCharged({ at: now(), rental: order.rentalId, upTo }, price)],
      });
    }
    await this.#raise(order.rentalId);
  }
}

/** SMS that are paid for once the rental's price is taken off. */
export function smsAfterPrice(credit: MicroEmc, order: Pick<Order, "price" | "perSms">): number | null {
  return order.perSms === 0 ? null : Math.floor(Math.max(0, credit - order.price) / order.perSms);
}

const creditAfter = (book: PaymentBook, order: Order): number | null =>
  smsAfterPrice(book.balances.credit(order.rentalId), order);

type Blank = Omit<Order, "id" | "kind" | "rentalId" | "price" | "perSms" | "due">;

function blank(request: Omit<QuoteRequest, "sms">, expiresAt: number, now: number): Blank {
  const { line, tier, days, renter, envelopeVersion, method } = request;
  return {
    ...{ lineId: line.id, listingId: line.listingId, tier, days, renter, envelopeVersion, method },
    ...{ received: microEmc(0), address: null, state: "quoted", chargedSms: 0, problem: null },
    ...{ createdAt: unixMs(now), expiresAt: unixMs(expiresAt), changedAt: unixMs(now) },
  };
}
