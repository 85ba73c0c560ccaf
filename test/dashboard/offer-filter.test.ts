import { describe, expect, it } from "vitest";
import { listingId, microEmc, parseEmc } from "../../src/base/index.ts";
import {
  amountOf,
  chosenOffers,
  noFilter,
  otherFeatures,
  percentOf,
  priceFor,
  pricesFor,
  regionsOf,
} from "../../src/dashboard/pages/offer-filter.ts";
import type { ListingOfferView } from "../../src/renter/index.ts";

interface Parts {
  readonly id?: string;
  readonly daily?: string | null;
  readonly voice?: string;
  readonly features?: readonly string[];
  readonly available?: boolean;
  readonly rentable?: boolean;
  readonly perMille?: number;
  readonly escrow?: ListingOfferView["escrow"];
  readonly here?: boolean;
}

const emc = (text: string | null) => (text === null ? null : parseEmc(text));
const free = { perSms: microEmc(0), perMinuteVoice: null, perMinuteVideo: null };

function offer(parts: Parts = {}): ListingOfferView {
  const { id = "a1b2c3d4e5f64a7b", daily = "0.05", voice, features = [], available = true, rentable = true } = parts;
  const prices = { weekly: null, monthly: null };
  const ok = { kind: "ok" } as const;
  return {
    listingId: listingId(id),
    judgement: {
      verdicts: { commitment: ok, signature: ok, worm: ok, binding: ok },
      ...{ rentable, warnings: [], value: null, record: null, keys: null },
    },
    tiers: [
      { tier: "sms_only", rental: { daily: emc(daily), ...prices }, ...free },
      ...(voice === undefined
        ? []
        : [{ tier: "sms_voice_video" as const, rental: { daily: emc(voice), ...prices }, ...free }]),
    ],
    ...{
      features,
      available,
      source: "relay",
      escrow: parts.escrow ?? null,
      rentableHere: parts.here ?? null,
      gateways: [],
    },
    reputation: parts.perMille === undefined ? null : { per_mille: parts.perMille, samples: 10, rentals: 2 },
  };
}

describe("pricesFor", () => {
  const tiers = offer({ daily: "0.3", voice: "0.2" }).tiers.map((each, at) => ({
    ...each,
    perSms: microEmc(1000 * (at + 1)),
  }));

  it("shows the price of an SMS in the tier whose price it shows", () => {
    expect(pricesFor({ tiers }, noFilter)).toEqual({ rental: 200_000, perSms: 2000 });
    expect(pricesFor({ tiers }, { ...noFilter, tier: "sms_only" })).toEqual({ rental: 300_000, perSms: 1000 });
    expect(pricesFor({ tiers }, { ...noFilter, duration: "weekly" })).toBeNull();
  });

  it("takes of equal tiers the one with the cheaper SMS", () => {
    const same = tiers.map((each) => ({ ...each, rental: { ...each.rental, daily: microEmc(5) } })).toReversed();
    expect(pricesFor({ tiers: same }, noFilter)).toEqual({ rental: 5, perSms: 1000 });
  });
});

const ids = (offers: readonly ListingOfferView[]): readonly string[] =>
  offers.map(({ listingId: id }) => id.slice(0, 2));

describe("chosenOffers", () => {
  it("shows what can be rented, cheapest first, equal prices by id", () => {
    const offers = [
      offer({ id: "cc00000000000000", daily: "0.05" }),
      offer({ id: "bb00000000000000", daily: "0.05" }),
      offer({ id: "aa00000000000000", daily: "0.1" }),
      offer({ id: "dd00000000000000", available: false }),
      offer({ id: "ee00000000000000", rentable: false }),
      offer({ id: "ff00000000000000", daily: null }),
    ];
    expect(ids(chosenOffers(offers, noFilter))).toEqual(["bb", "cc", "aa"]);
  });

  it("takes a price limit as included, and prices of the tier that is asked for", () => {
    const offers = [offer({ id: "aa00000000000000", daily: "0.05", voice: "0.2" }), offer({ id: "bb00000000000000" })];
    expect(ids(chosenOffers(offers, { ...noFilter, atMost: parseEmc("0.05") }))).toEqual(["aa", "bb"]);
    expect(ids(chosenOffers(offers, { ...noFilter, tier: "sms_voice_video" }))).toEqual(["aa"]);
    expect(chosenOffers(offers, { ...noFilter, tier: "sms_voice_video", atMost: parseEmc("0.1") })).toEqual([]);
    expect(chosenOffers(offers, { ...noFilter, duration: "weekly" })).toEqual([]);
  });

  it("finds those that can be paid by escrow", () => {
    const escrow = {
      arbiters: [{ name: "judge", verify: "A".repeat(43) }],
      feesBps: 50,
      disputeDays: 7,
      refundDays: 60,
    };
    const offers = [offer({ id: "aa00000000000000", escrow }), offer({ id: "bb00000000000000" })];
    expect(ids(chosenOffers(offers, { ...noFilter, escrow: true }))).toEqual(["aa"]);
    expect(ids(chosenOffers(offers, noFilter))).toEqual(["aa", "bb"]);
  });

  it("knows regions by the seed's words, by ours and by countries", () => {
    const offers = [
      offer({ id: "aa00000000000000", features: ["usa"] }),
      offer({ id: "bb00000000000000", features: ["region-eu", "DE"] }),
    ];
    expect(ids(chosenOffers(offers, { ...noFilter, region: "us" }))).toEqual(["aa"]);
    expect(ids(chosenOffers(offers, { ...noFilter, region: "eu" }))).toEqual(["bb"]);
    expect(ids(chosenOffers(offers, { ...noFilter, region: "de" }))).toEqual(["bb"]);
  });

  it("leaves out those of unknown reputation once any is asked for", () => {
    const offers = [offer({ id: "aa00000000000000", perMille: 985 }), offer({ id: "bb00000000000000" })];
    expect(ids(chosenOffers(offers, noFilter))).toEqual(["aa", "bb"]);
    expect(ids(chosenOffers(offers, { ...noFilter, reputation: 900 }))).toEqual(["aa"]);
    expect(chosenOffers(offers, { ...noFilter, reputation: 990 })).toEqual([]);
  });
});

describe("what an offer says of itself", () => {
  it("is a region once, whatever it is called, or a feature", () => {
    const features = ["usa", "region-us", "non-voip", "instant", "fr"];
    expect(regionsOf({ features })).toEqual(["us", "fr"]);
    expect(otherFeatures({ features })).toEqual(["non-voip", "instant"]);
  });

  it("has the lowest price of all tiers, or none", () => {
    expect(priceFor(offer({ daily: "0.3", voice: "0.2" }), noFilter)).toBe(200_000);
    expect(priceFor(offer({ daily: null }), noFilter)).toBeNull();
  });

  it.each([
    [1000, "100"],
    [985, "98.5"],
    [7, "0.7"],
    [0, "0"],
  ])("writes %d per mille as %s per cent", (per_mille, text) => {
    expect(percentOf({ per_mille })).toBe(text);
  });
});

it("what the relay only shows is left out, unless it is asked for", () => {
  const offers = [
    offer({ id: "aa".repeat(8), here: false }),
    offer({ id: "bb".repeat(8), here: true }),
    offer({ id: "cc".repeat(8) }),
  ];
  expect(ids(chosenOffers(offers, noFilter))).toEqual(["bb", "cc"]);
  expect(ids(chosenOffers(offers, { ...noFilter, here: false }))).toEqual(["aa", "bb", "cc"]);
});

describe("a price that is typed", () => {
  it.each([
    ["0.5", "0.5"],
    ["0,5", "0.5"],
    [" 1 234,5 ", "1234.5"],
    ["1,234.5", "1234.5"],
    ["1.234,5", "1234.5"],
    ["2 EMC", "2"],
    ["0", "0"],
  ])("%s is %s EMC", (typed, amount) => expect(amountOf(typed)).toBe(parseEmc(amount)));

  it.each(["", "abc", "-1", "1.2.3", "1e3", "0.12345678901"])("%s is none", (typed) =>
    expect(amountOf(typed)).toBeNull(),
  );
});
