// The store on disk and the one in memory answer every sequence of calls alike.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import type { BoxStore, IntakeCommit } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import {
  at,
  envelopeHashOf,
  intake,
  messageIdOf,
  rentalIdOf,
  sampleGrant,
  sampleHeld,
  sampleLine,
  sampleMessage,
  samplePart,
  sampleReceipt,
  sampleRental,
  sampleSeen,
} from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const LATE = { sentAt: null, delivered: { id: messageIdOf(1, 1), rentalId: null, at: at(9) } };

type Call = (store: BoxStore) => Promise<unknown>;

// Small ranges, so that calls meet each other's rows.
const RENTALS = [1, 2, 3];
const SEQS = Array.from({ length: 12 }, (_, i) => i + 1);
const rental = fc.constantFrom(...RENTALS);
const seq = fc.constantFrom(...SEQS);
const small = fc.integer({ min: 1, max: 4 });

const commit: fc.Arbitrary<IntakeCommit> = fc
  .record({
    outbox: fc.array(fc.tuple(rental, seq), { maxLength: 3 }),
    seen: fc.array(fc.tuple(small, fc.integer({ min: 0, max: 1 }), fc.boolean()), { maxLength: 3 }),
    parts: fc.array(fc.tuple(small, small, fc.uint8Array({ maxLength: 20 }), fc.boolean()), { maxLength: 3 }),
    closed: fc.array(small, { maxLength: 2 }),
    held: fc.array(small, { maxLength: 1 }),
    deleted: fc.array(fc.tuple(small, fc.integer({ min: 0, max: 1 })), { maxLength: 2 }),
    received: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ outbox, seen, parts, closed, held, deleted, received }) =>
    intake({
      outbox: [...outbox].sort(([, a], [, b]) => a - b).map(([n, s]) => sampleMessage(n, s)),
      seen: seen.map(([n, occurrence, gone]) => sampleSeen(n, { occurrence, deleted: gone })),
      parts: parts.map(([group, part, sealed, late]) => samplePart(group, part, { sealed, ...(late ? LATE : {}) })),
      closedGroups: closed.map((group) => samplePart(group, 1).group),
      held: held.map((n) => sampleHeld(n)),
      deleted: deleted.map(([n, occurrence]) => ({ hash: sampleSeen(n).hash, occurrence })),
      counts: { received, duplicates: 1 },
    }),
  );

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: commit.map(
      (batch): Call =>
        (store) =>
          store.commitIntake(batch),
    ),
  },
  fc.tuple(rental, seq).map(
    ([n, s]): Call =>
      (store) =>
        store.markForwarded([{ id: messageIdOf(n, s), status: "queued", at: at(s) }]),
  ),
  fc.tuple(rental, seq).map(
    ([n, s]): Call =>
      (store) =>
        store.markRefused(messageIdOf(n, s), "relay.no", at(s)),
  ),
  fc.tuple(rental, seq).map(
    ([n, s]): Call =>
      (store) =>
        store.saveReceipts([sampleReceipt(n, s)], { after: s, epoch: null }),
  ),
  rental.map(
    (n): Call =>
      (store) =>
        store.saveLine(sampleLine(n)),
  ),
  fc.tuple(rental, rental, fc.constantFrom("active" as const, "ended" as const), fc.boolean(), small).map(
    ([n, line, state, granted, rev]): Call =>
      (store) => {
        const row = sampleRental(n, { lineId: sampleLine(line).id, state, rev });
        return store.saveRental(row, granted ? sampleGrant(row) : null);
      },
  ),
  fc.tuple(rental, small).map(
    ([n, rev]): Call =>
      (store) =>
        store.markRegistered(rentalIdOf(n), rev),
  ),
  small.map(
    (n): Call =>
      (store) =>
        store.pruneSeen(at(n)),
  ),
);

async function outcome(store: BoxStore, step: Call): Promise<unknown> {
  try {
    return (await step(store)) ?? "done";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

/** Everything the port can tell. */
async function view(store: BoxStore): Promise<readonly unknown[]> {
  const messages = RENTALS.flatMap((n) => SEQS.map((s) => sampleMessage(n, s)));
  return Promise.all([
    store.lines(),
    store.rentals(),
    store.openParts(),
    store.findSeen([1, 2, 3, 4].map((n) => sampleSeen(n).hash)),
    store.lastSequences(),
    store.rentalsWithWork(),
    store.depth(),
    store.receipts({ after: 0, limit: 99 }).then((rows) => rows.map(({ cursor: _, ...row }) => row)),
    store.receiptPlace(),
    store.counters(),
    store.rentalCounts(),
    store.lineActivity(),
    ...RENTALS.flatMap((n) => [
      store.nextMessages(rentalIdOf(n), 4),
      store.pendingGrant(rentalIdOf(n)),
      store.grantOf(rentalIdOf(n)),
    ]),
    ...messages.map((message) => store.findForwarded(envelopeHashOf(message))),
  ]);
}

const folder = mkdtempSync(join(tmpdir(), "numberbox-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

describe("the store on disk", () => {
  it("answers like the one in memory after every sequence of calls, and after a restart", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), async (calls) => {
        const options = { file: join(folder, `${files++}.db`), clock: new VirtualClock(), log: silentLogger };
        const memory = new MemoryBoxStore();
        let disk = await openBoxStore(options);
        for (const store of [memory, disk]) {
          for (const n of [1, 2]) {
            await store.saveLine(sampleLine(n));
            await store.saveRental(sampleRental(n), null);
          }
        }
        for (const step of calls) expect(await outcome(disk, step)).toEqual(await outcome(memory, step));
        expect(await view(disk)).toEqual(await view(memory));
        await disk.close();
        disk = await openBoxStore(options);
        expect(await view(disk)).toEqual(await view(memory));
        await disk.checkIntegrity();
        await disk.close();
      }),
      { numRuns: 150 },
    );
  });
});
