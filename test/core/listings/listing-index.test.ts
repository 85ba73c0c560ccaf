import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AppError, fromUtf8, seconds, silentLogger } from "../../../src/base/index.ts";
import { indexPositionCodec, ListingIndex, type ListingIndexStore } from "../../../src/core/index.ts";
import { LISTING_INDEX_TABLES, listingIndexStore, openSqlite, type SqliteDatabase } from "../../../src/sqlite/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { IndexChain, idOf } from "./index-chain.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-index-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

async function openDb(): Promise<{ db: SqliteDatabase; store: ListingIndexStore }> {
  const db = await openSqlite({
    ...{ file: join(folder, `${files++}.db`), clock: new VirtualClock(), log: silentLogger },
    ...{ applicationId: 0x4e426978, migrations: [{ name: "index", sql: LISTING_INDEX_TABLES }] },
  });
  return { db, store: listingIndexStore(db, indexPositionCodec) };
}

describe("the index of all listings", () => {
  let chain: IndexChain;
  let store: ListingIndexStore;
  let index: ListingIndex;
  const clock = new VirtualClock();
  const open = (): ListingIndex =>
    new ListingIndex({ node: chain, store, clock, log: silentLogger, every: seconds(30) });

  async function begin(names: number): Promise<void> {
    chain = new IndexChain(names);
    store = (await openDb()).store;
    index = open();
    await index.catchUp();
  }

  async function shown(n: number): Promise<string | null> {
    const found = await index.get(idOf(n));
    return found === null ? null : fromUtf8(found.value);
  }

  beforeEach(() => begin(2500));

  it("walks all names in pages, each row once", async () => {
    expect(await index.count()).toBe(2500);
    // The last row of a page is read again as the first of the next.
    expect(chain.rowsRead).toBe(2502);
    expect(index.status).toEqual({ height: 1, complete: true, problem: null });
  });

  it("gives pages in the order of ids", async () => {
    const seen: string[] = [];
    for (let after = ""; ; ) {
      const page = await index.page(after, 700);
      seen.push(...page.map(({ id }) => id));
      if (page.length < 700) break;
      after = page.at(-1)?.id ?? "";
    }
    expect(seen).toEqual(Array.from({ length: 2500 }, (_, n) => idOf(n)));
  });

  it("follows new, updated and deleted listings block by block, and reads nothing else again", async () => {
    chain.rowsRead = 0;
    chain.set(7, "v2");
    chain.set(5000, "new");
    chain.delete(8);
    chain.other("dns:shop.coin");
    chain.mine(3);
    await index.catchUp();
    expect([await shown(7), await shown(5000), await shown(8)]).toEqual(["v2", "new", null]);
    expect(await index.get(idOf(7))).toMatchObject({ address: "emrt1q", txid: "ab".repeat(32) });
    expect([chain.rowsRead, chain.namesRead, chain.blocksRead]).toEqual([0, 3, 3]);
  });

  it("hides what has expired at its very height", async () => {
    chain.set(9, "short", 10);
    chain.mine();
    await index.catchUp();
    // Registered with height 2, it lives up to and with height 12.
    chain.mine(10);
    await index.catchUp();
    expect(await shown(9)).toBe("short");
    chain.mine();
    await index.catchUp();
    expect(await shown(9)).toBeNull();
    expect(await index.count()).toBe(2499);
    chain.mine(150);
    await index.catchUp();
    expect(await store.indexedListing(idOf(9))).toBeNull();
  });

  it("forgets what a reorganisation took away, and takes in what came instead", async () => {
    chain.set(7, "v2");
    chain.mine();
    chain.set(6000, "new");
    chain.delete(8);
    chain.mine();
    await index.catchUp();
    chain.rewind(2);
    chain.set(9, "v3");
    chain.mine(2);
    await index.catchUp();
    expect([await shown(7), await shown(6000), await shown(8), await shown(9)]).toEqual(["v1", null, "v1", "v3"]);
    chain.rewind(1);
    await index.catchUp();
    expect(index.status.height).toBe(2);
  });

  it("walks anew after a reorganisation that is deeper than it remembers", async () => {
    chain.mine(150);
    await index.catchUp();
    chain.rewind(150);
    chain.delete(1);
    chain.mine(140);
    await index.catchUp();
    expect(await index.count()).toBe(2499);
    expect(await shown(1)).toBeNull();
  });

  it("passes over no name while others vanish before it during the walk", async () => {
    chain = new IndexChain(2500);
    store = (await openDb()).store;
    index = open();
    chain.onPage = () => {
      chain.onPage = () => {};
      for (let n = 0; n < 20; n++) chain.delete(n);
      chain.mine();
    };
    await index.catchUp();
    expect(await index.count()).toBe(2480);
    expect(await shown(1005)).toBe("v1");
  });

  it("goes on where it stood after a restart, in the midst of its walk too", async () => {
    chain = new IndexChain(3000);
    store = (await openDb()).store;
    let pages = 0;
    const names = chain.names.bind(chain);
    chain.names = async (query) => {
      if (++pages === 3) throw new AppError("emercoin.unreachable", "away");
      return names(query);
    };
    await expect(open().catchUp()).rejects.toMatchObject({ code: "emercoin.unreachable" });
    index = open();
    await index.catchUp();
    expect(await index.count()).toBe(3000);
    expect(chain.rowsRead).toBeLessThan(3010);
    chain.rowsRead = 0;
    chain.set(4, "v2");
    chain.mine(20);
    index = open();
    await index.catchUp();
    expect(await shown(4)).toBe("v2");
    expect(chain.rowsRead).toBe(0);
  });

  it("keeps 100,000 names up to date without reading them again", async () => {
    await begin(100_000);
    expect(await index.count()).toBe(100_000);
    expect(chain.rowsRead).toBeLessThan(100_200);
    chain.rowsRead = 0;
    for (let block = 0; block < 100; block++) {
      chain.set(block * 7, `v${block}`);
      chain.mine();
    }
    await index.catchUp();
    expect(await shown(7 * 42)).toBe("v42");
    expect([chain.rowsRead, chain.namesRead, chain.blocksRead]).toEqual([0, 100, 100]);
  }, 240_000);

  /** Lets time pass; the store answers in real time, which a second of the clock's is not. */
  async function until(done: () => boolean): Promise<void> {
    const end = performance.now() + 30_000;
    while (!done() && performance.now() < end) {
      await clock.advance(seconds(1));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  it("looks by itself, tells what is wrong, and goes on when the node is back", async () => {
    const height = chain.height.bind(chain);
    chain.height = async () => {
      throw new AppError("emercoin.busy", "busy");
    };
    index = open();
    index.start();
    await until(() => index.status.problem !== null);
    expect(index.status.problem).toBe("emercoin.busy");
    chain.height = height;
    chain.set(3, "v2");
    chain.mine();
    await until(() => index.status.height === 2);
    expect(index.status).toEqual({ height: 2, complete: true, problem: null });
    await index.stop();
  });
});
