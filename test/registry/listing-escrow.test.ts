import { describe, expect, it } from "vitest";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { type EscrowOffer, escrowOfferOf, judgeListing, listingEscrow } from "../../src/registry/index.ts";
import { provider } from "../envelope/fixtures.ts";
import { publish, recordOf } from "./listing-fixtures.ts";

const offer: EscrowOffer = {
  arbiters: [
    { name: "judge", verify: "A".repeat(43) },
    { name: "other", verify: "B".repeat(43) },
  ],
  ...{ feesBps: 50, disputeDays: 7, refundDays: 60 },
};

describe("escrow in a listing's record", () => {
  it("is read as it was written, from a record that all four questions accept", () => {
    const { evidence } = publish(provider, { ...recordOf(provider), escrow: listingEscrow(offer) });
    const { record, rentable, warnings } = judgeListing(systemCrypto, evidence);
    expect([rentable, warnings]).toEqual([true, []]);
    expect(escrowOfferOf(record?.fields ?? {})).toEqual(offer);
  });

  it("names nothing of the arbiters but name and identity: their coins are nobody's business", () => {
    const full = { ...offer, arbiters: offer.arbiters.map((each) => ({ ...each, key: "02ab", address: "E1" })) };
    expect(listingEscrow(full)).toEqual(listingEscrow(offer));
  });

  it("of a form that this version does not know is no offer, and the record stays good", () => {
    const known = listingEscrow(offer);
    const odd = [
      ...["yes", 1, null, [], {}],
      ...[
        { ...known, v: 2 },
        { ...known, arbiters: [] },
        { ...known, fees_bps: 10_001 },
      ],
      { ...known, arbiters: [{ name: "judge", verify: "short" }] },
    ];
    for (const escrow of odd) {
      expect(escrowOfferOf({ escrow }), JSON.stringify(escrow)).toBeNull();
      const { evidence } = publish(provider, { ...recordOf(provider), escrow });
      expect(judgeListing(systemCrypto, evidence).rentable).toBe(true);
    }
    expect(escrowOfferOf({})).toBeNull();
    expect(escrowOfferOf({ escrow: { ...known, later: 1 } })).toEqual(offer);
  });
});
