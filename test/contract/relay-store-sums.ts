// Counts of deliveries, from which reputations come: the same as from the messages themselves, whatever came in which order.

import fc from "fast-check";
import { expect, it } from "vitest";
import { unixMs } from "../../src/base/index.ts";
import { DELIVERIES_PER_RENTAL, daysOf, type RelayStore, type RentalDays } from "../../src/core/index.ts";
import { DAY_S, NOW, NOW_S } from "../relay/fixtures.ts";
import { eventually, Scene } from "./relay-scene.ts";

const ROOM = { caps: { messages: 100_000, bytes: 1_000_000_000 } };
const sorted = (rentals: readonly RentalDays[]): readonly string[] =>
  rentals.map((days) => JSON.stringify(days.toSorted((one, other) => one.day - other.day))).toSorted();

/** What the counts must be: from all that the store tells of each rental. */
async function counted(store: RelayStore, listingId: string): Promise<readonly RentalDays[]> {
  const found: RentalDays[] = [];
  for (const { grant, lastSeq } of await store.rentals.ofListing(listingId)) {
    const after = Math.max(0, lastSeq - DELIVERIES_PER_RENTAL);
    const rows = [...(await store.mail.course(grant.rental_id, { after, limit: 500 }))];
    while (rows.length % 500 === 0 && rows.length > 0) {
      const more = await store.mail.course(grant.rental_id, { after: rows.at(-1)?.seq ?? 0, limit: 500 });
      if (more.length === 0) break;
      rows.push(...more);
    }
    found.push(daysOf(rows.map(({ ts, receipt }) => ({ ts, acknowledged: receipt !== null }))));
  }
  return found;
}

async function sumsOf(
  store: RelayStore,
  ...ids: readonly string[]
): Promise<ReadonlyMap<string, readonly RentalDays[]>> {
  const found = new Map<string, readonly RentalDays[]>();
  for (let left = ids; left.length > 0; left = left.filter((id) => !found.has(id))) {
    const some = await store.mail.sums(left);
    expect(some.has(left[0] ?? "")).toBe(true);
    for (const [id, rentals] of some) found.set(id, rentals);
  }
  return found;
}

export function sumsContract(
  stage: () => { readonly scene: Scene; readonly store: RelayStore; readonly reopen: () => Promise<RelayStore> },
): void {
  it("counts deliveries of listings by day, none where nothing came, and counts anew what has changed", async () => {
    const { scene, store } = stage();
    const other = new Scene(store);
    await other.register();
    const at = (seq: number, ts: number) => scene.message(seq, { ts });
    const messages = [at(1, NOW_S), at(2, NOW_S - 5), at(3, NOW_S - DAY_S), at(9, NOW_S - 3 * DAY_S)];
    await scene.forward(messages.slice(0, 3));
    await scene.acknowledge(messages.slice(0, 1));
    const nobodys = "f".repeat(16);
    const ask = () => sumsOf(store, other.listingId, scene.listingId, nobodys);
    const day = Math.ceil(NOW_S / DAY_S);
    const expected = (acked: number, older: number) => [
      ...(older > 0 ? [{ day: day - 3, sent: 1, acknowledged: 0 }] : []),
      { day: day - 1, sent: 1, acknowledged: 0 },
      { day, sent: 2, acknowledged: acked },
    ];
    const shows = async (days: RentalDays): Promise<void> => {
      const [want] = sorted([days]);
      const found = await eventually(ask, (sums) => sorted(sums.get(scene.listingId) ?? [])[0] === want);
      expect(sorted(found.get(scene.listingId) ?? [])).toEqual([want]);
      expect([found.get(other.listingId), found.get(nobodys)]).toEqual([[[]], []]);
    };
    await shows(expected(1, 0));
    await scene.acknowledge(messages.slice(1, 2));
    await shows(expected(2, 0));
    await scene.forward(messages.slice(3));
    await shows(expected(2, 1));
  });

  it("knows no more counts of a rental that was removed, also when its id is taken anew", async () => {
    const { scene, store } = stage();
    await scene.forward([scene.message(1)]);
    const one = (rentals: readonly RentalDays[]): boolean => rentals[0]?.[0]?.sent === 1;
    const ask = async () => (await sumsOf(store, scene.listingId)).get(scene.listingId) ?? [];
    expect(one(await eventually(ask, one))).toBe(true);
    await scene.register(scene.grant({ rev: 2, expiresAt: NOW_S - 50 * DAY_S }));
    for (let done = 1; done > 0; ) done = await store.upkeep.removeRentals(NOW_S - 49 * DAY_S);
    expect(await eventually(ask, (rentals) => rentals.length === 0)).toEqual([]);
    await scene.register();
    const late = scene.message(1, { ts: NOW_S - 9 * DAY_S });
    await scene.forward([late]);
    const anew = [JSON.stringify([{ day: Math.ceil(late.ts / DAY_S), sent: 1, acknowledged: 0 }])];
    expect(sorted(await eventually(ask, (rentals) => sorted(rentals)[0] === anew[0]))).toEqual(anew);
  });

  it("counts the newest thousand of a rental, and as many rentals as need it one after the other", async () => {
    const { scene, store } = stage();
    const all = Array.from({ length: 1010 }, (_, n) => scene.message(n + 1, { ts: NOW_S - (n % 7) * DAY_S }));
    await scene.forward(all, ROOM);
    const others = await Promise.all(
      Array.from({ length: 25 }, async () => {
        const other = new Scene(store);
        await other.register();
        await other.forward([other.message(1)]);
        return other.listingId;
      }),
    );
    const total = (rentals: readonly RentalDays[] = []): number =>
      rentals.flat().reduce((sum, { sent }) => sum + sent, 0);
    const found = await eventually(
      () => sumsOf(store, scene.listingId, ...others),
      (sums) => total(sums.get(scene.listingId)) === DELIVERIES_PER_RENTAL,
    );
    expect(total(found.get(scene.listingId))).toBe(DELIVERIES_PER_RENTAL);
    expect(others.map((id) => total(found.get(id)))).toEqual(others.map(() => 1));
  }, 60_000);

  it("counts ahead what ended, to its end, and says the same of it", async () => {
    const { scene, store } = stage();
    for (let n = 0; n < 12; n++) {
      const rentalId = new Scene(store).rentalId;
      await scene.register(scene.grant({ rentalId, expiresAt: NOW_S + 90 }));
      await scene.forward([scene.message(1, { rentalId, salt: `${rentalId} ahead` })], {
        route: { ...scene.route, rentalId },
      });
    }
    const span = { endedAfter: NOW_S, endedBefore: NOW_S + 100 };
    let after: string | null = null;
    let turns = 0;
    do {
      after = await store.upkeep.sumUp(span, after);
      turns++;
    } while (after !== null);
    expect(turns).toBeLessThan(50);
    const ask = async () => sorted((await store.mail.sums([scene.listingId])).get(scene.listingId) ?? []);
    const want = sorted(await counted(store, scene.listingId));
    expect(await eventually(ask, (found) => found.join() === want.join())).toEqual(want);
  });

  it("counts as the messages themselves say, in whatever order they come, are acknowledged and are asked for", async () => {
    const { reopen } = stage();
    let { store } = stage();
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("forward" as const),
        rental: fc.nat(2),
        seq: fc.integer({ min: 1, max: 1100 }),
        age: fc.integer({ min: 0, max: 30 * DAY_S }),
      }),
      fc.record({ kind: fc.constant("acknowledge" as const), pick: fc.nat() }),
      fc.constant({ kind: "ask" as const }),
      fc.constant({ kind: "ahead" as const }),
      fc.constant({ kind: "expire" as const }),
      fc.constant({ kind: "reopen" as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const scenes = [new Scene(store), new Scene(store), new Scene(store)] as const;
        const { listingId } = scenes[0];
        const routeOf = (rental: Scene) => ({ ...rental.route, listingId });
        for (const each of scenes) await each.register(each.grant({ listingId }));
        const taken: { readonly scene: Scene; readonly message: ReturnType<Scene["message"]> }[] = [];
        for (const one of steps) {
          if (one.kind === "forward") {
            const scene = scenes[one.rental] ?? scenes[0];
            const message = scene.message(one.seq, { listingId, ts: NOW_S - one.age });
            const [result] = await scene.forward([message], { ...ROOM, store, route: routeOf(scene) });
            if (result?.kind === "stored") taken.push({ scene, message });
          } else if (one.kind === "acknowledge") {
            const picked = taken[one.pick % Math.max(1, taken.length)];
            await picked?.scene.acknowledge([picked.message], store);
          } else if (one.kind === "ask") await sumsOf(store, listingId);
          else if (one.kind === "ahead") await store.upkeep.sumUp({ endedAfter: 0, endedBefore: NOW_S * 2 }, null);
          else if (one.kind === "expire")
            await store.upkeep.expireEnvelopes({
              storedBefore: unixMs(NOW - 1),
              endedBefore: 0,
              lateBefore: unixMs(0),
            });
          else store = await reopen();
        }
        const want = sorted(await counted(store, listingId));
        const ask = async () => sorted((await sumsOf(store, listingId)).get(listingId) ?? []);
        expect(await eventually(ask, (found) => found.join() === want.join())).toEqual(want);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
}
