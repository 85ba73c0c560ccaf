// The durable queue towards the relay, and what is left of a message once the relay has it.

import { lineId, type MessageId, rentalId, type UnixMs, unixMs } from "../base/index.ts";
import type {
  ForwardedMark,
  OutboxMessage,
  OutboxReport,
  OutboxStore,
  RefusedMessage,
  WaitingRental,
} from "../core/index.ts";
import { rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";
import { addCounts } from "./intake-repository.ts";
import { envelopeVersion } from "./rental-repository.ts";

// OR REPLACE: the same envelope is the same message. CROSS JOIN keeps the given rows outside: the outbox is looked up by id, never scanned.
const COPY_FORWARDED = `
  INSERT OR REPLACE INTO forwarded
    (id, rental_id, seq, envelope_hash, status, forwarded_at, accepted_by, accepted_at, accepted_sig)
  SELECT outbox.id, outbox.rental_id, outbox.seq, outbox.envelope_hash, given.value ->> 1, given.value ->> 2,
    (SELECT id FROM relay_keys WHERE verify = given.value ->> 3), given.value ->> 4, given.value ->> 5
  FROM json_each(?) AS given CROSS JOIN outbox ON outbox.id = given.value ->> 0`;
const DELETE_FORWARDED = "DELETE FROM outbox WHERE id IN (SELECT value ->> 0 FROM json_each(?))";
const COPY_REFUSED = `
  INSERT INTO refused (id, rental_id, seq, line_id, listing_id, v, ts, stored_at, signature, envelope, code, refused_at)
  SELECT id, rental_id, seq, line_id, listing_id, v, ts, stored_at, signature, envelope, ?, ?
  FROM outbox WHERE id = ?`;
const RENTALS_WITH_WORK = `
  SELECT rental_id FROM rental_counts WHERE waiting > 0
  UNION SELECT rental_id FROM grants WHERE registered = 0 ORDER BY rental_id`;
const DEPTH = `
  SELECT (SELECT coalesce(sum(waiting), 0) FROM rental_counts) AS waiting,
    (SELECT stored_at FROM outbox ORDER BY position LIMIT 1) AS oldest,
    (SELECT count(*) FROM refused) AS refused`;

// Counts are kept by triggers, and the first of each queue is found by the index of (rental, seq): no envelope is read.
const WAITING_RENTALS = `
  SELECT counts.rental_id, outbox.line_id, counts.waiting, outbox.stored_at, outbox.seq
  FROM rental_counts AS counts JOIN outbox ON outbox.rental_id = counts.rental_id
    AND outbox.seq = (SELECT min(seq) FROM outbox AS first WHERE first.rental_id = counts.rental_id)
  WHERE counts.waiting > 0 AND counts.rental_id > ? ORDER BY counts.rental_id LIMIT ?`;
const REFUSED = `
  SELECT position, id, rental_id, line_id, seq, stored_at, refused_at, code FROM refused
  WHERE position > ? ORDER BY position LIMIT ?`;

const waitingRow = rowParser(
  "outbox",
  (row): WaitingRental => ({
    rentalId: row.parsed("rental_id", rentalId),
    lineId: row.parsed("line_id", lineId),
    waiting: row.integer("waiting"),
    oldest: unixMs(row.integer("stored_at")),
    firstSeq: row.integer("seq"),
  }),
);

const refusedRow = rowParser(
  "refused",
  (row): RefusedMessage => ({
    cursor: row.integer("position"),
    id: row.text("id"),
    rentalId: row.parsed("rental_id", rentalId),
    lineId: row.parsed("line_id", lineId),
    seq: row.integer("seq"),
    storedAt: unixMs(row.integer("stored_at")),
    refusedAt: unixMs(row.integer("refused_at")),
    code: row.text("code"),
  }),
);

const messageRow = rowParser(
  "outbox",
  (row): OutboxMessage => ({
    message: {
      v: envelopeVersion(row, "outbox", "v"),
      id: row.text("id"),
      listing_id: row.text("listing_id"),
      rental_id: row.text("rental_id"),
      seq: row.integer("seq"),
      ts: row.integer("ts"),
      envelope: row.text("envelope"),
      signature: row.text("signature"),
    },
    lineId: row.parsed("line_id", lineId),
    storedAt: unixMs(row.integer("stored_at")),
  }),
);

const depthRow = rowParser("outbox", (row) => {
  const oldest = row.integerOrNull("oldest");
  return {
    waiting: row.integer("waiting"),
    oldest: oldest === null ? null : unixMs(oldest),
    refused: row.integer("refused"),
  };
});

type QueueStore = Omit<OutboxStore, "pendingGrant" | "grantOf" | "markRegistered"> & OutboxReport;

export function outboxRepository(db: SqliteDatabase): QueueStore {
  return {
    nextMessages: (id, limit) =>
      db.read("SELECT * FROM outbox WHERE rental_id = ? ORDER BY seq LIMIT ?", [id, limit], messageRow),
    rentalsWithWork: () =>
      db.read(
        RENTALS_WITH_WORK,
        [],
        rowParser("rental_counts", (row) => row.parsed("rental_id", rentalId)),
      ),
    waitingRentals: (after, limit) => db.read(WAITING_RENTALS, [after ?? "", limit], waitingRow),
    refusedMessages: ({ after, limit }) => db.read(REFUSED, [after, limit], refusedRow),
    markForwarded: (messages) => db.write((tx) => markForwarded(tx, messages)),
    markRefused: (id, code, at) => db.write((tx) => markRefused(tx, { id, code, at })),
    depth: async () => (await db.readOne(DEPTH, [], depthRow)) ?? { waiting: 0, oldest: null, refused: 0 },
  };
}

/** Ids that are not in the outbox are passed over: an acknowledgement may come twice. */
async function markForwarded(tx: Transaction, messages: readonly ForwardedMark[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = JSON.stringify(
    messages.map(({ id, status, at, accepted = null }) => [id, status, at, accepted?.by, accepted?.at, accepted?.sig]),
  );
  const keys = new Set(messages.flatMap(({ accepted }) => accepted?.by ?? []));
  for (const key of keys) await tx.run("INSERT OR IGNORE INTO relay_keys (verify) VALUES (?)", [key]);
  const forwarded = await tx.run(COPY_FORWARDED, [rows]);
  await tx.run(DELETE_FORWARDED, [rows]);
  await addCounts(tx, { forwarded });
}

async function markRefused(
  tx: Transaction,
  refusal: { readonly id: MessageId; readonly code: string; readonly at: UnixMs },
): Promise<void> {
  await tx.run(COPY_REFUSED, [refusal.code, refusal.at, refusal.id]);
  await tx.run("DELETE FROM outbox WHERE id = ?", [refusal.id]);
}
