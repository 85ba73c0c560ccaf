// One rental at the relay, what its listing's reputation is made of, and who was here.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, millis } from "../../src/base/index.ts";
import { reputationDay, reputationsOf } from "../../src/core/index.ts";
import {
  deliveriesPage,
  listingEvidence,
  listingsPage,
  rentalAtRelay,
  rentalHistory,
  rentalReceipts,
} from "../../src/protocol/index.ts";
import {
  DAY_S,
  grantOf,
  LISTING,
  messageOf,
  NOW_S,
  OTHER_LISTING,
  otherProvider,
  otherRenter,
  provider,
  RENTAL,
  receiptOf,
  renter,
  shortOf,
  suite,
  verifyOf,
} from "./fixtures.ts";
import { recordOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

let rig: RelayRig;
beforeEach(async () => {
  rig = await RelayRig.start();
  await rig.register(grantOf());
});
afterEach(() => rig.stop());

const get = (path: string, token: string): Promise<CallResult> => rig.call("GET", path, { token });

/** Three messages, the first of them acknowledged. */
async function someMail(): Promise<string> {
  const token = await rig.login(renter);
  for (const seq of [1, 2, 3]) await rig.forward(messageOf({ seq }));
  const { envelope } = messageOf({ seq: 1 });
  await rig.call("POST", "/sms/ack", { body: { receipts: [receiptOf(envelope)] }, token });
  return token;
}

describe("one rental", () => {
  it("is shown to its renter and its provider, and is not there for anybody else", async () => {
    const token = await someMail();
    for (const each of [token, await rig.login(provider)]) {
      const shown = rentalAtRelay.parse((await get(`/rentals/${RENTAL}`, each)).body);
      expect(shown).toEqual({ grant: grantOf(), state: "active", last_seq: 3 });
    }
    for (const who of [otherRenter, otherProvider]) {
      const other = await rig.login(who);
      for (const part of ["", "/history", "/receipts"])
        expect(verdictOf(await get(`/rentals/${RENTAL}${part}`, other))).toBe("404 relay.unknown_rental");
    }
    expect(verdictOf(await rig.call("GET", `/rentals/${RENTAL}`))).toBe("401 relay.unauthorized");
  });

  it("has a history in pages: what waits, what was acknowledged, what was wiped", async () => {
    const token = await someMail();
    await rig.forward(shortOf("no seq"));
    const first = rentalHistory.parse((await get(`/rentals/${RENTAL}/history?limit=2`, token)).body);
    expect(first.messages.map(({ seq, state }) => [seq, state])).toEqual([
      [1, "acknowledged"],
      [2, "waiting"],
    ]);
    expect([first.next, first.more]).toEqual([2, true]);
    await rig.passDays(8);
    const again = await rig.login(renter);
    const rest = rentalHistory.parse((await get(`/rentals/${RENTAL}/history?after=2`, again)).body);
    expect(rest.messages.map(({ seq, state }) => [seq, state])).toEqual([[3, "wiped"]]);
    expect(rest.more).toBe(false);
  });

  it("exports the receipts of all sides, which prove themselves", async () => {
    const token = await someMail();
    await rig.passDays(2);
    const page = rentalReceipts.parse((await get(`/rentals/${RENTAL}/receipts`, await rig.login(renter))).body);
    expect(token).not.toBe("");
    expect(page.deliveries.map(({ receipt }) => receipt?.from ?? null)).toEqual([verifyOf(renter), null, null]);
    const later = reputationDay(NOW_S + 30 * DAY_S);
    const { listings, badStatements, badReceipts } = reputationsOf(suite, page.deliveries, later);
    expect([badStatements, badReceipts, listings[0]?.reputation]).toEqual([
      0,
      0,
      { per_mille: 333, samples: 3, rentals: 1 },
    ]);
    expect(page.relay?.receipts).toHaveLength(3);
    expect(page.relay?.receipts.every(({ proof }) => proof !== null)).toBe(true);
    const second = rentalReceipts.parse(
      (await get(`/rentals/${RENTAL}/receipts?after=2`, await rig.login(renter))).body,
    );
    expect([second.deliveries.length, second.relay]).toEqual([1, null]);
  });
});

describe("a listing's reputation", () => {
  it("comes from receipts, is nothing at first, and anybody computes it again from what is exported", async () => {
    await someMail();
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    const shown = async () => listingEvidence.parse((await rig.call("GET", `/listings/${LISTING}`)).body).reputation;
    expect(await shown()).toBeNull();
    await rig.passDays(3);
    // Who has not read for a few days may still do so.
    expect(await shown()).toEqual({ per_mille: 1000, samples: 1, rentals: 1 });
    await rig.passDays(10);
    expect(await shown()).toEqual({ per_mille: 333, samples: 3, rentals: 1 });
    const first = deliveriesPage.parse((await rig.call("GET", `/listings/${LISTING}/receipts?limit=2`)).body);
    const second = deliveriesPage.parse(
      (await rig.call("GET", `/listings/${LISTING}/receipts?limit=2&after=${first.next}`)).body,
    );
    expect([first.deliveries.length, second.deliveries.length, second.next]).toEqual([2, 1, null]);
    const all = [...first.deliveries, ...second.deliveries];
    const { listings } = reputationsOf(suite, all, first.at);
    expect(listings).toEqual([
      { listingId: LISTING, provider: verifyOf(provider), reputation: { per_mille: 333, samples: 3, rentals: 1 } },
    ]);
  });

  it("shows nothing of the last day", async () => {
    await someMail();
    await rig.clock.advance(days(1));
    const page = async () => deliveriesPage.parse((await rig.call("GET", `/listings/${LISTING}/receipts`)).body);
    expect((await page()).deliveries).toHaveLength(3);
    await rig.forward(messageOf({ seq: 4, ts: NOW_S + DAY_S }));
    await rig.clock.advance(millis(days(1) - 1));
    expect((await page()).deliveries).toHaveLength(3);
    await rig.clock.advance(days(1));
    expect((await page()).deliveries).toHaveLength(4);
  });

  it("filters the listings", async () => {
    await someMail();
    for (const listing of [LISTING, OTHER_LISTING])
      await rig.call("PUT", `/listings/${listing}/offchain`, { raw: recordOf({ listing }).text });
    await rig.register(grantOf({ rev: 2, expiresAt: NOW_S + 60 }));
    await rig.passDays(2);
    const ids = async (query: string) =>
      listingsPage
        .parse((await rig.call("GET", `/listings/available${query}`)).body)
        .listings.map(({ listing_id }) => listing_id);
    expect(await ids("")).toEqual([LISTING, OTHER_LISTING]);
    expect(await ids("?min_reputation=900")).toEqual([LISTING]);
  });
});

describe("a provider's box", () => {
  it("was here when it asked for questions or said so: its listings tell", async () => {
    await rig.call("PUT", `/listings/${OTHER_LISTING}/offchain`, { raw: recordOf({ listing: OTHER_LISTING }).text });
    const seen = async () =>
      listingsPage.parse((await rig.call("GET", "/listings/available")).body).listings[0]?.seen_at;
    expect(await seen()).toBeNull();
    const box = await rig.login(provider);
    expect((await rig.call("PUT", "/provider/heartbeat", { token: box })).body).toEqual({ status: "ok", time: NOW_S });
    expect(await seen()).toBe(NOW_S);
    await rig.clock.advance(days(0.5));
    await get("/provider/requests", box);
    expect(await seen()).toBe(NOW_S + DAY_S / 2);
    const other = await rig.call("PUT", "/provider/heartbeat", { token: await rig.login(renter) });
    expect(verdictOf(other)).toBe("403 relay.unknown_provider");
  });
});
