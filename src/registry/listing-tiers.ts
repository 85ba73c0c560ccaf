// Tiers and prices of a listing: what the record says, and what a rental costs.

import { AppError, days, type MicroEmc, type Millis, microEmc, parseEmc, shortEmc } from "../base/index.ts";
import type { CanonicalInput } from "../envelope/index.ts";
import { attempt } from "./verdict.ts";

export type TierName = "sms_only" | "sms_voice_video";
export const TIER_NAMES: readonly TierName[] = ["sms_only", "sms_voice_video"];

export type RentalDuration = "daily" | "weekly" | "monthly";
export const RENTAL_DURATIONS: readonly RentalDuration[] = ["daily", "weekly", "monthly"];

/** How long a rental of each duration lasts from its activation (D6). */
export const DURATION_MS: Readonly<Record<RentalDuration, Millis>> = {
  daily: days(1),
  weekly: days(7),
  monthly: days(30),
};

/** Null where the record states no price: then it is not offered (rentals) or costs nothing (use). */
export interface TierPricing {
  readonly perSms: MicroEmc | null;
  readonly perMinuteVoice: MicroEmc | null;
  readonly perMinuteVideo: MicroEmc | null;
  readonly daily: MicroEmc | null;
  readonly weekly: MicroEmc | null;
  readonly monthly: MicroEmc | null;
}

export interface Tier {
  readonly enabled: boolean;
  readonly pricing: TierPricing;
  readonly sipEndpoint: string | null;
  readonly enumSupport: boolean;
}

export type Tiers = Partial<Readonly<Record<TierName, Tier>>>;

/** Each price, and under which names a record or a configuration states it; the first is the one that is written. */
const MEMBERS: readonly (readonly [keyof TierPricing, readonly string[]])[] = [
  ["perSms", ["per_sms"]],
  ["perMinuteVoice", ["per_minute_voice"]],
  ["perMinuteVideo", ["per_minute_video"]],
  ["daily", ["rental_daily", "daily"]],
  ["weekly", ["rental_weekly", "weekly"]],
  ["monthly", ["rental_monthly", "monthly"]],
];

function badPrice(path: string, what: string): AppError {
  return new AppError("listing.bad_price", `${path} ${what}`, {
    hint: 'Write a price as a text of EMC with at most six digits behind the point, such as "0.001".',
    context: { path },
  });
}

function priceIn(value: CanonicalInput | undefined, path: string): MicroEmc {
  if (typeof value !== "string") throw badPrice(path, "is no text");
  const read = attempt(() => parseEmc(value));
  if ("fault" in read || read.value < 0) throw badPrice(path, "is no price in EMC");
  return read.value;
}

/**
 * Reads the member `pricing`, in the form of records (`rental_daily`) or of configurations (`daily`); members that have no meaning
 * here are ignored. Throws `listing.bad_price`.
 */
export function parsePricing(members: { readonly [name: string]: CanonicalInput }, path: string): TierPricing {
  const price = (names: readonly string[]): MicroEmc | null => {
    const stated = names.filter((name) => Object.hasOwn(members, name));
    const prices = stated.map((name) => priceIn(members[name], `${path}.${name}`));
    if (prices.some((each) => each !== prices[0])) throw badPrice(path, `states ${stated.join(" and ")} differently`);
    return prices[0] ?? null;
  };
  const entries = MEMBERS.map(([key, names]) => [key, price(names)] as const);
  return { ...NO_PRICES, ...Object.fromEntries(entries) };
}

export const NO_PRICES: TierPricing = {
  perSms: null,
  perMinuteVoice: null,
  perMinuteVideo: null,
  daily: null,
  weekly: null,
  monthly: null,
};

/** The member `pricing` of a record: shortest decimals, only what has a price. */
export function pricingMembers(pricing: TierPricing): { readonly [name: string]: string } {
  const stated = MEMBERS.flatMap(([key, [name = key]]) => {
    const price = pricing[key];
    return price === null ? [] : [[name, shortEmc(price)] as const];
  });
  return Object.fromEntries(stated);
}

/** The price of renting for a duration; null where the tier is off or the duration not offered. */
export function rentalPrice(tiers: Tiers, tier: TierName, duration: RentalDuration): MicroEmc | null {
  const offer = tiers[tier];
  return offer?.enabled ? offer.pricing[duration] : null;
}

/** What each SMS costs on top of the rental (D7); 0 where nothing is stated. */
export function smsPrice(tiers: Tiers, tier: TierName): MicroEmc {
  return tiers[tier]?.pricing.perSms ?? microEmc(0);
}

export interface RentalQuote {
  readonly tier: TierName;
  readonly duration: RentalDuration;
  readonly price: MicroEmc;
  readonly perSms: MicroEmc;
  readonly lasts: Millis;
}

/** All that can be rented, cheaper tiers first. */
export function rentalQuotes(tiers: Tiers): readonly RentalQuote[] {
  return TIER_NAMES.flatMap((tier) =>
    RENTAL_DURATIONS.flatMap((duration) => {
      const price = rentalPrice(tiers, tier, duration);
      return price === null
        ? []
        : [{ tier, duration, price, perSms: smsPrice(tiers, tier), lasts: DURATION_MS[duration] }];
    }),
  );
}
