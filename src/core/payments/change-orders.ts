// Orders that change a rental which runs: more days, another tier, its end. What they cost, and what happens once they are paid.

import { days as daysOf, type MicroEmc, microEmc, type RentalId, type UnixMs, unixMs } from "../../base/index.ts";
import type { Rental, RenterKeys } from "../model.ts";
import type { Order, PayMethod } from "./model.ts";
import type { PaymentBook } from "./payment-book.ts";
import { paymentError } from "./payment-errors.ts";
import type { PriceList, RentalGranter } from "./ports-payment.ts";

export interface ChangeRequest {
  /** 32 hex digits; asking again with it gives the order that was made the first time. */
  readonly id: string;
  readonly kind: "renewal" | "upgrade" | "cancel";
  readonly rental: RentalId;
  /** Whose the rental must be. */
  readonly renter: RenterKeys;
  /** Of an upgrade. */
  readonly tier: string;
  /** Of a renewal. */
  readonly days: number;
  /** SMS paid for at once, with a renewal. */
  readonly sms: number;
  readonly method: PayMethod;
}

export interface ChangeDeps {
  readonly book: PaymentBook;
  readonly prices: PriceList;
  readonly rentals: RentalGranter;
}

const notOffered = (what: string) => paymentError("payment.not_offered", what);

/** The tier's price over the present one's, for the part of the time that is left; never below 0. Rounded up. */
export function upgradePrice(
  { startsAt, expiresAt }: Pick<Rental, "startsAt" | "expiresAt">,
  prices: { readonly now: MicroEmc; readonly next: MicroEmc },
  now: UnixMs,
): MicroEmc {
  const more = Math.max(0, prices.next - prices.now);
  const [left, whole] = [Math.max(0, expiresAt - now), expiresAt - startsAt];
  return microEmc(whole <= 0 ? more : Math.ceil((more * Math.min(left, whole)) / whole));
}

interface Terms {
  readonly tier: string;
  readonly days: number;
  readonly price: MicroEmc;
  /** Of SMS bought with it. */
  readonly extra: MicroEmc;
}

function termsOf(
  { book, prices }: ChangeDeps,
  request: ChangeRequest,
  first: Order,
  rental: Rental,
  now: UnixMs,
): Terms {
  const { lineId: line } = first;
  const tier = book.tierOf(first.rentalId) ?? first.tier;
  const priceOf = (wanted: string, days: number): MicroEmc => {
    const asked = prices.pricesOf({ line, tier: wanted, days });
    if (asked === null) throw notOffered("the line is not offered in this tier for this time");
    return asked.price;
  };
  switch (request.kind) {
    case "cancel":
      return { tier, days: 0, price: microEmc(0), extra: microEmc(0) };
    case "renewal": {
      const extra = microEmc(first.perSms * request.sms);
      return { tier, days: request.days, price: priceOf(tier, request.days), extra };
    }
    case "upgrade": {
      if (request.tier === tier) throw notOffered("the rental has this tier already");
      const both = { now: priceOf(tier, first.days), next: priceOf(request.tier, first.days) };
      return { tier: request.tier, days: 0, price: upgradePrice(rental, both, now), extra: microEmc(0) };
    }
  }
}

/** The order as it is quoted. Errors: `payment.unknown_order`, `payment.not_offered`. */
export function planChange(
  deps: ChangeDeps,
  request: ChangeRequest,
  { now, expiresAt }: { readonly now: UnixMs; readonly expiresAt: UnixMs },
): Order {
  const first = deps.book.orderOfRental(request.rental);
  const rental = deps.rentals.get(request.rental);
  // Another renter learns nothing of it.
  if (first === null || rental === null || rental.renter.verify !== request.renter.verify)
    throw paymentError("payment.unknown_order", "no order of this renter bought the rental");
  if (rental.state !== "active") throw notOffered("the rental is over");
  const { tier, days, price, extra } = termsOf(deps, request, first, rental, now);
  return {
    ...{ id: request.id, kind: request.kind, rentalId: first.rentalId, lineId: first.lineId },
    ...{ listingId: first.listingId, renter: first.renter, envelopeVersion: first.envelopeVersion },
    ...{ tier, days, price, perSms: first.perSms, due: microEmc(price + extra), method: request.method },
    ...{ received: microEmc(0), address: null, state: "quoted", chargedSms: 0, problem: null },
    // Who pays when the rental is over pays for nothing.
    ...{ createdAt: now, changedAt: now, expiresAt: unixMs(Math.min(expiresAt, rental.expiresAt)) },
  };
}

/** Does what a paid change is about; a second time changes nothing. Errors: `rental.not_active`. */
export async function makeChange({ book, rentals }: Omit<ChangeDeps, "prices">, order: Order): Promise<void> {
  const rental = rentals.get(order.rentalId);
  if (order.kind === "cancel") await rentals.end(order.rentalId);
  if (order.kind === "renewal" && rental !== null)
    await rentals.extend(order.rentalId, unixMs(rental.startsAt + daysOf(book.paidDays(order))));
}
