// `/listings`: what the relay shows of the chain, and which records it takes and serves.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seconds } from "../../src/base/index.ts";
import { listingEvidence, listingsPage } from "../../src/protocol/index.ts";
import { grantOf, LISTING, OTHER_LISTING, otherProvider, stranger } from "./fixtures.ts";
import { ChainOfNames, ESCROW, recordOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

describe("listings of a relay with an Emercoin node", () => {
  let rig: RelayRig;
  let chain: ChainOfNames;
  beforeEach(async () => {
    chain = new ChainOfNames();
    chain.list();
    rig = await RelayRig.start({ names: chain });
  });
  afterEach(() => rig.stop());

  const put = (text: string, listing = LISTING): Promise<CallResult> =>
    rig.call("PUT", `/listings/${listing}/offchain`, { raw: text });
  /** After the relay has had time to look at the chain. */
  const available = async (query = "", path = "/listings/available") => {
    await rig.clock.advance(seconds(5));
    for (let round = 0; round < 1000 && (await rig.call("GET", path)).status === 503; round++) await rig.clock.flush();
    return listingsPage.parse((await rig.call("GET", `${path}${query}`)).body);
  };

  it("shows a listing as raw evidence of the chain, with the identity that it names", async () => {
    const shown = listingEvidence.parse((await rig.call("GET", `/listings/${LISTING}`)).body);
    expect(shown).toMatchObject({ height: 1234, record: null, available: true });
    expect(shown.listing?.name).toBe(`ness:sms:listing:${LISTING}`);
    expect(Buffer.from(shown.listing?.value ?? "", "base64")).toEqual(Buffer.from(recordOf().value));
    expect(shown.worm?.name).toBe("worm:user:ness:provider123");
    expect(verdictOf(await rig.call("GET", `/listings/${OTHER_LISTING}`))).toBe("404 relay.unknown_listing");
  });

  it("takes the record that the chain commits to from anybody, and serves its exact bytes with the commitment as ETag", async () => {
    const { text, commitment } = recordOf();
    expect(verdictOf(await put(text))).toBe("200 created");
    expect(verdictOf(await put(JSON.stringify(JSON.parse(text), null, 2)))).toBe("200 unchanged");
    const served = await rig.call("GET", `/listings/${LISTING}/offchain`);
    expect(served.text).toBe(text);
    expect(served.headers.get("etag")).toBe(`"${commitment}"`);
    const fixed = await rig.call("GET", `/listings/${LISTING}/offchain?commitment=${commitment}`);
    expect(fixed.headers.get("cache-control")).toContain("immutable");
    const asked = async (tags: string) =>
      await rig.call("GET", `/listings/${LISTING}/offchain`, { headers: { "if-none-match": tags } });
    for (const tags of [`"${commitment}"`, `W/"${commitment}"`, `"other", "${commitment}"`, "*"]) {
      const again = await asked(tags);
      expect([again.status, again.text]).toEqual([304, ""]);
    }
    expect((await asked(`"${"0".repeat(64)}"`)).status).toBe(200);
  });

  it("refuses what the chain does not commit to, what another key signed, and a record for another listing", async () => {
    expect(verdictOf(await put(recordOf({ rev: 2 }).text))).toBe("409 relay.not_committed");
    const copy = recordOf({ by: stranger });
    chain.put(`ness:sms:listing:${LISTING}`, copy.value);
    expect(verdictOf(await put(copy.text))).toBe("409 relay.not_committed");
    expect(verdictOf(await put(recordOf({ listing: OTHER_LISTING }).text))).toBe("400 relay.bad_body");
    expect(verdictOf(await put(recordOf({ listing: OTHER_LISTING }).text, OTHER_LISTING))).toBe(
      "409 relay.not_committed",
    );
    expect(verdictOf(await put('{"provider_id":1}'))).toBe("400 relay.bad_body");
    expect(verdictOf(await put(`{"x":"${"y".repeat(80_000)}"}`))).toBe("413 relay.too_large");
  });

  it("follows a new revision once the chain has it", async () => {
    await put(recordOf().text);
    chain.list({ rev: 2, daily: "0.02" });
    expect(verdictOf(await put(recordOf({ rev: 2, daily: "0.02" }).text))).toBe("200 updated");
  });

  it("lists what is free in pages, also under the seed's path, and leaves out what is rented here", async () => {
    for (const listing of [OTHER_LISTING, "c1b2c3d4e5f64a7b"]) chain.list({ listing });
    await put(recordOf().text);
    const first = await available("?limit=2", "/numbers/available");
    expect(first.listings).toMatchObject([
      { listing_id: LISTING, record: true },
      { listing_id: OTHER_LISTING, record: false },
    ]);
    const second = await available(`?limit=2&after=${first.next}`);
    expect(second).toMatchObject({ listings: [{ listing_id: "c1b2c3d4e5f64a7b" }], next: null });
    await rig.register(grantOf());
    expect((await available()).listings.map(({ listing_id }) => listing_id)).not.toContain(LISTING);
    expect((await rig.call("GET", `/listings/${LISTING}`)).body).toMatchObject({ available: false });
  });

  it("finds those that can be paid by escrow", async () => {
    chain.list({ listing: OTHER_LISTING, escrow: ESCROW });
    await put(recordOf().text);
    await put(recordOf({ listing: OTHER_LISTING, escrow: ESCROW }).text, OTHER_LISTING);
    const ids = async (query: string) => (await available(query)).listings.map(({ listing_id }) => listing_id);
    expect(await ids("")).toEqual([LISTING, OTHER_LISTING]);
    expect(await ids("?escrow=1")).toEqual([OTHER_LISTING]);
    expect(await ids("?escrow=1&max_price=0.001")).toEqual([]);
  });

  it("filters by price, feature and bits, and adds the chain's word and the record where they are asked for", async () => {
    const [cheap, dear] = [OTHER_LISTING, "c1b2c3d4e5f64a7b"];
    chain.list({ listing: cheap });
    chain.list({ listing: dear, daily: "0.5", weekly: "2" });
    for (const parts of [{ listing: cheap }, { listing: dear, daily: "0.5", weekly: "2" }])
      expect(verdictOf(await put(recordOf(parts).text, parts.listing))).toBe("200 created");
    const ids = async (query: string) => (await available(query)).listings.map(({ listing_id }) => listing_id);
    expect(await ids("")).toEqual([LISTING, cheap, dear]);
    expect(await ids("?duration=weekly")).toEqual([dear]);
    expect(await ids("?duration=daily&max_price=0.1")).toEqual([cheap]);
    expect(await ids("?tier=sms_only&max_price=1")).toEqual([cheap, dear]);
    expect(await ids("?tier=sms_voice_video")).toEqual([]);
    expect(await ids("?features=non-voip")).toEqual([cheap, dear]);
    expect(await ids("?features=non-voip,usa")).toEqual([]);
    expect(await ids("?capabilities=9")).toEqual([LISTING, cheap, dear]);
    expect(await ids("?capabilities=16")).toEqual([]);
    const first = await available("?features=non-voip&limit=1");
    expect([first.listings.length, first.next]).toEqual([1, cheap]);
    expect(await ids(`?features=non-voip&limit=1&after=${first.next}`)).toEqual([dear]);
    const [, shown] = (await available("?evidence=1&records=1")).listings;
    expect(shown?.evidence?.name).toBe(`ness:sms:listing:${cheap}`);
    expect(Buffer.from(shown?.evidence?.value ?? "", "base64")).toEqual(
      Buffer.from(recordOf({ listing: cheap }).value),
    );
    expect(shown?.offchain).toEqual(JSON.parse(recordOf({ listing: cheap }).text));
    const whole = await available("?evidence=1&limit=1");
    expect(whole.worms?.map(({ name }) => name)).toEqual(["worm:user:ness:provider123"]);
    expect(whole.listings[0]?.evidence).toMatchObject({ address: expect.any(String), state: "active" });
    for (const bad of ["?tier=none", "?max_price=cheap", "?features=A", "?capabilities=-1", "?evidence=yes", "?x=1"])
      expect(verdictOf(await rig.call("GET", `/listings/available${bad}`))).toBe("400 relay.bad_query");
  });

  it("has no more than a hundred whole listings in one page, and says which it carries orders for", async () => {
    for (let at = 0; at < 120; at++) chain.list({ listing: at.toString(16).padStart(16, "e") });
    expect(verdictOf(await put(recordOf().text))).toBe("200 created");
    const first = await available("?evidence=1&limit=500");
    expect(first.listings).toHaveLength(100);
    expect(first.listings.map(({ rentable_here }) => rentable_here).filter((here) => here === true)).toHaveLength(1);
    const rest = await available(`?evidence=1&limit=500&after=${first.next}`);
    expect([rest.listings.length, rest.next]).toEqual([21, null]);
    expect((await available("?limit=500")).listings).toHaveLength(121);
    const shown = listingEvidence.parse((await rig.call("GET", `/listings/${LISTING}`)).body);
    expect(shown.rentable_here).toBe(true);
  });

  it("answers 503 while the node is down, and remembers nothing of that", async () => {
    chain.down = true;
    expect(verdictOf(await rig.call("GET", `/listings/${LISTING}`))).toBe("503 relay.no_chain");
    expect(verdictOf(await rig.call("GET", "/listings/available"))).toBe("503 relay.no_chain");
    chain.down = false;
    expect((await rig.call("GET", `/listings/${LISTING}`)).status).toBe(200);
  });

  it("limits readers and writers by their address", async () => {
    await rig.stop();
    rig = await RelayRig.start({ names: chain, limits: { readsPerMinute: 1, rentsPerMinute: 1 } });
    expect((await rig.call("GET", `/listings/${LISTING}`)).status).toBe(200);
    expect(verdictOf(await rig.call("GET", "/listings/available"))).toBe("429 relay.rate_limited");
    expect(verdictOf(await put(recordOf().text))).toBe("200 created");
    expect(verdictOf(await put(recordOf().text))).toBe("429 relay.rate_limited");
  });
});

describe("listings of a relay without a node", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  const put = async (text: string): Promise<string> =>
    verdictOf(await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: text }));

  it("takes records that a provider of its own signed, and no older revision", async () => {
    expect(await put(recordOf({ by: stranger }).text)).toBe("403 relay.unknown_provider");
    expect(await put(recordOf({ rev: 2 }).text)).toBe("200 created");
    expect(await put(recordOf({ rev: 1 }).text)).toBe("409 relay.stale_rev");
    const forged = JSON.parse(recordOf({ rev: 3 }).text) as Record<string, unknown>;
    expect(await put(JSON.stringify({ ...forged, features: ["instant"] }))).toBe("403 relay.bad_signature");
    expect(await put(recordOf({ by: otherProvider, rev: 9 }).text)).toBe("403 relay.foreign_listing");
    const { height, listings } = listingsPage.parse((await rig.call("GET", "/listings/available")).body);
    expect({ height, listings }).toMatchObject({ height: null, listings: [{ listing_id: LISTING, record: true }] });
  });
});
