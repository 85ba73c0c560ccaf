// The publisher, the listings and their index on a node: the simulated one, and a real one where the environment names it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { millis, silentLogger, toHex, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { EmercoinNode } from "../../src/chain/index.ts";
import {
  createNamePublisher,
  indexPositionCodec,
  type Line,
  type ListingAction,
  ListingIndex,
  Listings,
  type NamePublication,
  type RunningPublisher,
} from "../../src/core/index.ts";
import { nameFee } from "../../src/emercoin/index.ts";
import { createIdentity, nobleCoin, wormName, wormXml } from "../../src/envelope/index.ts";
import { judgeListing, lintPublication, listingName, newListingId } from "../../src/registry/index.ts";
import { LISTING_INDEX_TABLES, listingIndexStore, openSqlite } from "../../src/sqlite/index.ts";
import { openGate } from "../core/chain/publisher-rig.ts";
import { lineOf } from "../core/core-rig.ts";
import { MemoryPublicationStore } from "../sim/memory-publications.ts";
import { noRealNode } from "../sim/real-node.ts";
import type { NodeUnderTest } from "./emercoin-node.ts";
import { openRealNode, openSimNode } from "./node-clients.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-publishing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

async function publisherOn(node: EmercoinNode, store: MemoryPublicationStore): Promise<RunningPublisher> {
  const publisher = createNamePublisher({
    ...{ node, gate: openGate, store, clock: systemClock, random: systemRandom, log: silentLogger },
    now: () => systemClock.now(),
    lint: ({ purpose, name, value, operation }) => {
      if (operation !== "delete") lintPublication({ crypto: nobleCoin, purpose, name, value, secrets: [] });
    },
    nameFee: ({ operation, days, name, value }, lastPowReward) =>
      nameFee({ operation, days, nameBytes: name.length, valueBytes: value.length, lastPowReward }),
    rules: { confirmations: 2, margin: 20 },
    pollEvery: millis(25),
  });
  await publisher.load();
  publisher.start();
  onTestFinished(() => publisher.stop());
  return publisher;
}

async function indexOn(node: EmercoinNode): Promise<ListingIndex> {
  const db = await openSqlite({
    ...{ file: join(folder, `${files++}.db`), clock: systemClock, log: silentLogger },
    ...{ applicationId: 0x4e426978, migrations: [{ name: "index", sql: LISTING_INDEX_TABLES }] },
  });
  onTestFinished(() => db.close());
  const store = listingIndexStore(db, indexPositionCodec);
  return new ListingIndex({ node, store, clock: systemClock, log: silentLogger, every: millis(25) });
}

/** Mines as soon as the node has the operation, and resolves when it is done. */
async function through(
  { mine }: NodeUnderTest,
  publisher: RunningPublisher,
  { id }: NamePublication,
): Promise<NamePublication> {
  let mining: Promise<void> | null = null;
  const dispose = publisher.onChange((change) => {
    if (change.id === id && change.state === "sent") mining ??= mine(2);
  });
  try {
    const done = await publisher.settled(id, AbortSignal.timeout(30_000));
    await mining;
    return done;
  } finally {
    dispose();
  }
}

function publishingContract(title: string, open: () => Promise<NodeUnderTest>): void {
  describe(title, () => {
    it("gets an identity and a listing into the chain, updates, renews and deletes them; the index follows", async () => {
      const under = await open();
      onTestFinished(() => under.stop());
      const node = under.client();
      onTestFinished(() => node.stop());
      const store = new MemoryPublicationStore();
      const publisher = await publisherOn(node, store);
      const identity = createIdentity(systemRandom, suite, `names-${toHex(systemRandom.bytes(6))}`);
      const worm = { operation: "new" as const, name: wormName(identity), value: utf8(wormXml(identity)), days: 30 };
      const wish = { purpose: "worm" as const, address: null, ...worm };
      const { cost, problem } = await publisher.plan(wish);
      expect(problem).toBeNull();
      const before = (await node.status()).wallet?.confirmed ?? 0;
      expect(await through(under, publisher, await publisher.submit(wish))).toMatchObject({ state: "done" });
      expect(cost).toBeGreaterThan(0);
      expect(before).toBeGreaterThan(cost);

      const line: Line = { ...lineOf(1), listingId: newListingId(systemRandom) };
      let daily = "0.01";
      const listings = new Listings({
        ...{ store, publisher, suite, identity, username: identity.name, lines: () => [line], mirrors: [] },
        ...{ events: { record: () => {} }, log: silentLogger, now: () => systemClock.now() },
        owner: async () => (await node.name(worm.name))?.address ?? null,
        offer: () => ({
          tiers: { sms_only: { enabled: true, pricing: { rental_daily: daily } } },
          features: ["non-voip"],
          endpoints: { https: "https://relay.example" },
          days: 30,
        }),
      });
      await listings.load();
      const index = await indexOn(node);
      await index.catchUp();
      const act = async (action: ListingAction): Promise<void> => {
        expect((await listings.plan(action, line.id)).problem).toBeNull();
        const done = await through(under, publisher, await listings.act(action, line.id));
        expect(done.state).toBe("done");
        await index.catchUp();
      };
      const judged = async () => {
        const listing = await node.name(listingName(line.listingId));
        const record = listings.records(line.listingId)[0] ?? null;
        if (listing === null) throw new Error("no listing");
        const evidence = {
          listing,
          worm: await node.name(worm.name),
          record,
          now: Math.floor(systemClock.now() / 1000),
        };
        return judgeListing(suite, evidence);
      };

      await act("publish");
      expect(Object.values((await judged()).verdicts).map(({ kind }) => kind)).toEqual(["ok", "ok", "ok", "ok"]);
      const first = await index.get(line.listingId);
      expect(first?.value).toEqual((await node.name(listingName(line.listingId)))?.value);
      daily = "0.02";
      await act("update");
      expect(await judged()).toMatchObject({ rentable: true, value: { rev: 2 } });
      const owner = (await node.name(listingName(line.listingId)))?.address;
      expect(owner).toBe(first?.address);
      await act("renew");
      expect((await index.get(line.listingId))?.expiresAt).toBe((first?.expiresAt ?? 0) + 30 * 175);
      await act("unpublish");
      expect(await index.get(line.listingId)).toBeNull();
      await listings.stop();
    }, 60_000);
  });
}

publishingContract("publishing on the simulated node", openSimNode);
describe.skipIf(noRealNode !== "")(`a real node${noRealNode}`, () => {
  publishingContract("publishing on Emercoin 0.8.6", openRealNode);
});
