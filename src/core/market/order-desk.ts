// Answers what renters ask over the relay: a quote, a challenge, a ticket. Everything may come twice, and everything can be asked again
// after a restart: the order keeps its id, and the payments know what they have taken.

import {
  AppError,
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type CryptoSuite,
  hasCode,
  isAppError,
  type Logger,
  messageOf,
  type Random,
  randomFraction,
  rentalId,
  seconds,
  toBase64url,
  type UnixMs,
  wrapError,
} from "../../base/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { PaymentRequirement, ProviderRequest, RentalChange, RentRequest } from "../../protocol/index.ts";
import { DURATION_DAYS } from "../../registry/index.ts";
import type { Line } from "../model.ts";
import type { ChangeRequest } from "../payments/change-orders.ts";
import type { Order, StoredTicket } from "../payments/model.ts";
import type { Payments } from "../payments/payments.ts";
import {
  type AnswerDraft,
  draftAnswer,
  emcRequirement,
  escrowRequirement,
  randpayRequirement,
} from "./answer-draft.ts";
import { isSignedCancel, signAnswer } from "./order-answer.ts";
import type { MarketOutcome, MarketRelay } from "./ports-market.ts";

export interface OrderDeskDeps {
  readonly relay: MarketRelay;
  readonly payments: Pick<
    Payments,
    "order" | "quote" | "quoteChange" | "chap" | "bindChap" | "address" | "pay" | "escrow" | "takeEscrow"
  >;
  readonly lines: () => readonly Line[];
  /** Whether this renter may have the line now. */
  readonly isFree: (line: Line, renter: string) => boolean;
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** How long the relay holds a question open: orders that wait for a confirmation are looked at in between. */
const WAIT_SECONDS = 10;
const RETRY: BackoffPolicy = { first: seconds(1), max: seconds(60) };

type Said = Pick<AnswerDraft, "order" | "payment" | "ticket" | "problem">;

/** What of an order a renter waits for. */
const progressOf = ({ state, received }: Order): string => `${state} ${received}`;
const isPayable = ({ state }: Order): boolean => state === "quoted" || state === "paying";
const isOver = ({ state }: Order): boolean => state === "granted" || state === "expired" || state === "refused";

export class OrderDesk {
  readonly #deps: OrderDeskDeps;
  readonly #provider: string;
  /** Orders that are not over, with what the relay was told of them. */
  readonly #open = new Map<string, { readonly request: RentRequest; readonly told: string }>();
  readonly #abort = new AbortController();
  #after = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: OrderDeskDeps) {
    this.#deps = deps;
    this.#provider = toBase64url(deps.identity.verify);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Idempotent. What is asked meanwhile waits at the relay. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, log } = this.#deps;
    const { signal } = this.#abort;
    let known = false;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const went = await this.#round(!known);
        known ||= went;
        failures = went ? 0 : failures + 1;
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        log.error("order_desk_failed", { reason: messageOf(error) });
      }
      if (failures === 0) continue;
      const delay = backoffDelay(RETRY, failures, randomFraction(random));
      await clock.sleep(delay, "order desk", signal).catch(() => {});
    }
  }

  /** Whether all went well: false asks for a pause. */
  async #round(first: boolean): Promise<boolean> {
    const { relay } = this.#deps;
    const query = { after: this.#after, wait: first ? 0 : WAIT_SECONDS, open: first };
    const page = await relay.requests(query, this.#abort.signal);
    if (page === null) return false;
    for (const request of page.open ?? []) this.#open.set(request.order_id, { request, told: "" });
    for (const { cursor, request } of page.requests) {
      const outcome = await this.#answer(request);
      if (outcome.kind === "retry") return false;
      if (outcome.kind === "refused") this.#deps.log.warn("order_answer_refused", { code: outcome.code });
      this.#after = cursor;
    }
    return await this.#refresh();
  }

  async #answer(asked: ProviderRequest): Promise<MarketOutcome> {
    let said: Said;
    try {
      said = await this.#decide(asked);
    } catch (error) {
      if (this.#abort.signal.aborted || hasCode(error, "base.stopped")) throw error;
      const problem = wrapError(error, "market.not_answered", "the provider's box could not answer");
      // A copy is asked for once: what a node that is away could not take is taken later.
      if (asked.kind === "escrow" && problem.retryable) return { kind: "retry", code: problem.code };
      this.#deps.log.info("order_refused", { code: problem.code });
      said = { order: this.#order(asked.order_id), payment: null, ticket: null, problem };
    }
    return await this.#tell(asked.id, asked.request, said);
  }

  async #decide(asked: ProviderRequest): Promise<Said> {
    switch (asked.kind) {
      case "quote":
        return await this.#offer(asked.request, await this.#quote(asked.request));
      case "chap":
        return await this.#anotherWay(asked.request, asked.chap ?? null);
      case "ticket": {
        const { ticket, order } = await this.#deps.payments.pay(asked.order_id, asked.tx);
        return await this.#offer(asked.request, order, ticket);
      }
      case "escrow":
        return await this.#offer(asked.request, await this.#takeEscrow(asked.order_id, asked.document));
    }
  }

  /** `given`: the challenge that the relay gave out already. One that cannot be the order's is replaced: nothing was paid with it yet. */
  async #anotherWay(request: RentRequest, given: string | null): Promise<Said> {
    const { payments, log } = this.#deps;
    const order = payments.order(request.order_id);
    if (given === null || !isPayable(order)) return await this.#offer(request, order);
    try {
      const chap = await payments.bindChap(order.id, given);
      const said = { order: payments.order(order.id), payment: randpayRequirement(chap) };
      return { ...said, ticket: null, problem: null };
    } catch (error) {
      if (!isAppError(error) || !error.code.startsWith("payment.chap_")) throw error;
      log.info("order_chap_refused", { code: error.code });
      return await this.#offer(request, order);
    }
  }

  /** The order stands as it did, whatever is wrong with a copy. */
  async #takeEscrow(orderId: string, document: string): Promise<Order> {
    const { payments, log } = this.#deps;
    try {
      await payments.takeEscrow(orderId, document);
    } catch (error) {
      if (!isAppError(error) || error.retryable || error.code === "base.stopped") throw error;
      log.info("order_escrow_refused", { code: error.code });
    }
    return payments.order(orderId);
  }

  async #quote(request: RentRequest): Promise<Order> {
    const { payments, lines, isFree } = this.#deps;
    const { order_id: id, listing_id, tier, duration, sms, renter, envelope_version, payment } = request;
    const known = this.#order(id);
    if (known !== null) return known;
    if (request.change !== undefined) return await payments.quoteChange(this.#changeOf(request, request.change));
    const line = lines().find((each) => each.listingId === listing_id);
    if (line === undefined) {
      throw new AppError("market.unknown_listing", "the provider's box has no line of this listing", {
        hint: "Choose another listing.",
      });
    }
    if (!isFree(line, renter.verify)) {
      throw new AppError("market.line_taken", "the line is rented, or rests after a rental", {
        hint: "Choose another listing, or ask again later.",
      });
    }
    return await payments.quote({
      ...{ id, tier, sms, renter, line },
      days: DURATION_DAYS[duration],
      envelopeVersion: envelope_version,
      method: payment.method,
    });
  }

  /** Throws `market.bad_cancel`: whoever can write at the relay could otherwise end rentals. */
  #changeOf(request: RentRequest, change: RentalChange): ChangeRequest {
    const { order_id: id, tier, duration, sms, renter, payment } = request;
    if (change.kind === "cancel" && !isSignedCancel(this.#deps.suite, request)) {
      throw new AppError("market.bad_cancel", "the cancellation is not signed with the renter's key", {
        hint: "Sign it with the key that the rental was made with.",
      });
    }
    return {
      ...{ id, rental: rentalId(change.rental_id), renter, tier, sms, method: payment.method },
      kind: change.kind === "renew" ? "renewal" : change.kind,
      days: DURATION_DAYS[duration],
    };
  }

  /** The order with a way to pay what is still due. */
  async #offer(request: RentRequest, order: Order, ticket: StoredTicket | null = null): Promise<Said> {
    const payment = isPayable(order) ? await this.#requirement(request, order) : null;
    return { order: this.#order(order.id) ?? order, payment, ticket, problem: null };
  }

  async #requirement({ payment, renter }: RentRequest, order: Order): Promise<PaymentRequirement> {
    const { payments } = this.#deps;
    if (payment.method === "escrow") {
      const { arbiter, fees_bps: feesBps, key, address } = payment;
      const asked = { renter: { verify: renter.verify, key, address }, arbiter, feesBps };
      return escrowRequirement(order, await payments.escrow(order.id, asked));
    }
    if (order.method === "randpay") return randpayRequirement(await payments.chap(order.id));
    return emcRequirement(order, await payments.address(order.id));
  }

  #order(id: string): Order | null {
    try {
      return this.#deps.payments.order(id);
    } catch (error) {
      if (hasCode(error, "payment.unknown_order")) return null;
      throw error;
    }
  }

  async #tell(id: string, request: RentRequest, said: Said): Promise<MarketOutcome> {
    const { suite, identity, relay, now } = this.#deps;
    const draft = draftAnswer(suite, { ...said, request, provider: this.#provider, now: now() });
    const outcome = await relay.answer(id, signAnswer(suite, identity.seed, draft), this.#abort.signal);
    const { order } = said;
    if (outcome.kind !== "taken" || order === null) return outcome;
    if (isOver(order)) this.#open.delete(order.id);
    else this.#open.set(order.id, { request, told: progressOf(order) });
    return outcome;
  }

  /** Tells what has changed without being asked: a confirmed payment, a grant, an expiry. */
  async #refresh(): Promise<boolean> {
    for (const [id, { request, told }] of [...this.#open]) {
      const order = this.#order(id);
      if (order === null) this.#open.delete(id);
      if (order === null || progressOf(order) === told) continue;
      const outcome = await this.#tell(id, request, await this.#offer(request, order));
      if (outcome.kind === "retry") return false;
      if (outcome.kind === "refused") this.#open.delete(id);
    }
    return true;
  }
}
