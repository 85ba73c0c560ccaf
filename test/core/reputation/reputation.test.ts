import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DeliverySample,
  daysOf,
  reputationDay,
  reputationsOf,
  scoreOf,
  scoreOfDays,
} from "../../../src/core/index.ts";
import { messageHash, signReceipt } from "../../../src/envelope/index.ts";
import type { Delivery } from "../../../src/protocol/index.ts";
import {
  DAY_S,
  messageOf,
  NOW,
  NOW_S,
  otherRenter,
  provider,
  RENTAL,
  receiptOf,
  renter,
  stranger,
  suite,
  verifyOf,
} from "../../relay/fixtures.ts";

const AT = reputationDay(NOW_S + 60 * DAY_S);
const sample = (age: number, acknowledged: boolean, rentalId = RENTAL) => ({
  ...{ rentalId, acknowledged },
  ts: AT - age * DAY_S,
});

function deliveryOf(seq: number, receipt: Delivery["receipt"] = null): Delivery {
  const { envelope, signature, id, listing_id, rental_id, ts } = messageOf({ seq });
  const envelope_sha256 = messageHash(suite, new Uint8Array(Buffer.from(envelope, "base64url")));
  const statement = { v: 1 as const, id, listing_id, rental_id, seq, ts, envelope_sha256 };
  return { v: 1, type: "numberbox-delivery", statement, provider: verifyOf(provider), signature, receipt };
}
const acked = (seq: number, by = renter): Delivery => deliveryOf(seq, receiptOf(messageOf({ seq }).envelope, { by }));
const scoreOfAll = (deliveries: readonly Delivery[]) => reputationsOf(suite, deliveries, AT);

describe("the score of a listing", () => {
  it("is nothing without deliveries, and without any that counts", () => {
    expect(scoreOf([], AT)).toBeNull();
    expect(scoreOf([sample(0.5, true), sample(3, false), sample(181, true)], AT)).toBeNull();
  });

  it.each([
    [[sample(2, true)], 1000, 1],
    [[sample(8, true), sample(8, false)], 500, 2],
    [[sample(8, false)], 0, 1],
    // A failure of a month ago counts half.
    [[sample(8, true), sample(38, false)], 667, 2],
    // Not read for three days: still to be read.
    [[sample(8, true), sample(3, false)], 1000, 1],
  ])("weighs newer deliveries more (%#)", (samples, perMille, count) => {
    expect(scoreOf(samples, AT)).toEqual({ per_mille: perMille, samples: count, rentals: 1 });
  });

  it("does not depend on the order, stays within its bounds, and never falls by an acknowledgement", () => {
    const one = fc.record({
      age: fc.integer({ min: 0, max: 250 }),
      acknowledged: fc.boolean(),
      rental: fc.constantFrom("a", "b", "c"),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 50 }), fc.nat(), (all, at) => {
        const samples = all.map(({ age, acknowledged, rental }) => sample(age, acknowledged, rental));
        const score = scoreOf(samples, AT);
        expect(scoreOf(samples.toReversed(), AT)).toEqual(score);
        if (score === null) return;
        expect(score.per_mille).toBeGreaterThanOrEqual(0);
        expect(score.per_mille).toBeLessThanOrEqual(1000);
        const better = samples.map((each, n) => (n === at % samples.length ? { ...each, acknowledged: true } : each));
        expect(scoreOf(better, AT)?.per_mille ?? 0).toBeGreaterThanOrEqual(score.per_mille);
      }),
    );
  });
});

describe("the score from counts by day", () => {
  // The formula in its plain form, one delivery after the other.
  const plain = (samples: readonly DeliverySample[]) => {
    const weigh = ({ ts, acknowledged }: DeliverySample): number => {
      const age = Math.floor((AT - ts) / DAY_S);
      const counts = ts <= AT - DAY_S && age <= 180 && (acknowledged || age >= 7);
      return counts ? Math.round(1e6 * 0.5 ** (age / 30)) : 0;
    };
    const counted = samples.filter((each) => weigh(each) > 0);
    const sum = (of: readonly DeliverySample[]): number => of.reduce((all, each) => all + weigh(each), 0);
    if (counted.length === 0) return null;
    const good = sum(counted.filter(({ acknowledged }) => acknowledged));
    const per_mille = Math.round((1000 * good) / sum(counted));
    return { per_mille, samples: counted.length, rentals: new Set(counted.map(({ rentalId }) => rentalId)).size };
  };

  it("is what the deliveries themselves give, to the second at the ends of days", () => {
    const one = fc.record({
      age: fc.oneof(
        fc.integer({ min: -2 * DAY_S, max: 200 * DAY_S }),
        fc.integer({ min: -1, max: 183 }).map((n) => n * DAY_S),
      ),
      off: fc.integer({ min: -1, max: 1 }),
      acknowledged: fc.boolean(),
      rentalId: fc.constantFrom("a", "b", "c"),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), (all) => {
        const samples = all.map(({ age, off, acknowledged, rentalId }) => ({
          rentalId,
          acknowledged,
          ts: AT - age + off,
        }));
        const rentals = [...Map.groupBy(samples, ({ rentalId }) => rentalId).values()].map(daysOf);
        expect(scoreOfDays(rentals, AT)).toEqual(plain(samples));
        expect(scoreOf(samples, AT)).toEqual(plain(samples));
      }),
    );
  });
});

describe("reputations from exported receipts", () => {
  it("count signed statements, and good receipts about them", () => {
    const { listings, badStatements, badReceipts } = scoreOfAll([acked(1), acked(2), deliveryOf(3)]);
    expect(listings.map(({ reputation }) => reputation)).toEqual([{ per_mille: 667, samples: 3, rentals: 1 }]);
    expect([badStatements, badReceipts]).toEqual([0, 0]);
  });

  it("take a message once, however often it is exported", () => {
    const { listings } = scoreOfAll([deliveryOf(1), acked(1), acked(1), deliveryOf(1), deliveryOf(2)]);
    expect(listings[0]?.reputation).toEqual({ per_mille: 500, samples: 2, rentals: 1 });
  });

  it("are not raised by what a provider says of himself", () => {
    const claims = Array.from({ length: 20 }, (_, n) => deliveryOf(n + 1));
    expect(scoreOfAll(claims).listings[0]?.reputation?.per_mille).toBe(0);
    const own = claims.map(({ statement }) => acked(statement.seq, provider));
    const { listings, badReceipts } = scoreOfAll(own);
    expect([listings[0]?.reputation?.per_mille, badReceipts]).toEqual([0, 20]);
  });

  it("leave out what is forged: statements, receipts of others' messages, receipts to others, altered ones", () => {
    const altered = { ...deliveryOf(1), statement: { ...deliveryOf(1).statement, ts: NOW_S + 1 } };
    const foreign = deliveryOf(2, receiptOf(messageOf({ seq: 3 }).envelope));
    const elsewhere = deliveryOf(3, receiptOf(messageOf({ seq: 3 }).envelope, { to: verifyOf(stranger) }));
    const good = receiptOf(messageOf({ seq: 4 }).envelope, { by: otherRenter });
    const stolen = deliveryOf(4, { ...good, from: verifyOf(renter) });
    const { listings, badStatements, badReceipts } = scoreOfAll([altered, foreign, elsewhere, stolen]);
    expect([badStatements, badReceipts]).toEqual([1, 3]);
    expect(listings[0]?.reputation).toEqual({ per_mille: 0, samples: 3, rentals: 1 });
  });

  it("take receipts that name the listing instead of the provider", () => {
    const { envelope, listing_id: listing } = messageOf({ seq: 1 });
    const msgHash = messageHash(suite, new Uint8Array(Buffer.from(envelope, "base64url")));
    const to = { listing };
    const receipt = { ...signReceipt({ suite, seed: renter.seed, from: verifyOf(renter), to, msgHash, ts: NOW }), to };
    expect(scoreOfAll([deliveryOf(1, receipt)]).listings[0]?.reputation?.per_mille).toBe(1000);
  });
});
