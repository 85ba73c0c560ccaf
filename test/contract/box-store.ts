// What every BoxStore does. Run over the real one and over the one in memory, so that the rules' tests rest on the truth.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasCode, unixMs } from "../../src/base/index.ts";
import type { BoxStore, Counters } from "../../src/core/index.ts";
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

export interface StoreUnderTest {
  readonly store: BoxStore;
  /** A path for `backup`. */
  readonly backupFile: string;
}

const NO_COUNTS: Counters = {
  received: 0,
  forwarded: 0,
  acknowledged: 0,
  duplicates: 0,
  undecodable: 0,
  unrented: 0,
  denied: 0,
};

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    throw error;
  }
  return "no error";
}

/** Lines and active rentals 1 to `count`. */
export async function seedRentals(store: BoxStore, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await store.saveLine(sampleLine(n));
    await store.saveRental(sampleRental(n), null);
  }
}

export function boxStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: BoxStore;
    let backupFile: string;
    beforeEach(async () => {
      ({ store, backupFile } = await open());
    });
    afterEach(() => store.close());

    describe("lines and rentals", () => {
      it("returns nothing from an empty store", async () => {
        expect(await store.lines()).toEqual([]);
        expect(await store.rentals()).toEqual([]);
        expect(await store.openParts()).toEqual([]);
        expect(await store.rentalsWithWork()).toEqual([]);
        expect(await store.lastSequences()).toEqual(new Map());
        expect(await store.counters()).toEqual(NO_COUNTS);
        expect(await store.depth()).toEqual({ waiting: 0, oldest: null, refused: 0 });
      });

      it("keeps every member of a line and updates it by id", async () => {
        const line = sampleLine(1, { iccid: "8944000000000000001" });
        await store.saveLine(line);
        await store.saveLine(sampleLine(0));
        expect(await store.lines()).toEqual([sampleLine(0), line]);
        await store.saveLine({ ...line, iccid: null });
        expect(await store.lines()).toEqual([sampleLine(0), { ...line, iccid: null }]);
      });

      it("refuses another listing id for an existing line", async () => {
        await store.saveLine(sampleLine(1));
        expect(await codeOf(store.saveLine(sampleLine(1, { listingId: sampleLine(2).listingId })))).toBe(
          "store.conflict",
        );
        expect(await store.lines()).toEqual([sampleLine(1)]);
      });

      it("keeps every member of a rental and updates it by id", async () => {
        await store.saveLine(sampleLine(1));
        const senderRules = { presets: null, allow: ["+1555*"], deny: ["shop"] };
        const rental = sampleRental(1, { credit: 5, envelopeVersion: 2, senderRules });
        await store.saveRental(rental, null);
        expect(await store.rentals()).toEqual([rental]);
        const over = { ...rental, state: "ended", endedAt: at(7), rev: 2, credit: null } as const;
        await store.saveRental(over, null);
        expect(await store.rentals()).toEqual([over]);
      });

      it("refuses a second active rental of a line, and takes it once the first has ended", async () => {
        await seedRentals(store, 1);
        const second = sampleRental(2, { lineId: sampleLine(1).id });
        expect(await codeOf(store.saveRental(second, sampleGrant(second)))).toBe("store.conflict");
        expect(await store.rentals()).toEqual([sampleRental(1)]);
        expect(await store.grantOf(second.id)).toBeNull();
        await store.saveRental(sampleRental(1, { state: "expired", endedAt: at(9) }), null);
        await store.saveRental(second, null);
        expect((await store.rentals()).map(({ id }) => id)).toEqual([rentalIdOf(1), rentalIdOf(2)]);
      });

      it("refuses a rental of a line that does not exist", async () => {
        expect(await codeOf(store.saveRental(sampleRental(1), null))).toBe("store.conflict");
      });
    });

    describe("grants", () => {
      it("keeps a grant pending until its revision is registered", async () => {
        await store.saveLine(sampleLine(1));
        const rental = sampleRental(1);
        await store.saveRental(rental, sampleGrant(rental));
        expect(await store.pendingGrant(rental.id)).toEqual(sampleGrant(rental));
        expect(await store.rentalsWithWork()).toEqual([rental.id]);
        await store.markRegistered(rental.id, 1);
        expect(await store.pendingGrant(rental.id)).toBeNull();
        expect(await store.grantOf(rental.id)).toEqual(sampleGrant(rental));
        expect(await store.rentalsWithWork()).toEqual([]);
      });

      it("keeps a grant pending that changed while the old one was registered", async () => {
        await store.saveLine(sampleLine(1));
        const rental = sampleRental(1);
        await store.saveRental(rental, sampleGrant(rental));
        const changed = { ...rental, rev: 2, credit: 10 };
        await store.saveRental(changed, sampleGrant(changed));
        await store.markRegistered(rental.id, 1);
        expect(await store.pendingGrant(rental.id)).toEqual(sampleGrant(changed));
      });

      it("knows no grant of an unknown rental", async () => {
        expect(await store.pendingGrant(rentalIdOf(9))).toBeNull();
        expect(await store.grantOf(rentalIdOf(9))).toBeNull();
        await store.markRegistered(rentalIdOf(9), 1);
      });
    });

    describe("intake", () => {
      beforeEach(() => seedRentals(store, 2));

      it("stores everything of a batch together", async () => {
        await store.commitIntake(
          intake({
            seen: [sampleSeen(1), sampleSeen(2, { location: null })],
            outbox: [sampleMessage(1, 1), sampleMessage(2, 1), sampleMessage(1, 2)],
            parts: [samplePart(1, 1), samplePart(1, 2)],
            held: [sampleHeld(1)],
            counts: { received: 4, unrented: 1 },
          }),
        );
        const hashes = [1, 2, 3].map((n) => sampleSeen(n).hash);
        const bySeen = (a: { hash: string }, b: { hash: string }): number => (a.hash < b.hash ? -1 : 1);
        expect(await store.findSeen(hashes)).toEqual([sampleSeen(1), sampleSeen(2, { location: null })].sort(bySeen));
        expect(await store.nextMessages(rentalIdOf(1), 10)).toEqual([sampleMessage(1, 1), sampleMessage(1, 2)]);
        expect(await store.nextMessages(rentalIdOf(2), 10)).toEqual([sampleMessage(2, 1)]);
        expect(await store.openParts()).toEqual([samplePart(1, 1), samplePart(1, 2)]);
        expect(await store.counters()).toEqual({ ...NO_COUNTS, received: 4, unrented: 1 });
        expect(await store.lastSequences()).toEqual(new Map([1, 2].map((n) => [rentalIdOf(n), n === 1 ? 2 : 1])));
      });

      it("counts what was dropped unread, by line as well", async () => {
        const denied = [{ lineId: sampleLine(1).id, count: 2 }];
        await store.commitIntake(intake({ denied, counts: { denied: 2 } }));
        await store.commitIntake(intake({ denied, counts: { denied: 2 } }));
        expect((await store.counters()).denied).toBe(4);
        const activity = await store.lineActivity();
        expect(activity.get(sampleLine(1).id)).toEqual({ received: 0, lastAt: null, denied: 4 });
        expect(activity.get(sampleLine(2).id)).toEqual({ received: 0, lastAt: null, denied: 0 });
      });

      it("takes an empty batch", async () => {
        await store.commitIntake(intake({}));
        expect(await store.counters()).toEqual(NO_COUNTS);
      });

      it.each([
        [
          "the id of a waiting message",
          { ...sampleMessage(1, 9), message: { ...sampleMessage(1, 1).message, seq: 9 } },
        ],
        [
          "the place (rental, seq) of a waiting message",
          { ...sampleMessage(2, 1), message: { ...sampleMessage(2, 1).message, rental_id: rentalIdOf(1) } },
        ],
        ["an unknown rental", sampleMessage(7, 1)],
      ])("refuses a batch with %s and stores nothing of it", async (_, bad) => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1)], counts: { received: 1 } }));
        const batch = intake({
          seen: [sampleSeen(5)],
          outbox: [sampleMessage(2, 2), bad],
          parts: [samplePart(1, 1)],
          held: [sampleHeld(1)],
          counts: { received: 2 },
        });
        expect(await codeOf(store.commitIntake(batch))).toBe("store.conflict");
        expect(await store.findSeen([sampleSeen(5).hash])).toEqual([]);
        expect(await store.nextMessages(rentalIdOf(2), 10)).toEqual([]);
        expect(await store.nextMessages(rentalIdOf(1), 10)).toEqual([sampleMessage(1, 1)]);
        expect(await store.openParts()).toEqual([]);
        expect((await store.counters()).received).toBe(1);
        expect((await store.lineActivity()).get(sampleLine(1).id)).toEqual({ received: 1, lastAt: at(1), denied: 0 });
        expect((await store.lastSequences()).get(rentalIdOf(2))).toBe(0);
        await store.commitIntake({ ...batch, outbox: [sampleMessage(2, 2)] });
        expect(await store.nextMessages(rentalIdOf(2), 10)).toEqual([sampleMessage(2, 2)]);
      });

      it("refuses a message or a held message twice in one batch", async () => {
        const twice = intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 1)] });
        expect(await codeOf(store.commitIntake(twice))).toBe("store.conflict");
        expect(await codeOf(store.commitIntake(intake({ held: [sampleHeld(1), sampleHeld(1)] })))).toBe(
          "store.conflict",
        );
        expect(await store.depth()).toEqual({ waiting: 0, oldest: null, refused: 0 });
      });

      it("refuses a message whose seq does not follow the last one of its rental, also when that has left the outbox", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 3), sampleMessage(1, 5)] }));
        await store.markForwarded([{ id: messageIdOf(1, 3), status: "queued", at: at(5) }]);
        await store.markRefused(messageIdOf(1, 5), "relay.not_acceptable", at(5));
        for (const seq of [1, 3, 4, 5]) {
          expect(await codeOf(store.commitIntake(intake({ outbox: [sampleMessage(1, seq)] })))).toBe("store.conflict");
        }
        const backwards = intake({ outbox: [sampleMessage(1, 7), sampleMessage(1, 6)] });
        expect(await codeOf(store.commitIntake(backwards))).toBe("store.conflict");
        expect((await store.lastSequences()).get(rentalIdOf(1))).toBe(5);
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 6), sampleMessage(1, 7)] }));
        expect((await store.depth()).waiting).toBe(2);
      });

      it("commits concurrent batches each by itself: one that is refused takes no other with it", async () => {
        const results = await Promise.allSettled([
          store.commitIntake(intake({ outbox: [sampleMessage(1, 1)], counts: { received: 1 } })),
          store.commitIntake(intake({ outbox: [sampleMessage(1, 1)], counts: { received: 1 } })),
          store.commitIntake(intake({ outbox: [sampleMessage(1, 2)], counts: { received: 1 } })),
        ]);
        expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(await store.nextMessages(rentalIdOf(1), 10)).toEqual([sampleMessage(1, 1), sampleMessage(1, 2)]);
        expect((await store.counters()).received).toBe(2);
      });

      it("finds each occurrence of a PDU and marks the one that the modem deleted", async () => {
        const [first, second] = [sampleSeen(1), sampleSeen(1, { occurrence: 1, location: "SM:2" })];
        await store.commitIntake(intake({ seen: [first, second, sampleSeen(2)] }));
        await store.commitIntake(
          intake({
            deleted: [
              { hash: first.hash, occurrence: 1 },
              { hash: first.hash, occurrence: 7 },
            ],
          }),
        );
        expect(await store.findSeen([first.hash, first.hash])).toEqual([first, { ...second, deleted: true }]);
        expect(await store.findSeen([])).toEqual([]);
      });

      it("marks a row as deleted that came in the same batch", async () => {
        const row = sampleSeen(1);
        await store.commitIntake(intake({ seen: [row], deleted: [{ hash: row.hash, occurrence: 0 }] }));
        expect(await store.findSeen([row.hash])).toEqual([{ ...row, deleted: true }]);
      });

      it("prunes only rows that are deleted and older than asked", async () => {
        const rows = [
          sampleSeen(1, { deleted: true, at: at(1) }),
          sampleSeen(2, { deleted: false, at: at(1) }),
          sampleSeen(3, { deleted: true, at: at(10) }),
        ];
        await store.commitIntake(intake({ seen: rows }));
        expect(await store.pruneSeen(at(10))).toBe(1);
        expect(await store.pruneSeen(at(10))).toBe(0);
        const left = await store.findSeen(rows.map(({ hash }) => hash));
        expect(new Set(left.map(({ hash }) => hash))).toEqual(new Set([sampleSeen(2).hash, sampleSeen(3).hash]));
      });
    });

    describe("parts", () => {
      beforeEach(() => seedRentals(store, 1));

      it("drops the parts of closed groups and keeps the others", async () => {
        await store.commitIntake(intake({ parts: [samplePart(1, 1), samplePart(1, 2), samplePart(2, 1)] }));
        await store.commitIntake(intake({ closedGroups: [samplePart(1, 1).group], outbox: [sampleMessage(1, 1)] }));
        expect(await store.openParts()).toEqual([samplePart(2, 1)]);
      });

      it("keeps a part that comes with the closing of an older group of the same name", async () => {
        await store.commitIntake(intake({ parts: [samplePart(1, 1), samplePart(1, 2)] }));
        const next = samplePart(1, 2, { receivedAt: at(50), sealed: new Uint8Array([1, 2, 3]) });
        await store.commitIntake(intake({ closedGroups: [next.group], parts: [next] }));
        expect(await store.openParts()).toEqual([next]);
      });

      it("keeps the delivery that holds a part, and the lack of a time", async () => {
        const delivered = { id: messageIdOf(1, 1), rentalId: rentalIdOf(1), at: at(4) };
        await store.commitIntake(intake({ parts: [samplePart(1, 1), samplePart(1, 2, { sentAt: null })] }));
        const [first, second] = [
          samplePart(1, 1, { delivered }),
          samplePart(1, 2, { sentAt: null, delivered: { ...delivered, rentalId: null } }),
        ];
        await store.commitIntake(intake({ parts: [first, second] }));
        expect(await store.openParts()).toEqual([first, second]);
      });

      it("returns parts in order of arrival, byte for byte, an empty one too", async () => {
        const late = samplePart(1, 1, { receivedAt: at(9), sealed: new Uint8Array(0) });
        const early = samplePart(3, 2, { receivedAt: at(3), sealed: new Uint8Array([0, 255, 128, 0]) });
        await store.commitIntake(intake({ parts: [late, early] }));
        expect(await store.openParts()).toEqual([early, late]);
      });
    });

    describe("outbox", () => {
      beforeEach(() => seedRentals(store, 2));

      it("gives the messages of one rental in the order of seq, at most as many as asked", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(2, 1), sampleMessage(1, 2)] }));
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 10)] }));
        const seqs = async (limit: number): Promise<readonly number[]> =>
          (await store.nextMessages(rentalIdOf(1), limit)).map(({ message }) => message.seq);
        expect(await seqs(2)).toEqual([1, 2]);
        expect(await seqs(9)).toEqual([1, 2, 10]);
        expect(await store.rentalsWithWork()).toEqual([rentalIdOf(1), rentalIdOf(2)].sort());
        expect(await store.depth()).toEqual({ waiting: 4, oldest: at(1), refused: 0 });
      });

      it("lets forwarded messages go and finds them by the hash of their envelope", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 2)] }));
        await store.markForwarded([{ id: messageIdOf(1, 1), status: "queued", at: at(5) }]);
        expect(await store.nextMessages(rentalIdOf(1), 10)).toEqual([sampleMessage(1, 2)]);
        expect(await store.findForwarded(envelopeHashOf(sampleMessage(1, 1)))).toEqual({
          id: messageIdOf(1, 1),
          rentalId: rentalIdOf(1),
        });
        expect((await store.counters()).forwarded).toBe(1);
        expect(await store.depth()).toEqual({ waiting: 1, oldest: at(2), refused: 0 });
        expect((await store.lastSequences()).get(rentalIdOf(1))).toBe(2);
      });

      it("finds a message whose receipt overtakes the relay's answer, while it is still in the outbox", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1)] }));
        expect((await store.findForwarded(envelopeHashOf(sampleMessage(1, 1))))?.id).toBe(messageIdOf(1, 1));
        expect(await store.findForwarded(envelopeHashOf(sampleMessage(1, 2)))).toBeNull();
      });

      it("counts a message once when it is marked as forwarded twice, and passes over unknown ids", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1)] }));
        const row = { id: messageIdOf(1, 1), status: "delivered", at: at(5) };
        await store.markForwarded([row]);
        await store.markForwarded([row, { ...row, id: messageIdOf(1, 99) }]);
        await store.markForwarded([]);
        expect((await store.counters()).forwarded).toBe(1);
      });

      it("takes a refused message out of the queue, keeps it, and never finds it as forwarded", async () => {
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 2)] }));
        await store.markRefused(messageIdOf(1, 1), "relay.too_large", at(5));
        await store.markRefused(messageIdOf(1, 1), "relay.too_large", at(6));
        await store.markForwarded([{ id: messageIdOf(1, 1), status: "queued", at: at(7) }]);
        expect(await store.nextMessages(rentalIdOf(1), 10)).toEqual([sampleMessage(1, 2)]);
        expect(await store.depth()).toEqual({ waiting: 1, oldest: at(2), refused: 1 });
        expect(await store.findForwarded(envelopeHashOf(sampleMessage(1, 1)))).toBeNull();
        expect((await store.counters()).forwarded).toBe(0);
      });
    });

    describe("receipts", () => {
      beforeEach(async () => {
        await seedRentals(store, 2);
        await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 2), sampleMessage(2, 1)] }));
      });

      it("keeps receipts in order of arrival together with the relay's cursor", async () => {
        expect(await store.receiptPlace()).toEqual({ after: 0, epoch: null });
        await store.saveReceipts([sampleReceipt(1, 2), sampleReceipt(2, 1)], { after: 41, epoch: null });
        await store.saveReceipts([sampleReceipt(1, 1)], { after: 40, epoch: "run-2" });
        expect(await store.receiptPlace()).toEqual({ after: 40, epoch: "run-2" });
        const all = await store.receipts({ after: 0, limit: 10 });
        expect(all.map(({ cursor: _, ...receipt }) => receipt)).toEqual([
          sampleReceipt(1, 2),
          sampleReceipt(2, 1),
          sampleReceipt(1, 1),
        ]);
        const [first, second] = all;
        expect(await store.receipts({ after: first?.cursor ?? 0, limit: 1 })).toEqual([second]);
      });

      it("stores and counts the first receipt of a message only", async () => {
        await store.saveReceipts([sampleReceipt(1, 1)], { after: 1, epoch: null });
        await store.saveReceipts([{ ...sampleReceipt(1, 1), receipt: "{}" }, sampleReceipt(1, 2)], {
          after: 2,
          epoch: null,
        });
        expect((await store.receipts({ after: 0, limit: 10 })).map(({ receipt }) => receipt)).toEqual([
          sampleReceipt(1, 1).receipt,
          sampleReceipt(1, 2).receipt,
        ]);
        expect((await store.counters()).acknowledged).toBe(2);
        expect((await store.rentalCounts()).get(rentalIdOf(1))?.acknowledged).toBe(2);
      });

      it("moves the cursor when a page held no good receipt", async () => {
        await store.saveReceipts([], { after: 7, epoch: null });
        expect(await store.receiptPlace()).toEqual({ after: 7, epoch: null });
      });
    });

    describe("reports", () => {
      it("counts messages of each rental, also of one that has none", async () => {
        await seedRentals(store, 2);
        await store.commitIntake(intake({ outbox: [1, 2, 3].map((seq) => sampleMessage(1, seq)) }));
        await store.markForwarded([{ id: messageIdOf(1, 1), status: "queued", at: at(5) }]);
        await store.markRefused(messageIdOf(1, 2), "relay.too_large", at(5));
        await store.saveReceipts([sampleReceipt(1, 1)], { after: 1, epoch: null });
        // A later change of the rental leaves its counts alone.
        await store.saveRental(sampleRental(1, { rev: 2 }), null);
        expect(await store.rentalCounts()).toEqual(
          new Map([
            [rentalIdOf(1), { messages: 3, waiting: 1, acknowledged: 1 }],
            [rentalIdOf(2), { messages: 0, waiting: 0, acknowledged: 0 }],
          ]),
        );
      });

      it("shows number and time of the last message of each line, held ones included", async () => {
        await seedRentals(store, 1);
        await store.saveLine(sampleLine(2));
        await store.saveLine(sampleLine(3));
        await store.commitIntake(
          intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 2)], held: [sampleHeld(8, sampleLine(2).id)] }),
        );
        expect(await store.lineActivity()).toEqual(
          new Map([
            [sampleLine(1).id, { received: 2, lastAt: at(2), denied: 0 }],
            [sampleLine(2).id, { received: 1, lastAt: at(8), denied: 0 }],
            [sampleLine(3).id, { received: 0, lastAt: null, denied: 0 }],
          ]),
        );
      });

      it("adds the counts of each batch", async () => {
        const counts = { received: 1, duplicates: 2, undecodable: 3, unrented: 4 };
        await store.commitIntake(intake({ counts }));
        await store.commitIntake(intake({ counts }));
        expect(await store.counters()).toEqual({
          ...NO_COUNTS,
          received: 2,
          duplicates: 4,
          undecodable: 6,
          unrented: 8,
        });
      });
    });

    describe("settings", () => {
      it("returns what was set last, and null for what never was", async () => {
        expect(await store.getSetting("console.password")).toBeNull();
        await store.setSetting("console.password", "first");
        await store.setSetting("console.password", "Größe 🙂 'quoted'");
        await store.setSetting("empty", "");
        expect(await store.getSetting("console.password")).toBe("Größe 🙂 'quoted'");
        expect(await store.getSetting("empty")).toBe("");
      });

      it("takes keys and values up to their limits and refuses what is beyond", async () => {
        const key = "k".repeat(64);
        const value = "v".repeat(64 * 1024);
        await store.setSetting(key, value);
        expect(await store.getSetting(key)).toBe(value);
        for (const bad of ["", "Upper", "with space", "9", "k".repeat(65)]) {
          expect(await codeOf(store.setSetting(bad, "x"))).toBe("store.bad_setting");
        }
        expect(await codeOf(store.setSetting("a", `${value}v`))).toBe("store.bad_setting");
        expect(await codeOf(store.setSetting("a", "ü".repeat(32 * 1024 + 1)))).toBe("store.bad_setting");
      });

      it("keeps times far outside the range of 32-bit integers", async () => {
        await store.saveLine(sampleLine(1));
        const rental = sampleRental(1, { expiresAt: unixMs(253_402_300_799_999) });
        await store.saveRental(rental, null);
        expect(await store.rentals()).toEqual([rental]);
      });
    });

    describe("maintenance", () => {
      it("probes", async () => {
        await store.probe();
        await store.probe();
      });

      it("refuses to overwrite a backup", async () => {
        await store.backup(backupFile);
        expect(await codeOf(store.backup(backupFile))).toBe("store.exists");
      });

      it("settles every caller when it closes, and refuses calls afterwards", async () => {
        await seedRentals(store, 1);
        const writes = Array.from({ length: 20 }, (_, i) =>
          store.commitIntake(intake({ outbox: [sampleMessage(1, i + 1)] })),
        );
        const closing = [store.close(), store.close()];
        for (const result of await Promise.allSettled(writes)) {
          if (result.status === "rejected") expect(hasCode(result.reason, "base.stopped")).toBe(true);
        }
        await Promise.all(closing);
        expect(await codeOf(store.lines())).toBe("base.stopped");
        expect(await codeOf(store.probe())).toBe("base.stopped");
      });
    });
  });
}
