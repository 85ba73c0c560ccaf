// Renting a number over a relay: ask, check the provider's quote, pay with tickets, wait for the grant. The relay is believed nothing:
// quote and way of paying are signed by the key that the chain names, and the price may not be above the published one.

import {
  AppError,
  type Clock,
  type CryptoSuite,
  isAppError,
  type MicroEmc,
  type Millis,
  microEmc,
  minutes,
  parseEmc,
  seconds,
  shortEmc,
  unixMs,
} from "../base/index.ts";
import { checkAnswer, type Payer, type PayerTicket } from "../core/index.ts";
import type { OrderAnswer, PaymentRequirement, RandpayPayment, RentRequest } from "../protocol/index.ts";
import { checkChallenge, checkPooled } from "./challenge.ts";
import { dishonest } from "./dishonest.ts";
import { checkEscrowOffer } from "./escrow-offer.ts";
import type { MarketClient } from "./market-client.ts";

/** What the published record says that the order may cost. */
export interface AgreedPrice {
  readonly rental: MicroEmc;
  readonly perSms: MicroEmc;
}

export type RentingStep =
  | { readonly type: "quoted"; readonly answer: OrderAnswer }
  | { readonly type: "ticket"; readonly ticket: PayerTicket; readonly risk: number }
  | { readonly type: "outcome"; readonly outcome: "won" | "lost"; readonly received: MicroEmc; readonly due: MicroEmc }
  /** `until`: Unix seconds; what is paid later counts only if the number is still free then. */
  | { readonly type: "pay_to"; readonly address: string; readonly amount: MicroEmc; readonly until: number }
  /** The escrow is kept; it is agreed to and paid into beside the order. */
  | { readonly type: "escrow"; readonly amount: MicroEmc; readonly rental: string };

export interface RentingDeps {
  readonly market: MarketClient;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  /** Needed for RANDPAY. */
  readonly payer: Pick<Payer, "ticket" | "settled"> | null;
  readonly tell: (step: RentingStep) => void;
  /** Stores a ticket before it goes out, so that a crash never pays twice. */
  readonly keepTicket: (chap: string, tx: string) => Promise<void>;
  /** Stores the document that the order is to be paid into, once it was checked. */
  readonly keepEscrow: (answer: OrderAnswer, document: string) => Promise<void>;
  /** How long to wait for an answer of the provider. Default 2 min. */
  readonly patience?: Millis;
  /** Between two looks for the provider's next word. Default 3 s. */
  readonly lookEvery?: Millis;
}

export interface RentingOrder {
  readonly request: RentRequest;
  /** Verify key of the provider, as the chain names it. */
  readonly provider: string;
  readonly agreed: AgreedPrice;
}

/** A challenge with less time than this is asked for anew. */
const MARGIN = seconds(30);
const WAIT_SECONDS = 15;
/** One ticket is worth what is due; a few more are needed where the provider rounds. */
const MOST_TICKETS = 20;

/** Throws `market.bad_quote` where a quote asks for more than the published record does. */
export function checkQuote(answer: OrderAnswer, { request, agreed }: RentingOrder): void {
  const [price, perSms, due] = [answer.price, answer.per_sms, answer.due].map(parseEmc) as [
    MicroEmc,
    MicroEmc,
    MicroEmc,
  ];
  if (price > agreed.rental) throw dishonest("the rental costs more than its listing says");
  if (perSms > agreed.perSms) throw dishonest("an SMS costs more than its listing says");
  if (due > price + perSms * request.sms) throw dishonest("it asks for more than the price");
}

/** Challenges that are asked for because the one before was gone. */
const MOST_RENEWED = 3;
/** What a box says of a ticket whose challenge is not, or is no longer, the order's: its node was restarted, or the relay erred. */
const GONE: ReadonlySet<string> = new Set([
  "payment.chap_unknown",
  "payment.chap_foreign",
  "payment.chap_expired",
  "payment.not_ours",
  "emercoin.unknown_chap",
]);

/** Errors after which an order can bring nothing any more. */
const FINAL: ReadonlySet<string> = new Set([
  "market.order_over",
  "market.refused",
  "market.bad_quote",
  "market.bad_answer",
]);

/** Whether an order can bring nothing any more after this error. */
export function endsOrder(error: unknown): error is AppError {
  return isAppError(error) && FINAL.has(error.code);
}

export class Renting {
  readonly #deps: RentingDeps;
  readonly #order: RentingOrder;

  constructor(deps: RentingDeps, order: RentingOrder) {
    this.#deps = deps;
    this.#order = order;
  }

  /**
   * Resolves with the provider's word that the rental is granted. `before`: a ticket of an earlier run whose outcome is unknown. Rejects
   * with `market.*`, `payment.*`, `emercoin.*`, `renter.*` or `base.stopped`.
   */
  async run(
    signal: AbortSignal,
    before: { readonly chap: string; readonly tx: string } | null = null,
  ): Promise<OrderAnswer> {
    const { market, tell } = this.#deps;
    const { request } = this.#order;
    await market.rent(request, signal);
    if (before !== null) await market.ticket(request.order_id, before.chap, before.tx, signal);
    let answer = await this.#answered(signal);
    checkQuote(answer, this.#order);
    tell({ type: "quoted", answer });
    for (let [tickets, renewed] = [0, 0]; tickets < MOST_TICKETS; ) {
      if (answer.state === "granted") return answer;
      if (answer.problem !== null && GONE.has(answer.problem.code) && renewed++ < MOST_RENEWED) {
        // The box's own next word has a challenge that is good: nothing was paid with the last one.
        await market.chap(request.order_id, signal);
        answer = await this.#answered(signal);
        continue;
      }
      // A grant that failed for now is tried again by the box.
      if (answer.problem !== null && answer.state !== "paid") throw refused(answer.problem);
      if (answer.state === "expired" || answer.state === "refused") throw over(answer.state);
      if (answer.payment?.method === "randpay") {
        answer = await this.#pay(answer, answer.payment, signal);
        tickets++;
      } else {
        if (answer.payment !== null) await this.#askFor(answer, answer.payment);
        answer = await this.#changed(answer, signal);
      }
    }
    throw dishonest("it takes ticket after ticket");
  }

  async #pay(answer: OrderAnswer, asked: RandpayPayment, signal: AbortSignal): Promise<OrderAnswer> {
    const { payer, market, suite } = this.#deps;
    const { order_id: id } = this.#order.request;
    checkChallenge(answer, asked);
    if (payer === null) {
      throw new AppError("market.no_node", "tickets are paid from a node of your own", {
        hint: "Give its address with --node, or pay with --method emc.",
      });
    }
    const until = unixMs(market.time.now() + MARGIN);
    if (asked.expires_at * 1000 >= until) return await this.#handIn(payer, asked, signal);
    const pooled = await market.chap(id, signal);
    if (pooled === null) return await this.#answered(signal);
    checkPooled(suite, pooled, { answer, provider: this.#order.provider, until });
    return await this.#handIn(payer, pooled.payment, signal);
  }

  async #handIn(
    payer: NonNullable<RentingDeps["payer"]>,
    asked: RandpayPayment,
    signal: AbortSignal,
  ): Promise<OrderAnswer> {
    const { market, tell, keepTicket } = this.#deps;
    const ticket = await payer.ticket(asked.chap);
    await keepTicket(asked.chap, ticket.hex);
    tell({ type: "ticket", ticket, risk: asked.risk });
    await market.ticket(this.#order.request.order_id, asked.chap, ticket.hex, signal);
    const next = await this.#answered(signal);
    const told = next.ticket?.txid === ticket.id ? next.ticket : null;
    if (told !== null) {
      await payer.settled(ticket.id, told.outcome === "won" ? { winHex: told.win_tx } : "lost");
      const { received, due } = next;
      tell({ type: "outcome", outcome: told.outcome, received: parseEmc(received), due: parseEmc(due) });
      return next;
    }
    // Whoever does not know whether the node took it must not use its coins again.
    if (next.problem !== null && next.problem.code !== "payment.undecided") await payer.settled(ticket.id, "refused");
    return next;
  }

  async #askFor(answer: OrderAnswer, payment: Exclude<PaymentRequirement, RandpayPayment>): Promise<void> {
    const { tell, keepEscrow } = this.#deps;
    const amount = parseEmc(payment.amount);
    if (payment.method === "emc") {
      return tell({ type: "pay_to", address: payment.address, amount, until: payment.expires_at });
    }
    checkEscrowOffer(payment, answer, this.#order);
    await keepEscrow(answer, payment.document);
    tell({ type: "escrow", amount, rental: answer.rental_id ?? "" });
  }

  /** The provider's answer to everything that was asked. */
  async #answered(signal: AbortSignal): Promise<OrderAnswer> {
    const { market, clock, patience = minutes(2) } = this.#deps;
    const { request } = this.#order;
    const deadline = clock.monotonic() + patience;
    for (;;) {
      const { answer, pending } = await market.status(request.order_id, WAIT_SECONDS, signal);
      if (answer !== null && pending === 0) return this.#believed(answer);
      if (clock.monotonic() < deadline) continue;
      throw new AppError("market.no_answer", "the provider's box does not answer", {
        hint: `Ask again later: numberbox renter rent --resume ${request.order_id}`,
        retryable: true,
      });
    }
  }

  /** Waits until the provider says something new: a payment confirms, the grant is made. */
  async #changed(last: OrderAnswer, signal: AbortSignal): Promise<OrderAnswer> {
    const { market, clock, lookEvery = seconds(3) } = this.#deps;
    const { request } = this.#order;
    for (;;) {
      await clock.sleep(lookEvery, "the provider's next word", signal);
      const { answer } = await market.status(request.order_id, 0, signal);
      if (answer !== null && (answer.state !== last.state || answer.received !== last.received)) {
        return this.#believed(answer);
      }
      // The provider himself says that it is over, too; this is for one who says nothing any more.
      if (market.time.now() / 1000 > last.expires_at + 60) throw over("expired");
    }
  }

  #believed(answer: OrderAnswer): OrderAnswer {
    checkAnswer(this.#deps.suite, answer, this.#order);
    return answer;
  }
}

function refused({ code, message, hint }: NonNullable<OrderAnswer["problem"]>): AppError {
  return new AppError("market.refused", `the provider refused (${code}): ${message}`, {
    ...(hint === "" ? {} : { hint }),
    context: { code },
  });
}

function over(state: "expired" | "refused"): AppError {
  return new AppError("market.order_over", `the order is ${state}`, {
    hint: "Make a new one; what was paid for this one is owed back by the provider.",
  });
}

/** Of an order that may cost nothing; what an SMS costs is no matter where none is bought. */
export const FREE: AgreedPrice = { rental: microEmc(0), perSms: microEmc(Number.MAX_SAFE_INTEGER) };

/** What a rental with its SMS costs. */
export function priceOf({ rental, perSms }: AgreedPrice, sms: number): MicroEmc {
  return microEmc(rental + perSms * sms);
}

export const emcLine = (value: MicroEmc): string => `${shortEmc(value)} EMC`;
