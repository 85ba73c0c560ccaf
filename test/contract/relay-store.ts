// What every storage of a relay must do. `open` gives a store over whatever it had before; `other` a second one over the same data, where
// several processes may share it.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { days, silentLogger, toHex, unixMs, utf8 } from "../../src/base/index.ts";
import type { OrderLoad, RelayListener, RelayStore, StoredOrder } from "../../src/core/index.ts";
import { canonicalJson, publicKeysToText } from "../../src/envelope/index.ts";
import { type MailboxMessage, rentRequest } from "../../src/protocol/index.ts";
import { ChapPools } from "../../src/relay/server/chap-pools.ts";
import { RelayTime } from "../../src/relay/server/relay-time.ts";
import { DAY_S, hashOf, NOW, NOW_S, otherProvider, provider, receiptOf, suite, verifyOf } from "../relay/fixtures.ts";
import { answerOf, pooledOf, requestOf } from "../relay/market-fixtures.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CAPS, eventually, nextNumber, Scene } from "./relay-scene.ts";
import { sessionContract } from "./relay-sessions.ts";
import { acceptedContract } from "./relay-store-accepted.ts";
import { cursorContract } from "./relay-store-cursors.ts";
import { sumsContract } from "./relay-store-sums.ts";

export interface StoreUnderTest {
  open(listener?: Partial<RelayListener>): Promise<RelayStore>;
  stop(): Promise<void>;
}

export function relayStoreContract(name: string, make: () => Promise<StoreUnderTest>, shared: boolean): void {
  describe(`${name} as a relay's store`, () => {
    let under: StoreUnderTest;
    let store: RelayStore;
    let scene: Scene;
    const pushed: { readonly renter: string; readonly message: MailboxMessage }[] = [];
    const told: string[] = [];
    let online = "";
    const listener: RelayListener = {
      stored: (renter, message) => {
        pushed.push({ renter, message });
        return renter === online;
      },
      requested: (who) => told.push(`requested ${who}`),
      answered: (order) => told.push(`answered ${order}`),
      granted: (who, rental) => told.push(`granted ${who} ${rental}`),
    };

    const reopen = async (): Promise<RelayStore> => {
      await store.close();
      store = await under.open(listener);
      return store;
    };

    beforeAll(async () => {
      under = await make();
      store = await under.open(listener);
    });
    afterAll(async () => {
      await store.close();
      await under.stop();
    });
    beforeEach(async () => {
      scene = new Scene(store);
      await scene.register();
      pushed.length = 0;
      told.length = 0;
    });

    mailContract(() => ({ scene, store, pushed, goOnline: (key: string) => (online = key) }));
    forgettingContract(() => ({ scene, store }));
    rentalContract(() => ({ scene, store, told }));
    orderContract(() => ({ scene, store, told }));
    poolContract(() => ({ scene, store, under }), shared);
    sessionContract(() => ({ store }));
    cursorContract(() => ({ scene, store, reopen }));
    acceptedContract(() => ({ scene, store }));
    sumsContract(() => ({ scene, store, reopen }));

    it("has everything when it is opened again", async () => {
      const kept = [1, 2, 3].map((seq) => scene.message(seq));
      await scene.forward(kept);
      await scene.acknowledge(kept.slice(0, 1));
      await reopen();
      expect(await scene.waiting(0, 100, store)).toEqual([2, 3]);
      expect(await scene.verdicts(kept, { store })).toEqual(["duplicate", "duplicate", "duplicate"]);
      expect(await store.rentals.route(scene.rentalId)).toEqual(scene.route);
    });

    it("closes twice, and takes no call afterwards", async () => {
      await store.close();
      await store.close();
      await expect(store.probe()).rejects.toMatchObject({ code: "base.stopped" });
      store = await under.open(listener);
      await store.probe();
      expect(await store.state()).toMatchObject({ ok: true });
    });

    if (shared) sharedContract(() => ({ under, scene, store }));
  });
}

interface MailStage {
  readonly scene: Scene;
  readonly store: RelayStore;
  readonly pushed: readonly { readonly renter: string; readonly message: MailboxMessage }[];
  readonly goOnline: (key: string) => void;
}

function mailContract(stage: () => MailStage): void {
  it("stores in order, hands each message on once, and shows them by page", async () => {
    const { scene, store, pushed } = stage();
    expect(await scene.verdicts([1, 2, 3].map((seq) => scene.message(seq)))).toEqual(["stored", "stored", "stored"]);
    expect(pushed.filter(({ renter }) => renter === scene.key).map(({ message }) => message.seq)).toEqual([1, 2, 3]);
    const first = await store.mail.page(scene.key, { after: 0, limit: 2 });
    expect(first.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(first.more).toBe(true);
    const rest = await store.mail.page(scene.key, { after: first.next, limit: 2 });
    expect(rest).toMatchObject({ more: false, messages: [{ ...scene.message(3), provider: verifyOf(provider) }] });
    expect(pushed.at(-1)?.message).toEqual(rest.messages[0]);
  });

  it("says whether an open socket took the message", async () => {
    const { scene, goOnline } = stage();
    expect(await scene.forward([scene.message(1)])).toMatchObject([{ kind: "stored", status: "queued" }]);
    goOnline(scene.key);
    expect(await scene.forward([scene.message(2)])).toMatchObject([{ kind: "stored", status: "delivered" }]);
    goOnline("");
  });

  it("stores a message once, also within one batch, and answers with the time of the first", async () => {
    const { scene } = stage();
    const message = scene.message(1);
    expect(await scene.verdicts([message, message])).toEqual(["stored", "duplicate"]);
    const later = unixMs(NOW + 5000);
    expect(await scene.forward([message], { now: later })).toEqual([
      { kind: "duplicate", id: message.id, storedAt: NOW },
    ]);
    expect(await scene.waiting()).toEqual([1]);
  });

  it("refuses another message under a name that is taken", async () => {
    const { scene } = stage();
    await scene.forward([scene.message(1)]);
    const other = { salt: `other ${scene.rentalId}` };
    const same = scene.message(1);
    expect(await scene.verdicts([scene.message(1, other)])).toEqual(["relay.conflict"]);
    expect(await scene.verdicts([scene.message(2, { ...other, id: same.id })])).toEqual(["relay.conflict"]);
    expect(await scene.waiting()).toEqual([1]);
  });

  it("judges by the grant: unknown, over, used up", async () => {
    const { scene, store } = stage();
    const nobody = { ...scene.route, rentalId: "f".repeat(32) };
    const foreign = scene.message(1, { rentalId: nobody.rentalId });
    expect(await scene.verdicts([foreign], { route: nobody })).toEqual(["relay.unknown_rental"]);
    const small = new Scene(store);
    await small.register(small.grant({ credit: 1, expiresAt: NOW_S + 100 }));
    expect(await small.verdicts([small.message(1), small.message(2)])).toEqual(["stored", "relay.unpaid"]);
    await small.register(small.grant({ credit: 9, rev: 2, expiresAt: NOW_S + 100 }));
    expect(await small.verdicts([small.message(2)])).toEqual(["stored"]);
    const after = unixMs((NOW_S + 200) * 1000);
    expect(await small.verdicts([small.message(3, { ts: NOW_S + 150 })], { now: after })).toEqual([
      "relay.rental_over",
    ]);
  });

  it("keeps a mailbox within its caps, and has room again after an acknowledgement", async () => {
    const { scene } = stage();
    const caps = { ...CAPS, messages: 2 };
    const all = [1, 2, 3].map((seq) => scene.message(seq));
    expect(await scene.verdicts(all, { caps })).toEqual(["stored", "stored", "relay.mailbox_full"]);
    await scene.acknowledge(all.slice(0, 1));
    expect(await scene.verdicts(all.slice(2), { caps })).toEqual(["stored"]);
  });

  it("wipes what is acknowledged, knows it still, and has each receipt once for the provider", async () => {
    const { scene, store } = stage();
    const all = [1, 2, 3].map((seq) => scene.message(seq));
    const before = (await store.mail.receipts(verifyOf(provider), { after: 0, limit: 500 })).next;
    await scene.forward(all);
    await scene.acknowledge(all.slice(0, 2));
    await scene.acknowledge(all.slice(0, 1));
    expect(await scene.waiting()).toEqual([3]);
    expect(await scene.verdicts(all)).toEqual(["duplicate", "duplicate", "duplicate"]);
    const hashes = all.map(({ envelope }) => hashOf(envelope));
    const received = await store.mail.received(scene.key, hashes);
    expect(received.map(({ hash, acknowledged }) => [hashes.indexOf(hash) + 1, acknowledged]).sort()).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    const first = await store.mail.receipts(verifyOf(provider), { after: before, limit: 1 });
    expect(first.more).toBe(true);
    const second = await store.mail.receipts(verifyOf(provider), { after: first.next, limit: 500 });
    const ids = [...first.receipts, ...second.receipts].map(({ id }) => id);
    expect(ids).toEqual(all.slice(0, 2).map(({ id }) => id));
    expect(second.receipts[0]?.receipt.msg_hash).toBe(hashes[1]);
    expect((await store.mail.receipts(verifyOf(provider), { after: second.next, limit: 500 })).receipts).toEqual([]);
  });

  it("gives the provider what was taken of a rental, and nobody else", async () => {
    const { scene, store } = stage();
    await scene.forward([3, 1, 2].map((seq) => scene.message(seq)));
    const asked = { rentalId: scene.rentalId, after: 1, limit: 1 };
    const page = await store.rentals.messages(verifyOf(provider), asked);
    expect(page).toMatchObject({ messages: [{ seq: 2, stored_at: NOW }], next: 2, more: true });
    expect(await store.rentals.messages(verifyOf(otherProvider), asked)).toMatchObject({ messages: [], more: false });
  });

  it("tells the course of a rental: what waits, what was acknowledged with which receipt, what was wiped", async () => {
    const { scene, store } = stage();
    const messages = [1, 2, 3].map((seq) => scene.message(seq));
    await scene.forward(messages);
    await scene.acknowledge(messages.slice(0, 1));
    const course = async (after = 0, limit = 10) => await store.mail.course(scene.rentalId, { after, limit });
    const [first, second, third] = await eventually(course, (rows) => rows[0]?.receipt !== null);
    const { id, ts, signature, envelope } = messages[0] ?? scene.message(1);
    expect(first).toEqual({
      ...{ id, seq: 1, v: 1, ts, signature, hash: hashOf(envelope), storedAt: NOW, waiting: false },
      receipt: receiptOf(envelope, { by: scene.renter }),
    });
    expect([second, third].map((row) => [row?.seq, row?.waiting, row?.receipt])).toEqual([
      [2, true, null],
      [3, true, null],
    ]);
    expect((await course(1, 1)).map(({ seq }) => seq)).toEqual([2]);
    expect(await store.mail.course("0".repeat(32), { after: 0, limit: 10 })).toEqual([]);
  });
}

interface Stage {
  readonly scene: Scene;
  readonly store: RelayStore;
}

function forgettingContract(stage: () => Stage): void {
  const nothing = { storedBefore: unixMs(0), endedBefore: 0, lateBefore: unixMs(0) };

  async function all(step: () => Promise<number>): Promise<number> {
    let sum = 0;
    for (let done = 1; done > 0; sum += done) done = await step();
    return sum;
  }

  it("wipes what is too old and knows it still", async () => {
    const { scene, store } = stage();
    await scene.forward([scene.message(1)]);
    await scene.forward([scene.message(2)], { now: unixMs(NOW + days(8)) });
    await all(() => store.upkeep.expireEnvelopes({ ...nothing, storedBefore: unixMs(NOW + days(1)) }));
    expect(await scene.waiting()).toEqual([2]);
    expect(await scene.verdicts([scene.message(1)])).toEqual(["duplicate"]);
  });

  it("wipes what an ended rental's renter did not fetch", async () => {
    const { scene, store } = stage();
    await scene.forward([scene.message(1)]);
    await scene.register(scene.grant({ rev: 2, expiresAt: NOW_S - 1 }));
    const ended = { ...nothing, endedBefore: NOW_S, lateBefore: unixMs(NOW - 1) };
    await all(() => store.upkeep.expireEnvelopes(ended));
    expect(await scene.waiting()).toEqual([1]);
    await all(() => store.upkeep.expireEnvelopes({ ...ended, lateBefore: NOW }));
    expect(await scene.waiting()).toEqual([]);
  });

  it("removes a rental with all that hangs on it, and takes its id anew", async () => {
    const { scene, store } = stage();
    await scene.forward([scene.message(1), scene.message(2)]);
    await scene.acknowledge([scene.message(1)]);
    await scene.register(scene.grant({ rev: 2, expiresAt: NOW_S - 50 * DAY_S }));
    expect(await all(() => store.upkeep.removeRentals(NOW_S - 49 * DAY_S))).toBeGreaterThan(0);
    expect(await store.rentals.route(scene.rentalId)).toBe(null);
    expect(await scene.waiting()).toEqual([]);
    expect(await scene.register()).toBe("created");
    expect(await scene.verdicts([scene.message(1)])).toEqual(["stored"]);
    expect(await scene.waiting()).toEqual([1]);
  });
}

function rentalContract(stage: () => Stage & { readonly told: readonly string[] }): void {
  it("tells of a grant once for each revision, and of none that is known", async () => {
    const { scene, told } = stage();
    const words = `granted ${scene.key} ${scene.rentalId}`;
    await scene.register();
    await scene.register(scene.grant({ rev: 2 }));
    await expect.poll(() => told).toEqual([words]);
    await scene.register(scene.grant({ rev: 2 }));
    expect(told).toEqual([words]);
  });

  it("registers, updates, and leaves what is refused or known as it was", async () => {
    const { scene, store } = stage();
    expect(await scene.register()).toBe("unchanged");
    expect(await scene.register(scene.grant({ rev: 3 }))).toBe("updated");
    await expect(scene.register(scene.grant({ rev: 2 }))).rejects.toMatchObject({ code: "relay.stale_rev" });
    await expect(scene.register(scene.grant({ by: otherProvider, rev: 9 }))).rejects.toMatchObject({
      code: "relay.foreign_listing",
    });
    await scene.forward([scene.message(7)]);
    const [mine] = await store.rentals.ofRenter(scene.key);
    expect(mine).toMatchObject({ rev: 3, lastSeq: 7, grant: scene.grant({ rev: 3 }) });
  });

  it("finds the rentals of listings, renters and providers", async () => {
    const { scene, store } = stage();
    const now = unixMs(NOW);
    expect(await store.rentals.routesOfListing(scene.listingId, now)).toEqual([scene.route]);
    expect(await store.rentals.rentedOf([scene.listingId, "f".repeat(16)], now)).toEqual(new Set([scene.listingId]));
    await scene.register(scene.grant({ rev: 2, expiresAt: NOW_S - 5 }));
    expect(await store.rentals.routesOfListing(scene.listingId, now)).toEqual([scene.route]);
    expect((await store.rentals.rentedOf([scene.listingId], now)).size).toBe(0);
    expect(await store.rentals.isKnownListing(scene.listingId)).toBe(true);
    expect(await store.rentals.isKnownListing("e".repeat(16))).toBe(false);
    const before = (BigInt(`0x${scene.rentalId}`) - 1n).toString(16).padStart(32, "0");
    const page = await store.rentals.ofProvider(verifyOf(provider), { after: before, limit: 1 });
    expect(page.rentals.map(({ grant }) => grant.rental_id)).toEqual([scene.rentalId]);
  });

  it("finds one rental, and those of a listing with the newest end first", async () => {
    const { scene, store } = stage();
    const other = new Scene(store).rentalId;
    await scene.register(scene.grant({ rentalId: other, expiresAt: NOW_S + 60 * DAY_S }));
    const found = await eventually(
      () => store.rentals.ofListing(scene.listingId),
      (grants) => grants.length === 2,
    );
    expect(found.map(({ grant }) => grant.rental_id)).toEqual([other, scene.rentalId]);
    expect((await store.rentals.find(other))?.grant.listing_id).toBe(scene.listingId);
    expect(await store.rentals.find("f".repeat(32))).toBeNull();
  });

  it("keeps papers by decision, tells when they were saved, and forgets the old ones of a kind", async () => {
    const { store } = stage();
    const paper = (id: string, text: string, time = NOW) => ({ kind: "test", id, text, at: time });
    const load = () => store.papers.load("test", "me");
    expect(await load()).toEqual({ all: 0, ofOwner: 0 });
    expect(await store.papers.save(paper("a", "one"), (stored) => stored === null)).toBe(true);
    expect(await store.papers.save(paper("a", "two"), (stored) => stored === null)).toBe(false);
    expect(await store.papers.find("test", "a")).toEqual(paper("a", "one"));
    expect(await store.papers.save(paper("a", "two"), (stored) => stored?.text === "one")).toBe(true);
    await store.papers.save(paper("b", "late", unixMs(NOW + 1)), () => true);
    const times = () => store.papers.times("test", ["a", "b", "c"]);
    expect(await eventually(times, ({ size }) => size === 2)).toEqual(
      new Map([
        ["a", NOW],
        ["b", unixMs(NOW + 1)],
      ]),
    );
    expect(await store.papers.find("other", "a")).toBeNull();
    expect(await store.upkeep.forgetPapers("test", NOW)).toBe(1);
    expect(await store.papers.find("test", "a")).toBeNull();
    expect((await store.papers.find("test", "b"))?.text).toBe("late");
    for (const [id, owner] of [["c", "me"] as const, ["d", "you"] as const])
      await store.papers.save({ ...paper(id, "owned"), owner }, () => true);
    expect(await eventually(load, ({ all }) => all === 2)).toEqual({ all: 2, ofOwner: 1 });
    expect(await store.papers.find("test", "c")).toEqual({ ...paper("c", "owned"), owner: "me" });
    expect(await store.upkeep.forgetPapers("test", NOW)).toBe(2);
    expect(await eventually(load, ({ all }) => all === 0)).toEqual({ all: 0, ofOwner: 0 });
  });

  it("knows which box has a provider's identity", async () => {
    const { scene, store } = stage();
    const claim = (instance: string) => store.providers.claim({ provider: scene.key, instance, at: NOW });
    expect(await store.providers.box(scene.key)).toBe(null);
    expect([await claim("one"), await claim("one"), await claim("two")]).toEqual(["first", "same", "replaced"]);
    expect(await store.providers.box(scene.key)).toBe("two");
  });

  it("keeps records by decision and lists them by id", async () => {
    const { scene, store } = stage();
    const id = scene.grant().listing_id as Parameters<RelayStore["records"]["find"]>[0];
    const record = { listingId: id, provider: scene.key, commitment: "aa", rev: 1, record: "{}" };
    expect(await store.records.find(id)).toBe(null);
    expect(await store.records.save(record, NOW, (stored) => (stored === null ? "created" : "unchanged"))).toBe(
      "created",
    );
    expect(await store.records.save({ ...record, rev: 2 }, NOW, () => "unchanged")).toBe("unchanged");
    expect(await store.records.find(id)).toEqual(record);
    expect(await store.records.among([id, "e".repeat(16)])).toEqual(new Set([id]));
    const ids = await store.records.ids("", 500);
    expect(ids).toContain(id);
    expect(ids).toEqual([...ids].sort());
    expect(await store.records.ids(id, 500)).not.toContain(id);
  });
}

function orderContract(stage: () => Stage & { readonly told: readonly string[] }): void {
  const terms = {
    ...{ tier: "sms_only", duration: "daily", sms: 0, payment: { method: "emc" }, envelope_version: 1 },
  } as const;

  function orderOf(scene: Scene) {
    const order = toHex(suite.sha256(utf8(`order ${scene.rentalId}`))).slice(0, 32);
    const request = rentRequest.parse({
      ...{ ...terms, order_id: order, listing_id: scene.listingId },
      renter: publicKeysToText(scene.renter),
    });
    const question = { id: order, order_id: order, request, kind: "quote" as const };
    return { order, request, question, made: { renter: scene.key, text: canonicalJson(request), now: NOW } };
  }

  it("keeps an order and its question until the provider has answered", async () => {
    const { scene, store, told } = stage();
    const { order, request, question, made } = orderOf(scene);
    const asked = { request: question, provider: scene.key };
    const loads: OrderLoad[] = [];
    const decide = (load: OrderLoad): boolean => loads.push(load) > 0 && load.stored === null;
    expect(await store.orders.save(asked, made, () => false).catch(String)).toBe(false);
    expect(await store.orders.save(asked, made, decide)).toBe(true);
    await eventually(
      async () => told.length,
      (length) => length > 0,
    );
    expect(told).toEqual([`requested ${scene.key}`]);
    expect(loads.at(-1)).toEqual({ stored: null, openOfRenter: 0, waitingForProvider: 0, asked: 0 });
    expect(await store.orders.save(asked, made, decide)).toBe(false);
    expect(loads.at(-1)).toMatchObject({ stored: { id: order, renter: scene.key, answer: null }, openOfRenter: 1 });
    expect(await store.orders.find(order)).toMatchObject({ id: order, request, requestText: made.text });
    const [waiting] = await store.orders.waiting(scene.key, 0);
    expect(waiting?.request).toEqual(question);
    expect(await store.orders.waiting(scene.key, waiting?.cursor ?? 0)).toEqual([]);
    expect([await store.orders.pending(order), await store.orders.orderOf(order)]).toEqual([1, order]);
    expect(await store.orders.find("0".repeat(32))).toBe(null);
    expect(await store.orders.orderOf("0".repeat(32))).toBe(null);
  });

  it("forgets an order with its questions", async () => {
    const { scene, store } = stage();
    const { order, question, made } = orderOf(scene);
    const old = unixMs(NOW - days(400));
    await store.orders.save({ request: question, provider: scene.key }, { ...made, now: old }, () => true);
    const at = NOW_S - 399 * DAY_S;
    expect(await store.upkeep.forgetOrders(at, at)).toBe(1);
    expect(await store.upkeep.forgetOrders(at, at)).toBe(0);
    expect([await store.orders.find(order), await store.orders.orderOf(order)]).toEqual([null, null]);
    expect(await store.orders.waiting(scene.key, 0)).toEqual([]);
  });

  it("keeps an order by escrow, with the copies of its document, for a time of its own", async () => {
    const { scene, store } = stage();
    const { order, request: plain, question } = orderOf(scene);
    const request = rentRequest.parse({
      ...plain,
      payment: {
        ...{ method: "escrow", arbiter: plain.renter.verify, fees_bps: 50 },
        ...{ key: `02${"ab".repeat(32)}`, address: "mh3xFAgtcp8cn4LD7QcctUGPd9QdTMA5V6" },
      },
    });
    const made = { renter: scene.key, text: canonicalJson(request), now: unixMs(NOW - days(400)) };
    await store.orders.save({ request: { ...question, request }, provider: scene.key }, made, () => true);
    const copy = { id: "ab".repeat(16), order_id: order, request, kind: "escrow" as const, document: "{}" };
    await store.orders.save({ request: copy, provider: scene.key }, null, () => true);
    expect((await store.orders.waiting(scene.key, 0)).map((each) => each.request)).toContainEqual(copy);
    expect(await store.upkeep.forgetOrders(NOW_S - 399 * DAY_S, NOW_S - 401 * DAY_S)).toBe(0);
    expect(await store.orders.find(order)).toMatchObject({ id: order });
    expect(await store.upkeep.forgetOrders(NOW_S - 399 * DAY_S, NOW_S - 399 * DAY_S)).toBe(1);
  });
}

/** One price, each order another one that asks for a challenge worth it. */
function poolContract(stage: () => Stage & { readonly under: StoreUnderTest }, shared: boolean): void {
  const time = new RelayTime(new VirtualClock(NOW), silentLogger);
  const poolsOver = (store: RelayStore) => new ChapPools({ store, crypto: suite, time });

  function asking(number: number, who: string): StoredOrder {
    const id = `${nextNumber()}${number}`.padStart(32, "0");
    const request = requestOf({ order_id: id });
    return { ...{ id, provider: who, renter: "renter", request }, requestText: "", answer: answerOf(request) };
  }

  it("gives a challenge of a pool to one order, whoever asks at the same moment, while the pool is replaced", async () => {
    const { scene, store, under } = stage();
    const other = shared ? await under.open() : store;
    const [one, two] = [poolsOver(store), poolsOver(other)];
    const who = scene.key;
    const chaps = Array.from({ length: 8 }, (_, at) => pooledOf(at, { by: scene.renter }));
    expect(await one.replace(who, chaps)).toBe(8);
    const orders = Array.from({ length: 12 }, (_, at) => asking(at, who));
    const all = await Promise.all([
      ...orders.map((order, at) => (at % 2 === 0 ? one : two).take(order)),
      // Whoever replaces does not know what was given out meanwhile.
      two.replace(who, chaps).then(() => null),
    ]);
    const given = all.flatMap((chap) => (chap === null ? [] : [chap.payment.chap]));
    expect(given).toHaveLength(8);
    expect(new Set(given).size).toBe(8);
    expect(await two.left(who)).toEqual([]);
    expect(await one.replace(who, chaps)).toBe(0);
    if (shared) await other.close();
  });

  it("gives the same order the same challenge, whichever process it asks", async () => {
    const { scene, store, under } = stage();
    const other = shared ? await under.open() : store;
    await poolsOver(store).replace(
      scene.key,
      [1, 2, 3].map((number) => pooledOf(number, { by: scene.renter })),
    );
    const order = asking(1, scene.key);
    const all = await Promise.all([store, other, store].map((each) => poolsOver(each).take(order)));
    expect(new Set(all.map((chap) => chap?.payment.chap)).size).toBe(1);
    expect(await poolsOver(other).left(scene.key)).toHaveLength(2);
    if (shared) await other.close();
  });

  it("keeps the challenge of a question", async () => {
    const { scene, store } = stage();
    const request = requestOf({ order_id: `${nextNumber()}`.padStart(32, "c") });
    const id = request.order_id;
    const quote = { id, order_id: id, request, kind: "quote" as const };
    const made = { renter: scene.key, text: canonicalJson(request), now: NOW };
    await store.orders.save({ request: quote, provider: scene.key }, made, () => true);
    const asked = { ...quote, id: `${nextNumber()}`.padStart(32, "d"), kind: "chap" as const, chap: "1.00:100:00" };
    await store.orders.save({ request: asked, provider: scene.key }, null, () => true);
    expect((await store.orders.waiting(scene.key, 0)).map((each) => each.request)).toEqual([quote, asked]);
  });
}

/** What holds between processes. */
function sharedContract(stage: () => Stage & { readonly under: StoreUnderTest }): void {
  it("stores a message once however many processes are handed it at the same moment, and loses none", async () => {
    const { under, scene, store } = stage();
    const other = await under.open();
    const all = Array.from({ length: 20 }, (_, at) => scene.message(at + 1));
    const verdicts = (await Promise.all([store, other].map((one) => scene.verdicts(all, { store: one })))).flat();
    expect(verdicts.filter((verdict) => verdict === "stored")).toHaveLength(20);
    expect(verdicts.filter((verdict) => verdict === "duplicate")).toHaveLength(20);
    for (const one of [store, other]) {
      const seen = await eventually(
        () => scene.waiting(0, 100, one),
        ({ length }) => length === 20,
      );
      expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(all.map(({ seq }) => seq));
    }
    await other.close();
  });

  it("hands a message on at every process, and takes acknowledgements at any", async () => {
    const { under, scene, store } = stage();
    const heard: MailboxMessage[] = [];
    const other = await under.open({ stored: (renter, message) => renter === scene.key && heard.push(message) > 0 });
    const all = [1, 2, 3].map((seq) => scene.message(seq));
    await scene.forward(all);
    // At once: the renter has them from the first process, and asks the second.
    const hashes = all.map(({ envelope }) => hashOf(envelope));
    expect(await other.mail.received(scene.key, hashes)).toHaveLength(3);
    await eventually(
      async () => heard.length,
      (length) => length === 3,
    );
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await scene.acknowledge(all.slice(0, 2), other);
    expect(
      await eventually(
        () => scene.waiting(),
        ({ length }) => length === 1,
      ),
    ).toEqual([3]);
    expect(await scene.verdicts(all)).toEqual(["duplicate", "duplicate", "duplicate"]);
    await store.mail.page(scene.key, { after: 0, limit: 1 });
    await other.close();
  });

  it("shares rentals, tokens, the mark of challenges and used nonces", async () => {
    const { under, scene, store } = stage();
    const other = await under.open();
    await scene.register(scene.grant({ rev: 2 }), other);
    await expect(scene.register(scene.grant({ rev: 1 }))).rejects.toMatchObject({ code: "relay.stale_rev" });
    const fresh = new Scene(store);
    await fresh.register();
    expect(await other.rentals.route(fresh.rentalId)).toEqual(fresh.route);
    expect(await fresh.verdicts([fresh.message(1)], { store: other })).toEqual(["stored"]);
    const hash = `${nextNumber()}`.padStart(64, "0");
    await store.sessions.saveToken(hash, { pubkey: "p", expires: NOW_S });
    expect(await other.sessions.token(hash)).toEqual({ pubkey: "p", expires: NOW_S });
    expect(other.sessions.markKey).toEqual(store.sessions.markKey);
    const nonce = `n${nextNumber()}`;
    expect(await store.sessions.claimNonce(nonce, NOW_S)).toBe(true);
    expect(await other.sessions.claimNonce(nonce, NOW_S)).toBe(false);
    await other.close();
  });
}
