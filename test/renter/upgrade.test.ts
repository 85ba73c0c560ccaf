// What another tier costs by the listing: the most, and what is to be expected for the time that is left.

import { describe, expect, it } from "vitest";
import { microEmc, unixMs } from "../../src/base/index.ts";
import type { RentalDuration, TierTerms } from "../../src/registry/index.ts";
import { type AccountRental, hasMore, roughly, upgradeCost, upgradesOf } from "../../src/renter/index.ts";

const rental = (daily: number | null, weekly: number | null): TierTerms["rental"] => {
  const price = (value: number | null) => (value === null ? null : microEmc(value));
  return { daily: price(daily), weekly: price(weekly), monthly: null };
};
const free = { perSms: microEmc(0), perMinuteVoice: null, perMinuteVideo: null };
const SMS: TierTerms = { tier: "sms_only", rental: rental(50_000, 200_000), ...free };
const CALLS: TierTerms = {
  ...{ tier: "sms_voice_video", rental: rental(120_000, 300_000), ...free },
  perMinuteVoice: microEmc(1000),
};
const DAY_S = 86_400;

function rented(bought: RentalDuration | null): Pick<AccountRental, "tier" | "bought" | "grant"> {
  const grant = { starts_at: 0, expires_at: DAY_S } as AccountRental["grant"];
  return { tier: "sms_only", bought, grant };
}

describe("upgradeCost", () => {
  const step = { now: "sms_only", next: "sms_voice_video" } as const;

  it.each([
    ["daily", 70_000],
    ["weekly", 100_000],
    [null, 100_000],
  ] as const)("takes the difference by the duration that was bought (%s), or the dearest", (bought, most) => {
    expect(upgradeCost({ tiers: [SMS, CALLS] }, { ...step, bought })).toEqual({ rental: most, perSms: 0 });
  });

  it("costs nothing where the next tier is cheaper", () => {
    const tiers = [{ ...SMS, rental: rental(200_000, null) }, CALLS];
    expect(upgradeCost({ tiers }, { ...step, bought: "daily" })?.rental).toBe(0);
  });

  it("is nothing where the tier, or the duration in it, is not offered", () => {
    expect(upgradeCost({ tiers: [SMS] }, { ...step, bought: null })).toBeNull();
    expect(upgradeCost({ tiers: [SMS, CALLS] }, { ...step, bought: "monthly" })).toBeNull();
  });
});

describe("upgradesOf", () => {
  it("expects the share of the time that is left", () => {
    const [upgrade, ...more] = upgradesOf({ tiers: [SMS, CALLS] }, rented("daily"), unixMs((DAY_S * 1000) / 2));
    expect(more).toEqual([]);
    expect(upgrade).toEqual({
      ...{ tier: "sms_voice_video", most: { rental: 70_000, perSms: 0 }, expected: 35_000, perMinute: 1000 },
    });
  });

  it("expects nothing where it is not known how long it was rented for", () => {
    expect(upgradesOf({ tiers: [SMS, CALLS] }, rented(null), unixMs(0))).toMatchObject([{ expected: null }]);
  });

  it("never goes down", () => {
    const all = { ...rented("daily"), tier: "sms_voice_video" } as const;
    expect(upgradesOf({ tiers: [SMS, CALLS] }, all, unixMs(0))).toEqual([]);
    expect([hasMore("sms_only"), hasMore("sms_voice_video")]).toEqual([true, false]);
  });
});

describe("roughly", () => {
  it.each([
    [0, 0],
    [7, 7],
    [69_998, 70_000],
    [34_101, 35_000],
    [1_234_567, 1_300_000],
    [70_000, 70_000],
  ])("keeps two digits of %d, upwards", (amount, rough) => {
    expect(roughly(microEmc(amount))).toBe(rough);
  });
});
