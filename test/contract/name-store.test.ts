// What keeps publications and listings, over the one on disk and the one in memory.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AppError, listingId, silentLogger, unixMs } from "../../src/base/index.ts";
import type { ListingRevision, ListingStore, PublicationStore, StoredPublication } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryPublicationStore } from "../sim/memory-publications.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Opened {
  readonly store: PublicationStore & ListingStore;
  /** The same disk in the hands of the next process. */
  readonly reopen: () => Promise<PublicationStore & ListingStore>;
}

async function openFile(): Promise<Opened> {
  const file = join(folder, `${files++}.db`);
  const open = () => openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  const first = await open();
  return {
    store: first.names,
    reopen: async () => {
      await first.close();
      return (await open()).names;
    },
  };
}

async function openMemory(): Promise<Opened> {
  const store = new MemoryPublicationStore();
  return { store, reopen: async () => store };
}

function publication(n: number, over: Partial<StoredPublication> = {}): StoredPublication {
  return {
    id: String(n).padStart(32, "0"),
    wish: {
      ...{ purpose: "listing", operation: "update", name: `ness:test:${n}`, days: 365, address: null },
      value: Uint8Array.of(0, 255, n),
    },
    ...{ state: "waiting", txid: null, confirmations: 0, needed: 3, address: null, expiresAt: null, problem: null },
    ...{ createdAt: unixMs(1000 + n), changedAt: unixMs(2000 + n) },
    ...{ inDoubt: false, askedAt: null, hex: null, displacedAt: null },
    ...over,
  };
}

const full = publication(1, {
  ...{ state: "sent", txid: "ab".repeat(32), confirmations: 2, address: "emrt1q", expiresAt: 77, inDoubt: true },
  ...{ askedAt: 5, hex: "00ff", displacedAt: 9 },
  problem: { code: "publication.vanished", message: "gone", hint: "wait", context: { blocks: 3 } },
});

function revision(rev: number, over: Partial<ListingRevision> = {}): ListingRevision {
  const record = Uint8Array.of(123, rev, 125);
  return {
    ...{ listingId: listingId("a1b2c3d4e5f60001"), rev, state: "pending", record, value: Uint8Array.of(rev) },
    ...{ commitment: "cd".repeat(32), createdAt: unixMs(rev) },
    ...over,
  };
}

describe.each([
  ["the file", openFile],
  ["the memory", openMemory],
] as const)("publications and listings in %s", (_name, open) => {
  let opened: Opened;
  let store: PublicationStore & ListingStore;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
  });

  it("keeps every member over a restart, also of a deletion with its empty value", async () => {
    const deletion = publication(2, {
      wish: { ...full.wish, operation: "delete", name: "x", value: new Uint8Array(0), address: "a" },
    });
    await store.savePublication(full);
    await store.savePublication(deletion);
    const later = await opened.reopen();
    expect(await later.publications(10)).toEqual([full, deletion]);
  });

  it("updates by id and keeps the order of creation", async () => {
    await store.savePublication(publication(1));
    await store.savePublication(publication(2));
    await store.savePublication(full);
    expect((await store.publications(10)).map((each) => [each.id, each.state])).toEqual([
      [full.id, "sent"],
      [publication(2).id, "waiting"],
    ]);
  });

  it("refuses a second open publication of a name, and takes it when the first is over", async () => {
    const { name } = publication(1).wish;
    const second = publication(2, { wish: { ...publication(2).wish, name } });
    await store.savePublication(publication(1));
    const error: unknown = await store.savePublication(second).catch((caught) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "store.conflict" });
    await store.savePublication(publication(1, { state: "lost" }));
    await store.savePublication(second);
    expect(await store.publications(10)).toHaveLength(2);
  });

  it("gives all open ones and the newest of the others", async () => {
    for (let n = 1; n <= 6; n++) await store.savePublication(publication(n, { state: n === 1 ? "sent" : "done" }));
    const ids = (await store.publications(2)).map((each) => Number(each.id));
    expect(ids).toEqual([1, 5, 6]);
  });

  it("keeps the revisions of listings, all or none, and changes their state alone", async () => {
    await store.saveListingRevisions([revision(2), revision(1)]);
    await store.saveListingRevisions([revision(1, { state: "replaced" }), revision(2, { state: "current" })]);
    const later = await opened.reopen();
    expect(await later.listingRevisions()).toEqual([
      revision(1, { state: "replaced" }),
      revision(2, { state: "current" }),
    ]);
  });
});
