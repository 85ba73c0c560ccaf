// The store of calls on disk and the one in memory keep the same promises.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { microEmc, millis, silentLogger, slotId, unixMs } from "../../src/base/index.ts";
import type { CallStore, StoredCall } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryCalls } from "../sim/memory-calls.ts";
import { at, rentalIdOf, sampleLine, sampleRental } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-calls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Opened {
  readonly store: CallStore;
  /** The same disk in the hands of the next process. */
  readonly again: () => Promise<CallStore>;
}

async function onDisk(): Promise<Opened> {
  const file = join(folder, `${files++}.db`);
  const open = () => openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  const first = await open();
  for (const n of [1, 2]) {
    await first.saveLine(sampleLine(n));
    await first.saveRental(sampleRental(n), null);
  }
  return {
    store: first.calls,
    again: async () => {
      await first.close();
      return (await open()).calls;
    },
  };
}

async function inMemory(): Promise<Opened> {
  const listingOf = (rental: string) => sampleLine(rental === rentalIdOf(1) ? 1 : 2).listingId;
  const store = new MemoryCalls(listingOf);
  return { store, again: async () => store };
}

/** An answered call of rental `n % 2 + 1` that is over. */
function call(n: number, change: Partial<StoredCall> = {}): StoredCall {
  const { id: lineId } = sampleLine((n % 2) + 1);
  return {
    ...{ id: n.toString(16).padStart(32, "0"), lineId, slotId: slotId(`s${n % 2}`), rentalId: rentalIdOf((n % 2) + 1) },
    ...{ direction: n % 3 === 0 ? "in" : "out", startedAt: at(n * 1000), answeredAt: at(n * 1000 + 200) },
    ...{ endedAt: at(n * 1000 + 700), duration: millis(500), minutes: 1, included: 0, cost: microEmc(10) },
    ...{ lastCost: microEmc(10), cause: "hung_up", record: { sealed: `sealed-${n}`, hash: `hash-${n}` } },
    ...change,
  };
}

const all = { before: null, limit: 100, line: null, rental: null };

describe.each([
  ["SQLite", onDisk],
  ["memory", inMemory],
])("the store of calls (%s)", (_, open) => {
  it("gives back what was saved, newest first, after the next start too", async () => {
    const { store, again } = await open();
    const nobody = call(4, { rentalId: null, record: null, answeredAt: null, minutes: 0, cost: microEmc(0) });
    for (const each of [call(1), call(2), nobody, call(3)]) await store.saveCall(each);
    const rows = await (await again()).calls(all);
    expect(rows.map(({ cursor: _cursor, ...row }) => row)).toEqual([call(3), nobody, call(2), call(1)]);
  });

  it("replaces what a call may change, and finds those that have no end", async () => {
    const { store, again } = await open();
    const open_ = { endedAt: null, cause: null, answeredAt: null, minutes: 0, cost: microEmc(0), record: null };
    await store.saveCall(call(1, open_));
    await store.saveCall(call(2, open_));
    expect(await store.openCalls()).toEqual([call(1, open_), call(2, open_)]);
    await store.saveCall(call(1));
    const next = await again();
    expect(await next.openCalls()).toEqual([call(2, open_)]);
    expect(await next.calls(all)).toMatchObject([{ id: call(2).id }, { ...call(1) }]);
  });

  it("pages by cursor, of a line or a rental", async () => {
    const { store } = await open();
    for (let n = 1; n <= 7; n++) await store.saveCall(call(n));
    const first = await store.calls({ ...all, limit: 3 });
    expect(first.map(({ id }) => id)).toEqual([7, 6, 5].map((n) => call(n).id));
    const second = await store.calls({ ...all, limit: 3, before: first.at(-1)?.cursor ?? 0 });
    expect(second.map(({ id }) => id)).toEqual([4, 3, 2].map((n) => call(n).id));
    const line = await store.calls({ ...all, line: sampleLine(1).id });
    expect(line.map(({ id }) => id)).toEqual([6, 4, 2].map((n) => call(n).id));
    const rental = await store.calls({ ...all, rental: rentalIdOf(2) });
    expect(rental.map(({ id }) => id)).toEqual([7, 5, 3, 1].map((n) => call(n).id));
  });

  it("sums up what rentals used, and what they dialled since", async () => {
    const { store } = await open();
    await store.saveCall(call(1, { minutes: 3, included: 2, cost: microEmc(7) }));
    await store.saveCall(call(3, { minutes: 2 }));
    await store.saveCall(call(5, { minutes: 4 }));
    await store.saveCall(call(2, { rentalId: null, record: null, minutes: 9 }));
    const usage = await store.callUsage(at(2000));
    expect([...usage]).toEqual([[rentalIdOf(2), { calls: 3, minutes: 9, included: 2, cost: 27, dialledSince: 4 }]]);
  });

  it("has for receipts the answered calls of rentals that are over, by their end, in slices", async () => {
    const { store } = await open();
    await store.saveCall(call(200, { answeredAt: null, minutes: 0 }));
    await store.saveCall(call(201, { endedAt: null, cause: null }));
    await store.saveCall(call(202, { rentalId: null, record: null }));
    for (let n = 130; n >= 1; n--) await store.saveCall(call(n));
    const found: string[] = [];
    const query = { from: at(0), to: unixMs(Number.MAX_SAFE_INTEGER), rentalId: null };
    for (let after: string | null = ""; after !== null; ) {
      const { rows, next } = await store.issued.ended({ ...query, after });
      found.push(...rows.map(({ hash }) => hash));
      after = next;
    }
    expect(found).toEqual(Array.from({ length: 130 }, (_none, n) => `hash-${n + 1}`));
    const some = { ...query, after: "", from: at(2700), to: at(6700) };
    expect((await store.issued.ended(some)).rows.map(({ hash }) => hash)).toEqual([
      "hash-2",
      "hash-3",
      "hash-4",
      "hash-5",
    ]);
    const one = await store.issued.ended({ ...some, rentalId: rentalIdOf(2) });
    expect(one.rows.map(({ hash }) => hash)).toEqual(["hash-3", "hash-5"]);
    expect(await store.issued.endedAs("hash-5")).toEqual({
      ...{ hash: "hash-5", listingId: sampleLine(2).listingId, direction: "out", start: at(5200), duration: 500 },
      at: at(5700),
    });
    for (const none of ["hash-200", "hash-201", "hash-202", "x"]) expect(await store.issued.endedAs(none)).toBeNull();
  });
});
