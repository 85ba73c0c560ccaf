import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger, unixMs } from "../../src/base/index.ts";
import { type EventQuery, type EventStore, matchesQuery } from "../../src/core/index.ts";
import type { BoxEvent } from "../../src/protocol/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryEvents } from "../sim/memory-events.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const ALL: EventQuery = { before: null, limit: 500, level: "info", code: "", slot: null, from: null, to: null };

const event = (seq: number, more: Partial<BoxEvent> = {}): BoxEvent => ({
  seq,
  at: seq * 10,
  level: "info",
  code: "slot.ready",
  slot: null,
  line: null,
  details: {},
  ...more,
});

const seqsOf = (events: readonly BoxEvent[]): number[] => events.map(({ seq }) => seq);

async function realEvents(): Promise<EventStore> {
  const file = join(tempFolder(), "box.db");
  const store = await openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  onTestFinished(() => store.close());
  return store.events;
}

const queries: fc.Arbitrary<EventQuery> = fc.record({
  before: fc.option(fc.integer({ min: 0, max: 40 })),
  limit: fc.integer({ min: 1, max: 10 }),
  level: fc.constantFrom("info", "warn", "error"),
  code: fc.constantFrom("", "slot.", "slot.r", "relay.", "%", "_lot"),
  slot: fc.option(fc.constantFrom("s1", "s2")),
  from: fc.option(fc.integer({ min: 0, max: 400 }).map(unixMs)),
  to: fc.option(fc.integer({ min: 0, max: 400 }).map(unixMs)),
});
const many = Array.from({ length: 40 }, (_, at) =>
  event(at + 1, {
    level: (["info", "warn", "error"] as const)[at % 3] ?? "info",
    code: ["slot.ready", "slot.down", "relay.up", "box.started"][at % 4] ?? "",
    slot: [null, "s1", "s2"][at % 5] ?? null,
  }),
);

for (const [name, open] of [
  ["MemoryEvents", async () => new MemoryEvents()],
  ["the box's store", realEvents],
] as const) {
  describe(`events in ${name}`, () => {
    it("come back whole, newest first", async () => {
      const store = await open();
      const one = event(1, { slot: "s1", line: "l1", details: { reason: "modem.timeout", n: 2, quick: false } });
      await store.saveEvents([one, event(2)]);
      expect(await store.findEvents(ALL)).toEqual([event(2), one]);
    });

    it("are stored once", async () => {
      const store = await open();
      await store.saveEvents([event(1)]);
      await store.saveEvents([event(1, { code: "other.thing" }), event(2)]);
      expect(await store.findEvents(ALL)).toEqual([event(2), event(1)]);
    });

    it("are found by level, code, slot and time, as the rule says", async () => {
      const store = await open();
      await store.saveEvents(many);
      await fc.assert(
        fc.asyncProperty(queries, async (query) => {
          const expected = [...many].reverse().filter((each) => matchesQuery(each, query));
          expect(await store.findEvents(query)).toEqual(expected.slice(0, query.limit));
        }),
        { numRuns: 60 },
      );
    });

    it("can be paged through", async () => {
      const store = await open();
      await store.saveEvents(many);
      const seen: number[] = [];
      for (let before: number | null = null; ; ) {
        const page = await store.findEvents({ ...ALL, before, limit: 7 });
        if (page.length === 0) break;
        seen.push(...seqsOf(page));
        before = page.at(-1)?.seq ?? 0;
      }
      expect(seen).toEqual(seqsOf(many).reverse());
    });

    it("are dropped by age and by number, the oldest first", async () => {
      const store = await open();
      await store.saveEvents(Array.from({ length: 1300 }, (_, at) => event(at + 1)));
      await store.pruneEvents(1300, unixMs(110));
      expect(seqsOf(await store.findEvents({ ...ALL, limit: 2000 })).at(-1)).toBe(11);
      await store.pruneEvents(20, unixMs(0));
      expect(seqsOf(await store.findEvents({ ...ALL, limit: 2000 }))).toEqual(
        Array.from({ length: 20 }, (_, at) => 1300 - at),
      );
    });
  });
}
