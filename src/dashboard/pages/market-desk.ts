// Browsing and renting: listings as they are judged here, and the order that this page works on.

import { AppError, isAppError, type ListingId, listingId, millis, shortEmc } from "../../base/index.ts";
import type { Store } from "../../page-parts/index.ts";
import type { RentPayment, RentRequest } from "../../protocol/index.ts";
import {
  type AccountDeps,
  type AccountRental,
  FREE,
  judgeOffer,
  judgeOffers,
  type ListingOfferView,
  MarketReader,
  type OfferDeps,
  type RentingStep,
  rentNumber,
  type Upgrade,
} from "../../renter/index.ts";
import type { AccountSession } from "./account-session.ts";
import { isHere } from "./offer-filter.ts";
import { PastedTickets } from "./pasted-ticket.ts";
import type { OrderWork, State } from "./state.ts";

export interface MarketDeskDeps {
  readonly account: AccountDeps;
  readonly store: Store<State>;
}

export interface Choice {
  readonly offer: ListingOfferView;
  readonly tier: RentRequest["tier"];
  readonly duration: RentRequest["duration"];
  readonly sms: number;
  readonly payment: RentPayment;
  /** The rental that goes on, and the index of its key; null for a new one. */
  readonly renews: { readonly rentalId: string; readonly key: number } | null;
}

/** Another tier for a rental that runs. */
export interface UpgradeChoice {
  readonly offer: ListingOfferView;
  readonly rental: Pick<AccountRental, "grant" | "key">;
  readonly upgrade: Upgrade;
  readonly payment: RentPayment;
}

/** Listings that are judged before the page is shown anew. */
const SHOWN_AT_ONCE = 10;
const BREATH = millis(1);

const noWork: Omit<OrderWork, "id"> = {
  ...{ stage: "asking", payment: null, due: null, received: null, lastTicket: null, fault: null },
};

/** The terms of what was chosen. Throws `market.not_offered` or `market.not_rentable`. */
export function termsOf({ offer, tier, duration, renews }: Pick<Choice, "offer" | "tier" | "duration" | "renews">) {
  const terms = offer.tiers.find((each) => each.tier === tier);
  const rental = terms?.rental[duration] ?? null;
  const provider = providerOf(offer, renews !== null);
  if (terms === undefined || rental === null) {
    throw new AppError("market.not_offered", "the listing does not offer this", { hint: "Choose another duration." });
  }
  return { rental, perSms: terms.perSms, provider };
}

/** Throws `market.not_rentable`. `runs`: that it is rented now is by the rental that is changed. */
function providerOf(offer: ListingOfferView, runs: boolean): string {
  const { keys, rentable } = offer.judgement;
  if (keys === null || !rentable || !(runs || (offer.available && isHere(offer)))) {
    throw new AppError("market.not_rentable", "the listing cannot be rented", { hint: "Choose another." });
  }
  return keys.verify;
}

export class MarketDesk {
  readonly #deps: MarketDeskDeps;
  readonly #offers: OfferDeps;
  #looking: AbortController | null = null;
  #working: AbortController | null = null;
  #tickets: PastedTickets | null = null;

  constructor(deps: MarketDeskDeps) {
    this.#deps = deps;
    const { clock, suite, relayUrl, ...ports } = deps.account;
    const market = new MarketReader({ relayUrl, clock, ...ports });
    this.#offers = { market, node: null, suite, now: () => market.time.now() };
  }

  /** Looks at every free listing, and shows each as soon as it is judged. */
  async browse(): Promise<void> {
    this.#looking?.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const { store, account } = this.#deps;
    const seen: ListingOfferView[] = [];
    const before = store.get().offers?.list ?? [];
    const show = (isLoading: boolean, fault: AppError | null): void => {
      if (this.#looking !== looking) return;
      store.update((state) => ({
        ...state,
        // What was seen before stays until there is as much of the new, and where the relay is not reached.
        offers: {
          list: (isLoading || fault !== null) && before.length > seen.length ? before : [...seen],
          ...{ isLoading, fault, at: account.clock.now() },
        },
      }));
    };
    show(true, null);
    try {
      for await (const offer of judgeOffers(this.#offers, looking.signal)) {
        seen.push(offer);
        if (seen.length % SHOWN_AT_ONCE !== 0) continue;
        show(true, null);
        // Checking signatures takes its time, and a page of listings comes at once: the browser is let in between.
        await account.clock.sleep(BREATH, "showing listings", looking.signal);
      }
      show(false, null);
    } catch (error) {
      if (!looking.signal.aborted) show(false, isAppError(error) ? error : null);
    }
  }

  /** One listing, looked at anew; null where neither chain nor relay know it. */
  look(id: string, signal: AbortSignal): Promise<ListingOfferView | null> {
    const known: ListingId = listingId(id);
    return judgeOffer(this.#offers, known, signal);
  }

  /** Keeps the order, and resolves with its id; `work` goes on with it. Throws as `termsOf`, or `renter.in_use`. */
  async order(session: AccountSession, choice: Choice): Promise<string> {
    const account = await session.writable();
    const { provider, rental, perSms } = termsOf(choice);
    const { offer, tier, duration, sms, payment, renews } = choice;
    const { request } = await account.plan({
      ...{ provider, agreed: { rental, perSms } },
      request: {
        ...{ listing_id: offer.listingId, tier, duration, sms, payment, envelope_version: 1 },
        ...(renews === null ? {} : { change: { kind: "renew", rental_id: renews.rentalId } }),
      },
      ...(renews === null ? {} : { key: renews.key }),
    });
    session.changed();
    return request.order_id;
  }

  /** As `order`, for another tier. Throws `market.other_provider` where the listing is not that provider's any more. */
  async upgrade(session: AccountSession, { offer, rental, upgrade, payment }: UpgradeChoice): Promise<string> {
    const account = await session.writable();
    const { grant, key } = rental;
    const provider = providerOf(offer, true);
    if (provider !== grant.provider) {
      throw new AppError("market.other_provider", "the listing is another provider's now than that of the rental", {
        hint: "Pay nothing before you know why.",
      });
    }
    const { request } = await account.plan({
      ...{ provider, agreed: upgrade.most, key },
      request: {
        ...{ listing_id: grant.listing_id, tier: upgrade.tier, duration: "daily", sms: 0, payment },
        ...{ envelope_version: grant.envelope_version, change: { kind: "upgrade", rental_id: grant.rental_id } },
      },
    });
    session.changed();
    return request.order_id;
  }

  /** Ends a rental before its time; nothing is paid. Rejects with `market.*`, `renter.*`. */
  async cancel(session: AccountSession, { grant, key }: Pick<AccountRental, "grant" | "key">): Promise<void> {
    const account = await session.writable();
    const nothing = { tier: "sms_only", duration: "daily", sms: 0, payment: { method: "emc" } } as const;
    const { listing_id, envelope_version } = grant;
    const { request } = await account.plan({
      ...{ provider: grant.provider, agreed: FREE, key, cancels: grant.rental_id },
      request: { listing_id, envelope_version, ...nothing },
    });
    const { suite, clock } = this.#deps.account;
    const parts = { account, suite, clock, payer: null, tell: () => {} };
    await rentNumber(parts, request.order_id, new AbortController().signal).finally(() => session.changed());
  }

  /** An address that sets up a phone with the rental's account. Rejects with `renter.*`. */
  async phoneAddress(session: AccountSession, { key, sip }: Pick<AccountRental, "key" | "sip">): Promise<string> {
    const market = (await session.writable()).keys[key]?.market;
    if (market === undefined || sip === null) throw new TypeError("only rentals with a phone account are asked for");
    return await market.phoneAddress(sip, new AbortController().signal);
  }

  /** Goes on with an order until its number is there, or until `leave`. */
  async work(session: AccountSession, id: string): Promise<void> {
    if (this.#deps.store.get().work?.id === id && this.#working !== null) return;
    this.leave();
    const working = new AbortController();
    this.#working = working;
    const { signal } = working;
    const change = (part: Partial<OrderWork>): void => {
      if (signal.aborted) return;
      this.#deps.store.update((state) => ({ ...state, work: { ...noWork, ...state.work, ...part, id } }));
    };
    change(noWork);
    const { suite, clock } = this.#deps.account;
    const payer = new PastedTickets({
      ...{ now: () => clock.now(), signal },
      ask: (chap) => change({ stage: "paying", payment: { method: "randpay", chap } }),
    });
    this.#tickets = payer;
    try {
      const account = await session.writable();
      const tell = (step: RentingStep): void => change(workAfter(step));
      await rentNumber({ account, suite, clock, payer, tell }, id, signal);
      change({ stage: "granted", payment: null });
    } catch (error) {
      change({ stage: "failed", fault: isAppError(error) ? error : null });
    } finally {
      if (this.#working === working) this.#working = null;
      session.changed();
    }
  }

  /** Throws `payment.bad_ticket`. */
  paste(text: string): void {
    this.#tickets?.paste(text);
    this.#deps.store.update((state) =>
      state.work === null ? state : { ...state, work: { ...state.work, stage: "waiting" } },
    );
  }

  /** Stops working on the order; it stays, and can be taken up again. */
  leave(): void {
    this.#working?.abort();
    this.#working = null;
    this.#tickets = null;
    this.#deps.store.update((state) => (state.work === null ? state : { ...state, work: null }));
  }
}

function workAfter(step: RentingStep): Partial<OrderWork> {
  switch (step.type) {
    case "quoted":
      return { stage: "waiting", due: step.answer.due, received: step.answer.received };
    case "ticket":
      return { stage: "waiting" };
    case "outcome":
      return { stage: "waiting", payment: null, lastTicket: step.outcome, received: shortEmc(step.received) };
    case "pay_to": {
      const { address, amount, until } = step;
      return { stage: "paying", payment: { method: "emc", address, amount: shortEmc(amount), until } };
    }
    case "escrow": {
      const { rental, amount } = step;
      return { stage: "paying", payment: { method: "escrow", rental, amount: shortEmc(amount) } };
    }
  }
}
