// Which offers are shown, and in which order. Filters are local: the relay is never told what somebody looks for. Pure.

import { isAppError, type MicroEmc, parseEmc } from "../../base/index.ts";
import type { RentalDuration, Tier } from "../../registry/index.ts";
import type { ListingOfferView } from "../../renter/index.ts";

export const REGIONS = ["us", "eu", "asia"] as const;
export type Region = (typeof REGIONS)[number];

export interface OfferFilter {
  readonly tier: Tier | null;
  /** One of `REGIONS`, or a country in two letters. */
  readonly region: string | null;
  readonly duration: RentalDuration;
  /** For that duration. */
  readonly atMost: MicroEmc | null;
  /** Per mille; offers that nothing is known of are left out by any but 0. */
  readonly reputation: number;
  /** Only those that can be paid by escrow. */
  readonly escrow: boolean;
  /** Only those that the relay of these pages carries orders for. */
  readonly here: boolean;
}

export const noFilter: OfferFilter = {
  ...{ tier: null, region: null, duration: "daily", atMost: null, reputation: 0, escrow: false, here: true },
};

const REGION_WORDS: Readonly<Record<string, Region>> = {
  usa: "us",
  "region-us": "us",
  europe: "eu",
  "region-eu": "eu",
  asia: "asia",
  "region-asia": "asia",
};

/** Regions and countries that an offer names, in lower case. */
export function regionsOf({ features }: Pick<ListingOfferView, "features">): readonly string[] {
  const found = features.flatMap((feature) => {
    const word = feature.toLowerCase();
    return REGION_WORDS[word] ?? (/^[a-z]{2}$/.test(word) ? word : []);
  });
  return [...new Set(found)];
}

/** Features that are neither a region nor a country. */
export function otherFeatures(offer: Pick<ListingOfferView, "features">): readonly string[] {
  return offer.features.filter((feature) => regionsOf({ features: [feature] }).length === 0);
}

/** Of the cheapest tier that is asked for: the price for the duration, and that of each SMS; null where none is offered. */
export function pricesFor(
  { tiers }: Pick<ListingOfferView, "tiers">,
  { tier, duration }: OfferFilter,
): { readonly rental: MicroEmc; readonly perSms: MicroEmc } | null {
  const offered = tiers.flatMap(({ tier: name, rental: { [duration]: rental }, perSms }) =>
    rental === null || (tier !== null && name !== tier) ? [] : [{ rental, perSms }],
  );
  const [cheapest = null] = offered.toSorted((one, other) => one.rental - other.rental || one.perSms - other.perSms);
  return cheapest;
}

/** The lowest price for a duration, over the tiers that are asked for; null where it is not offered. */
export function priceFor(offer: Pick<ListingOfferView, "tiers">, filter: OfferFilter): MicroEmc | null {
  return pricesFor(offer, filter)?.rental ?? null;
}

/** Every check is passed, nobody rents it, and something has a price. */
export function isRentable({ judgement, available }: ListingOfferView): boolean {
  return judgement.rentable && available;
}

/** Whether orders for it go over this relay; one of before, which does not say, is asked. */
export function isHere({ rentableHere }: Pick<ListingOfferView, "rentableHere">): boolean {
  return rentableHere !== false;
}

/** As people write it: `0,5`, `1 234.5`, `1.234,5`, `2 EMC`. Null for a text that is no amount, and for none. */
export function amountOf(text: string): MicroEmc | null {
  const plain = text.replace(/emc/i, "").replace(/\s/g, "");
  const point = plain.lastIndexOf(",") > plain.lastIndexOf(".") ? "," : ".";
  const whole = plain.includes(".") && plain.includes(",") ? plain.replaceAll(point === "," ? "." : ",", "") : plain;
  try {
    const amount = parseEmc(whole.replace(",", "."));
    return amount < 0 ? null : amount;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** Cheapest first; equal prices by id. */
export function chosenOffers(offers: readonly ListingOfferView[], filter: OfferFilter): readonly ListingOfferView[] {
  const priced = offers.flatMap((offer) => {
    const price = priceFor(offer, filter);
    const fits =
      isRentable(offer) &&
      price !== null &&
      (offer.reputation?.per_mille ?? 0) >= filter.reputation &&
      (filter.atMost === null || price <= filter.atMost) &&
      (!filter.escrow || offer.escrow !== null) &&
      (!filter.here || isHere(offer)) &&
      (filter.region === null || regionsOf(offer).includes(filter.region));
    return fits ? [{ offer, price }] : [];
  });
  return priced
    .toSorted((a, b) => a.price - b.price || (a.offer.listingId < b.offer.listingId ? -1 : 1))
    .map(({ offer }) => offer);
}

/** Per mille as a decimal of per cent: `98.5`. */
export function percentOf({ per_mille }: Pick<NonNullable<ListingOfferView["reputation"]>, "per_mille">): string {
  const tenths = per_mille % 10;
  return `${Math.floor(per_mille / 10)}${tenths === 0 ? "" : `.${tenths}`}`;
}
