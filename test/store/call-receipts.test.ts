// Calls in the day's tree, beside messages.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { hours, microEmc, millis, seconds, silentLogger, slotId, toBase64url, unixMs } from "../../src/base/index.ts";
import { CallBook, checkReceipts, dateOf, type StoredCall } from "../../src/core/index.ts";
import { openCallRecord, sealCallRecord } from "../../src/envelope/index.ts";
import { renter, suite, verifyOf } from "../relay/fixtures.ts";
import { NOON, ProofBox } from "../sim/proof-box.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { sampleLine, sampleRental } from "../sim/store-samples.ts";

const line = sampleLine(1);
const rental = sampleRental(1);
const random = new SeededRandom("calls");

function call(n: number, change: Partial<StoredCall> = {}): StoredCall {
  const id = n.toString(16).padStart(32, "0");
  const startedAt = unixMs(NOON + n * 60_000);
  const times = { startedAt, answeredAt: unixMs(startedAt + 5000), endedAt: unixMs(startedAt + 66_900) };
  const record = sealCallRecord({
    ...{ suite, random, renter: toBase64url(renter.encrypt) },
    record: {
      ...{
        id,
        rental_id: rental.id,
        listing_id: rental.listingId,
        direction: "out",
        line: line.number,
        number: "+4930",
      },
      ...{ started_ms: startedAt, answered_ms: times.answeredAt, duration_ms: 61_900, minutes: 2, cost: "0" },
      cause: "hung_up",
    },
  });
  return {
    ...{ id, lineId: line.id, slotId: slotId("s1"), rentalId: rental.id, direction: "out", ...times },
    ...{ duration: millis(61_900), minutes: 2, included: 0, cost: microEmc(0), lastCost: microEmc(0) },
    ...{ cause: "hung_up", record, ...change },
  };
}

/** A call of the whole way: the book, its sealing and the file. */
async function talk(box: ProofBox, number: string): Promise<void> {
  const book = new CallBook({
    ...{ store: box.store.calls, suite, random, clock: box.clock, log: silentLogger, events: { record: () => {} } },
    ...{ now: () => box.clock.now(), money: null },
    terms: () => ({ pricePerMinute: microEmc(0), includedMinutes: 0, maxCall: hours(1), minutesPerDay: null }),
  });
  const keys = { verify: verifyOf(renter), encrypt: toBase64url(renter.encrypt) };
  const account = book.open({
    ...{ id: "ab".repeat(16), direction: "out", line, slot: slotId("s1"), rental: sampleRental(1, { renter: keys }) },
    ...{ number, startedAt: box.clock.now(), onRunningOut: () => {}, onRanOut: () => {} },
  });
  account.talking();
  await box.clock.advance(seconds(130));
  account.over("hung_up");
  await book.stop();
}

describe("a call's number", () => {
  it("is in the sealed record, and in no file of the box", async () => {
    const box = await ProofBox.open();
    await talk(box, "+4930987654321");
    const [row] = await box.store.calls.calls({ before: null, limit: 1, line: null, rental: null });
    expect(row).toMatchObject({ minutes: 3, duration: 130_000, cause: "hung_up" });
    expect(openCallRecord(suite, renter.seed, row?.record?.sealed ?? "").number).toBe("+4930987654321");
    const folder = dirname(box.file);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    // What is known to be in them is found: the search works.
    expect(files.some((bytes) => bytes.includes(row?.id ?? "?"))).toBe(true);
    for (const part of ["4930987654321", "987654321"]) expect(files.some((bytes) => bytes.includes(part))).toBe(false);
  });
});

describe("receipts of calls", () => {
  it("are leaves of their day's tree beside those of messages, and verify", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 3);
    const [first, second] = [call(1), call(2)];
    const missed = call(3, { answeredAt: null });
    const on = call(4, { endedAt: null, cause: null });
    for (const each of [first, second, missed, on]) await box.store.calls.saveCall(each);
    await box.service.tick();
    box.clock.jump(hours(24));
    await box.service.tick();
    const date = dateOf(NOON);
    const { receipts, trees } = await box.reader.page({ after: null, date, rentalId: null });
    const calls = receipts.filter(({ kind }) => kind === "call");
    expect(calls.map(({ receipt }) => receipt)).toEqual([
      {
        ...{ call_hash: first.record?.hash, direction: "out", duration: 61, from: box.receipts.issuer },
        ...{ start: "2026-01-15T12:01:05+00:00", ts: "2026-01-15T12:02:06.900000+00:00" },
        ...{ to: { listing: rental.listingId }, sig: expect.any(String) },
      },
      expect.objectContaining({ call_hash: second.record?.hash }),
    ]);
    // Three messages, the relay's word for one of them, two calls.
    expect(trees).toMatchObject([{ count: 6 }]);
    const bundle = await box.reader.about(first.record?.hash ?? "", null);
    expect(checkReceipts(suite, bundle)).toEqual([{ about: first.record?.hash, kind: "call", date, fault: null }]);
    expect(JSON.stringify(receipts)).not.toContain("+4930");
  });

  it("are none for calls that nobody answered or that are on", async () => {
    const box = await ProofBox.open();
    const missed = call(1, { answeredAt: null });
    await box.store.calls.saveCall(missed);
    await expect(box.reader.about(missed.record?.hash ?? "", null)).rejects.toMatchObject({
      code: "proofs.unknown_message",
    });
  });
});
