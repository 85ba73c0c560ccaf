import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { type FileBoxStore, openBoxStore } from "../../src/store/index.ts";
import { at, intake, messageIdOf, rentalIdOf, sampleLine, sampleMessage, sampleRental } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

async function withMessages(perRental: readonly number[]): Promise<FileBoxStore> {
  const store = await openBoxStore({ file: join(tempFolder(), "b.db"), clock: new VirtualClock(), log: silentLogger });
  onTestFinished(() => store.close());
  for (const [index, count] of perRental.entries()) {
    const n = index + 1;
    await store.saveLine(sampleLine(n));
    await store.saveRental(sampleRental(n), null);
    const outbox = Array.from({ length: count }, (_, seq) => sampleMessage(n, seq + 1));
    await store.commitIntake(intake({ outbox }));
  }
  return store;
}

describe("the outbox as its owner looks at it", () => {
  it("tells of each rental how much waits, and the first of its queue", async () => {
    const store = await withMessages([3, 0, 2]);
    await store.markForwarded([{ id: messageIdOf(1, 1), status: "stored", at: at(9) }]);
    const rows = await store.waitingRentals(null, 10);
    const expected = [
      { n: 1, waiting: 2, firstSeq: 2 },
      { n: 3, waiting: 2, firstSeq: 1 },
    ].map(({ n, ...rest }) => ({
      ...{ rentalId: rentalIdOf(n), lineId: sampleLine(n).id, ...rest },
      oldest: sampleMessage(n, rest.firstSeq).storedAt,
    }));
    expect(rows).toEqual(expected.sort((a, b) => (a.rentalId < b.rentalId ? -1 : 1)));
  });

  it("comes in pages that neither miss a rental nor tell it twice", async () => {
    const store = await withMessages([1, 1, 1, 1, 1]);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await store.waitingRentals(after, 2);
      seen.push(...page.map(({ rentalId: id }) => id));
      after = page.at(-1)?.rentalId ?? null;
      if (page.length < 2) break;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map(rentalIdOf).sort());
  });

  it("tells which messages were refused, and why, without what they say", async () => {
    const store = await withMessages([3]);
    await store.markRefused(messageIdOf(1, 2), "relay.too_large", at(50));
    const [refused, ...none] = await store.refusedMessages({ after: 0, limit: 9 });
    expect(none).toEqual([]);
    expect(refused).toEqual({
      ...{ cursor: 1, id: messageIdOf(1, 2), rentalId: rentalIdOf(1), lineId: sampleLine(1).id, seq: 2 },
      ...{ storedAt: sampleMessage(1, 2).storedAt, refusedAt: at(50), code: "relay.too_large" },
    });
    expect(await store.refusedMessages({ after: 1, limit: 9 })).toEqual([]);
  });
});
