// What a record offers and costs, in one form whatever generation wrote it.

import { type MicroEmc, microEmc, parseEmc } from "../base/index.ts";
import type { ListingFields } from "./listing-record.ts";

export const TIERS = ["sms_only", "sms_voice_video"] as const;
export type Tier = (typeof TIERS)[number];
export const DURATIONS = ["daily", "weekly", "monthly"] as const;
export type RentalDuration = (typeof DURATIONS)[number];

/** Days of each duration, counted from the activation. */
export const DURATION_DAYS: Readonly<Record<RentalDuration, number>> = { daily: 1, weekly: 7, monthly: 30 };

export interface TierTerms {
  readonly tier: Tier;
  /** Null for a duration that is not offered. */
  readonly rental: Readonly<Record<RentalDuration, MicroEmc | null>>;
  /** On top of the rental. */
  readonly perSms: MicroEmc;
  readonly perMinuteVoice: MicroEmc | null;
  readonly perMinuteVideo: MicroEmc | null;
}

type Pricing = NonNullable<ListingFields["pricing"]>;

const emc = (text: string | undefined): MicroEmc | null => (text === undefined ? null : parseEmc(text));

function terms(tier: Tier, prices: Pricing): TierTerms {
  return {
    tier,
    rental: {
      daily: emc(prices.rental_daily ?? prices.daily),
      weekly: emc(prices.rental_weekly ?? prices.weekly),
      monthly: emc(prices.rental_monthly ?? prices.monthly),
    },
    perSms: emc(prices.per_sms) ?? microEmc(0),
    perMinuteVoice: emc(prices.per_minute_voice),
    perMinuteVideo: emc(prices.per_minute_video),
  };
}

/** The tiers that can be rented. A flat `pricing` of old records is that of `sms_only`. */
export function tiersOf({ service_tiers: tiers, pricing }: ListingFields): readonly TierTerms[] {
  if (tiers === undefined) return pricing === undefined ? [] : [terms("sms_only", pricing)];
  return TIERS.flatMap((tier) => {
    const offered = tiers[tier];
    return offered === undefined || offered.enabled === false ? [] : [terms(tier, offered.pricing ?? {})];
  });
}

/** Price of a rental without its SMS; null where tier or duration are not offered. */
export function rentalPrice(fields: ListingFields, tier: Tier, duration: RentalDuration): MicroEmc | null {
  return tiersOf(fields).find((each) => each.tier === tier)?.rental[duration] ?? null;
}
