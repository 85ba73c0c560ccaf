// What another tier costs for a rental that runs, by its verified listing. The provider's quote counts, and may not be above this.

import { type MicroEmc, microEmc, type UnixMs, unixMs } from "../base/index.ts";
import { upgradePrice } from "../core/index.ts";
import { DURATIONS, type RentalDuration, TIERS, type Tier } from "../registry/index.ts";
import type { AccountRental } from "./account-rentals.ts";
import type { ListingOfferView } from "./listing-offers.ts";
import type { AgreedPrice } from "./renting.ts";

export interface TierStep {
  readonly now: Tier;
  readonly next: Tier;
  /** How long the rental was first rented for; null where that is not known. */
  readonly bought: RentalDuration | null;
}

export interface Upgrade {
  readonly tier: Tier;
  /** The most that it may cost: the difference for the whole time. */
  readonly most: AgreedPrice;
  /** The difference for the time that is left; null where it is not known how long the rental was rented for. */
  readonly expected: MicroEmc | null;
  readonly perMinute: MicroEmc | null;
}

type Prices = Pick<ListingOfferView, "tiers">;

/** The whole difference of both tiers, by the dearest duration that may have been bought; null where the listing does not offer the step. */
export function upgradeCost({ tiers }: Prices, { now, next, bought }: TierStep): AgreedPrice | null {
  const from = tiers.find(({ tier }) => tier === now);
  const to = tiers.find(({ tier }) => tier === next);
  const steps = (bought === null ? DURATIONS : [bought]).flatMap((duration) => {
    const price = to?.rental[duration] ?? null;
    return price === null ? [] : [Math.max(0, price - (from?.rental[duration] ?? 0))];
  });
  if (to === undefined || steps.length === 0) return null;
  return { rental: microEmc(Math.max(...steps)), perSms: to.perSms };
}

const above = (tier: Tier): readonly Tier[] => TIERS.slice(TIERS.indexOf(tier) + 1);

/** Whether there is a tier above it at all. */
export function hasMore(tier: Tier): boolean {
  return above(tier).length > 0;
}

/** Every tier above the rental's own. */
export function upgradesOf(
  offer: Prices,
  { tier: now, bought, grant }: Pick<AccountRental, "tier" | "bought" | "grant">,
  at: UnixMs,
): readonly Upgrade[] {
  const time = { startsAt: unixMs(grant.starts_at * 1000), expiresAt: unixMs(grant.expires_at * 1000) };
  return above(now).flatMap((tier) => {
    const most = upgradeCost(offer, { now, next: tier, bought });
    if (most === null) return [];
    const prices = { now: microEmc(0), next: most.rental };
    const expected = bought === null ? null : upgradePrice(time, prices, at);
    const perMinute = offer.tiers.find((each) => each.tier === tier)?.perMinuteVoice ?? null;
    return [{ tier, most, expected, perMinute }];
  });
}

/** Two digits of an estimate, rounded up. */
export function roughly(amount: MicroEmc): MicroEmc {
  const unit = 10 ** Math.max(0, String(amount).length - 2);
  return microEmc(Math.ceil(amount / unit) * unit);
}
