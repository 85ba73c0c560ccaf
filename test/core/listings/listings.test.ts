import { beforeEach, describe, expect, it } from "vitest";
import { AppError, fromUtf8, type LineId, silentLogger } from "../../../src/base/index.ts";
import { type ListingOffer, Listings, type RunningPublisher } from "../../../src/core/index.ts";
import { wormXml } from "../../../src/envelope/index.ts";
import { judgeListing, listingName, parseListingRecord, parseListingValue } from "../../../src/registry/index.ts";
import { PublisherRig } from "../chain/publisher-rig.ts";
import { lineOf, provider, suite } from "../core-rig.ts";

const LINE = lineOf(1);
const NAME = listingName(LINE.listingId);

function offerOf(daily: string): ListingOffer {
  return {
    tiers: { sms_only: { enabled: true, pricing: { per_sms: "0.001", rental_daily: daily } } },
    features: ["non-voip", "instant"],
    endpoints: { https: "https://relay.example" },
    days: 365,
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

describe("listings", () => {
  let rig: PublisherRig;
  let publisher: RunningPublisher;
  let listings: Listings;
  let offer: ListingOffer | null;
  const mirrored: string[] = [];
  const events: string[] = [];

  async function open(): Promise<void> {
    publisher = await rig.open();
    listings = new Listings({
      ...{ store: rig.disk, publisher, suite, identity: provider, username: "provider", log: silentLogger },
      lines: () => [LINE],
      offer: (line: LineId) => (line === LINE.id ? offer : null),
      owner: async () => null,
      mirrors: [{ put: async (_id, record) => void mirrored.push(fromUtf8(record)) }],
      events: { record: (event) => void events.push(event.code) },
      now: () => rig.clock.now(),
    });
    await listings.load();
  }

  beforeEach(async () => {
    rig = new PublisherRig();
    mirrored.length = 0;
    events.length = 0;
    offer = offerOf("0.01");
    await open();
  });

  async function done(action: "publish" | "update" | "renew" | "unpublish"): Promise<void> {
    await listings.act(action, LINE.id);
    await rig.tick();
    await rig.mine(3);
    await rig.clock.flush();
  }

  it("publishes a record that all four verdicts accept", async () => {
    await done("publish");
    const { current, changed, publication } = listings.show(LINE.number);
    expect(publication?.state).toBe("done");
    expect(changed).toBe(false);
    const listing = await rig.chain.name(NAME);
    if (listing === null || current === null) throw new Error("not published");
    const worm = { ...listing, name: "worm:user:ness:provider", value: new TextEncoder().encode(wormXml(provider)) };
    const now = Math.floor(rig.clock.now() / 1000);
    const judgement = judgeListing(suite, { listing, worm, record: current.record, now });
    expect(Object.values(judgement.verdicts).map((each) => each.kind)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(judgement.rentable).toBe(true);
    expect(parseListingValue(listing.value)).toMatchObject({ rev: 1, capabilities: 1 + 2 + 8, worm_ref: worm.name });
    expect(events).toEqual(["listing.confirmed"]);
  });

  it("serves the old record and the new one until the new one is confirmed", async () => {
    await done("publish");
    const [first] = listings.records(LINE.listingId);
    offer = offerOf("0.02");
    expect(listings.show(LINE.id).changed).toBe(true);
    await listings.act("update", LINE.id);
    expect(listings.records(LINE.listingId)).toHaveLength(2);
    expect(listings.records(LINE.listingId)[0]).toEqual(first);
    await rig.tick();
    await rig.mine(3);
    await rig.clock.flush();
    const [now, ...more] = listings.records(LINE.listingId);
    expect(more).toEqual([]);
    expect(parseListingRecord(now ?? new Uint8Array()).fields.rev).toBe(2);
    expect(listings.history(LINE.id).map((each) => [each.rev, each.state])).toEqual([
      [1, "replaced"],
      [2, "current"],
    ]);
    expect(new Set(mirrored).size).toBe(2);
  });

  it("renews with the same value, and takes the listing back", async () => {
    await done("publish");
    const before = (await rig.chain.name(NAME))?.expiresAt ?? 0;
    await done("renew");
    expect((await rig.chain.name(NAME))?.expiresAt).toBe(before + 365 * 175);
    expect(listings.history(LINE.id)).toHaveLength(1);
    await done("unpublish");
    expect(await rig.chain.name(NAME)).toMatchObject({ state: "deleted" });
    expect(listings.records(LINE.listingId)).toEqual([]);
    expect(listings.history(LINE.id).map((each) => each.state)).toEqual(["withdrawn"]);
    await done("publish");
    expect(listings.show(LINE.id).current?.rev).toBe(2);
  });

  it("plans each action without a trace", async () => {
    const plan = await listings.plan("publish", LINE.id);
    expect(plan).toMatchObject({ action: "publish", name: NAME, cost: 4500, problem: null });
    expect(fromUtf8(plan.value ?? new Uint8Array())).toMatch(
      /^\{"worm_ref":"worm:user:ness:provider","commitment":"[0-9a-f]{64}","capabilities":11,"rev":1\}$/,
    );
    expect(rig.disk.rows.size + rig.disk.revisions.size + rig.chain.paid.length).toBe(0);
  });

  it("refuses what makes no sense, with what to do instead", async () => {
    expect(await codeOf(listings.act("publish", "nobody"))).toBe("listing.unknown_line");
    expect(await codeOf(listings.act("update", LINE.id))).toBe("listing.not_published");
    await listings.act("publish", LINE.id);
    expect(await codeOf(listings.act("publish", LINE.id))).toBe("publication.running");
    expect(listings.history(LINE.id)).toHaveLength(1);
    await rig.tick();
    await rig.mine(3);
    expect(await codeOf(listings.act("publish", LINE.id))).toBe("listing.published");
    expect(await codeOf(listings.act("update", LINE.id))).toBe("listing.unchanged");
    offer = null;
    expect(await codeOf(listings.act("update", LINE.id))).toBe("listing.no_offer");
    expect(await codeOf(listings.act("renew", LINE.id))).toBe("no error");
  });

  it("drops a revision whose name was lost to somebody else, and says so", async () => {
    rig.chain.mineForeign("new", { name: NAME, value: "theirs", days: 30 });
    await listings.act("publish", LINE.id);
    await rig.tick();
    expect(listings.history(LINE.id).map((each) => each.state)).toEqual(["dropped"]);
    expect(events).toEqual(["listing.not_confirmed"]);
    expect(listings.records(LINE.listingId)).toEqual([]);
  });

  it("settles after a restart what was confirmed meanwhile, and drops a record whose wish never came to be", async () => {
    await listings.act("publish", LINE.id);
    await rig.tick();
    await publisher.stop();
    await listings.stop();
    rig.chain.mine(5);
    await open();
    await rig.tick();
    await rig.clock.flush();
    expect(listings.show(LINE.id).current?.rev).toBe(1);
    const [first] = listings.history(LINE.id);
    if (first === undefined) throw new Error("no revision");
    await rig.disk.saveListingRevisions([{ ...first, rev: 2, state: "pending", value: Uint8Array.of(1) }]);
    await open();
    expect(listings.history(LINE.id).map((each) => each.state)).toEqual(["current", "dropped"]);
  });

  it("names listings whose line is gone", async () => {
    await done("publish");
    const [first] = listings.history(LINE.id);
    if (first === undefined) throw new Error("no revision");
    const listingId = lineOf(2).listingId;
    await rig.disk.saveListingRevisions([{ ...first, listingId }]);
    await open();
    expect(listings.orphans()).toEqual([listingId]);
  });
});
