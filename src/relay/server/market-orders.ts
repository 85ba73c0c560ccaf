// Orders over the relay: it carries a renter's questions to a provider and the provider's signed answers back, and decides nothing. Both
// sides may repeat everything they say.

import {
  type CryptoSuite,
  listingId,
  type Millis,
  type Random,
  seconds,
  toHex,
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import {
  isSignedAnswer,
  type NewOrder,
  type OrderLoad,
  type RelayStore,
  rentRequestHash,
  type StoredOrder,
} from "../../core/index.ts";
import { canonicalJson } from "../../envelope/index.ts";
import type {
  OrderAnswer,
  ProviderRequest,
  ProviderRequests,
  RentChapStatus,
  RentEscrowRequest,
  RentRequest,
  RentStatus,
  RentTicketRequest,
} from "../../protocol/index.ts";
import { escrowOfferOf, fieldsOfStored } from "../../registry/index.ts";
import type { ChapPools } from "./chap-pools.ts";
import { refusal } from "./problems.ts";
import { type Providers, requestedKey } from "./providers.ts";
import type { RelayTime } from "./relay-time.ts";
import type { Waiters } from "./waiters.ts";

export interface MarketOrdersDeps {
  readonly store: Pick<RelayStore, "orders" | "records" | "rentals">;
  readonly crypto: CryptoSuite;
  readonly random: Random;
  readonly providers: Providers;
  readonly chaps: ChapPools;
  readonly time: RelayTime;
  readonly waiters: Waiters;
}

const MAX_OPEN_ORDERS = 8;
const MAX_WAITING_FOR_PROVIDER = 1000;
const MAX_QUESTIONS = 200;

/** What waits for a provider's answer, and what waits for questions. */
export const ofRenter = (order: string): string => `order ${order}`;
export const ofProvider = (provider: string): string => `provider ${provider}`;

/** Throws the refusal of a new question about `order`. */
function checkLoad({ waitingForProvider, asked }: Pick<OrderLoad, "waitingForProvider" | "asked">): void {
  if (waitingForProvider >= MAX_WAITING_FOR_PROVIDER) {
    throw refusal("relay.overloaded", "too many questions wait for this provider", seconds(60));
  }
  if (asked >= MAX_QUESTIONS)
    throw refusal("relay.too_many_orders", "too many questions about one order", seconds(600));
}

/** Whether a request makes a new order; false for one that is known. Throws the refusal. Pure. */
export function decideOrder(text: string, load: OrderLoad): boolean {
  if (load.stored !== null) {
    if (load.stored.requestText === text) return false;
    throw refusal("relay.conflict", "another order has this id");
  }
  if (load.openOfRenter >= MAX_OPEN_ORDERS) {
    throw refusal("relay.too_many_orders", "this key has too many orders that are not over", seconds(600));
  }
  checkLoad(load);
  return true;
}

export class MarketOrders {
  readonly #deps: MarketOrdersDeps;

  constructor(deps: MarketOrdersDeps) {
    this.#deps = deps;
  }

  /** `caller` is the renter's verify key. Resolves after fsync. Errors: `relay.*`. */
  async rent(caller: string, request: RentRequest): Promise<{ readonly order_id: string; readonly status: string }> {
    const { store, time } = this.#deps;
    if (request.renter.verify !== caller) throw refusal("relay.foreign_order", "the order is for another key");
    requestedKey(request.renter.encrypt, "renter.encrypt");
    const { order_id: id, listing_id } = request;
    const { change } = request;
    const provider =
      change === undefined ? await this.#providerOf(request) : await this.#providerOfRental(request, change.rental_id);
    const text = canonicalJson(request);
    const now = time.earliest();
    const known = await store.orders.find(id);
    if (change === undefined && known === null && (await store.rentals.rentedOf([listing_id], now)).size > 0) {
      throw refusal("relay.line_rented", "somebody rents this listing now");
    }
    const question = { id, order_id: id, request, kind: "quote" as const };
    const order = { renter: caller, text, now };
    await this.#ask(question, provider, order, (load) => decideOrder(text, load));
    return { order_id: id, status: known?.answer?.state ?? "requested" };
  }

  async ticket(caller: string, { order_id, chap, tx }: RentTicketRequest): Promise<RentStatus> {
    const order = await this.#own(caller, order_id);
    // The same ticket is the same question, however often it is sent.
    const id = toHex(this.#deps.crypto.sha256(utf8(`${order_id} ${tx}`)).subarray(0, 16));
    return await this.#about(order, { id, order_id, request: order.request, kind: "ticket", chap, tx });
  }

  async escrow(caller: string, { order_id, document }: RentEscrowRequest): Promise<RentStatus> {
    const order = await this.#own(caller, order_id);
    if (order.request.payment.method !== "escrow") throw refusal("relay.conflict", "the order is not paid by escrow");
    const id = toHex(this.#deps.crypto.sha256(utf8(`${order_id} ${document}`)).subarray(0, 16));
    return await this.#about(order, { id, order_id, request: order.request, kind: "escrow", document });
  }

  /** With a challenge of the provider's pool where there is one that fits: he hears which, and the renter need not wait for him. */
  async chap(caller: string, order_id: string): Promise<RentChapStatus> {
    const { chaps, crypto } = this.#deps;
    const order = await this.#own(caller, order_id);
    const challenge = await chaps.take(order);
    const chap = challenge?.payment.chap;
    // The same challenge is the same question, however often it is asked for.
    const about = chap === undefined ? `${order_id} chap` : `${order_id} chap ${chap}`;
    const id = toHex(crypto.sha256(utf8(about)).subarray(0, 16));
    const given = chap === undefined ? {} : { chap };
    const status = await this.#about(order, { id, order_id, request: order.request, kind: "chap", ...given });
    return { ...status, challenge };
  }

  /** `wait`: how long the question is held open while the provider has not answered. */
  async status(caller: string, id: string, wait: Millis): Promise<RentStatus> {
    const order = await this.#own(caller, id);
    const pending = await this.#deps.store.orders.pending(id);
    if (pending === 0 || !(await this.#deps.waiters.wait(ofRenter(id), wait))) return statusOf(order, pending);
    return statusOf(await this.#own(caller, id), await this.#deps.store.orders.pending(id));
  }

  /** What waits for a provider. Held open for `wait` while it is nothing. */
  async requests(
    provider: string,
    query: { readonly after: number; readonly wait: Millis; readonly open: boolean },
  ): Promise<ProviderRequests> {
    const { waiters, store } = this.#deps;
    const { after, wait, open } = query;
    let requests = await store.orders.waiting(provider, after);
    if (requests.length === 0 && !open && (await waiters.wait(ofProvider(provider), wait))) {
      requests = await store.orders.waiting(provider, after);
    }
    const orders = open ? { open: (await store.orders.open(provider)).map(({ request }) => request) } : {};
    return { requests: [...requests], ...orders, next: requests.at(-1)?.cursor ?? after };
  }

  /**
   * Takes a provider's word about an order: `id` is that of the question it answers, or the order's own. Proves itself by its signature.
   * Errors: `relay.unknown_order`, `relay.unknown_provider`, `relay.bad_signature`, `relay.conflict`.
   */
  async answer(id: string, answer: OrderAnswer): Promise<{ readonly status: "taken"; readonly order_id: string }> {
    const { store, crypto, providers } = this.#deps;
    const orderId = await store.orders.orderOf(id);
    const order = orderId === null ? null : await store.orders.find(orderId);
    if (order === null) throw refusal("relay.unknown_order", "the relay knows no such question");
    providers.get(answer.provider);
    const { provider, request } = order;
    const fits = answer.order_id === order.id && answer.listing_id === request.listing_id;
    if (!fits || answer.provider !== provider || answer.request !== rentRequestHash(crypto, request)) {
      throw refusal("relay.conflict", "the answer is about another order than the question");
    }
    if (!isSignedAnswer(crypto, answer)) throw refusal("relay.bad_signature", "the answer's signature does not verify");
    await store.orders.answer(id, answer);
    return { status: "taken", order_id: order.id };
  }

  async #about(order: StoredOrder, request: ProviderRequest): Promise<RentStatus> {
    await this.#ask(request, order.provider, null, (load) => {
      checkLoad(load);
      return true;
    });
    return statusOf(order, await this.#deps.store.orders.pending(order.id));
  }

  async #ask(
    request: ProviderRequest,
    provider: string,
    order: NewOrder | null,
    decide: (load: OrderLoad) => boolean,
  ): Promise<void> {
    await this.#deps.store.orders.save({ request, provider }, order, decide);
  }

  async #own(caller: string, id: string): Promise<StoredOrder> {
    const order = await this.#deps.store.orders.find(id);
    if (order === null) throw refusal("relay.unknown_order", "the relay knows no such order");
    if (order.renter !== caller) throw refusal("relay.foreign_order", "the order was made with another key");
    return order;
  }

  /** Of a rental of this renter, on this listing, that runs. Anybody else's is not there. */
  async #providerOfRental({ listing_id, renter }: RentRequest, rentalId: string): Promise<string> {
    const { store, time } = this.#deps;
    const { grant } = (await store.rentals.find(rentalId)) ?? {};
    if (grant === undefined || grant.renter.verify !== renter.verify || grant.listing_id !== listing_id)
      throw refusal("relay.unknown_rental", "the relay knows no such rental of yours");
    if (grant.expires_at <= unixSecondsOf(time.earliest())) throw refusal("relay.rental_over", "the rental is over");
    this.#deps.providers.get(grant.provider);
    return grant.provider;
  }

  async #providerOf({ listing_id: listing, payment }: RentRequest): Promise<string> {
    const record = await this.#deps.store.records.find(listingId(listing));
    if (record === null) throw refusal("relay.unknown_record", "the relay has no record of this listing");
    // A box that does not offer it may not know it at all.
    if (payment.method === "escrow" && !offersEscrow(record.record))
      throw refusal("relay.not_offered", "the listing cannot be paid by escrow");
    this.#deps.providers.get(record.provider);
    return record.provider;
  }
}

function offersEscrow(record: string): boolean {
  const fields = fieldsOfStored(record);
  return fields !== null && escrowOfferOf(fields) !== null;
}

function statusOf({ id, answer }: StoredOrder, pending: number): RentStatus {
  return { order_id: id, status: answer?.state ?? "requested", pending, answer };
}
