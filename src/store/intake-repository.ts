// Storage of the intake: one transaction per batch of messages, of about five statements whatever the batch's size.

import { hash } from "node:crypto";
import { lineId, messageId, rentalId, toHex, type UnixMs, unixMs } from "../base/index.ts";
import type {
  Counters,
  DeliveredAs,
  IntakeCommit,
  IntakeStore,
  OutboxMessage,
  SealedPart,
  SeenPdu,
} from "../core/index.ts";
import { type Row, rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";

// Each bulk statement takes its rows as one JSON array of arrays: one bound value and one trip to the thread pool for all of them.
const INSERT_SEEN = `
  INSERT INTO seen (hash, occurrence, location, deleted, at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?) WHERE true
  ON CONFLICT (hash, occurrence) DO UPDATE SET location = excluded.location, deleted = excluded.deleted, at = excluded.at`;
const INSERT_OUTBOX = `
  INSERT INTO outbox (id, rental_id, seq, line_id, listing_id, v, ts, stored_at, envelope_hash, signature, envelope)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    value ->> 9, value ->> 10 FROM json_each(?)`;
const DELETE_GROUPS = "DELETE FROM parts WHERE group_hash IN (SELECT value FROM json_each(?))";
const INSERT_PARTS = `
  INSERT INTO parts (group_hash, part, total, line_id, received_at, sent_at, delivered_id, delivered_rental, delivered_at, sealed)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    unhex(value ->> 9) FROM json_each(?) WHERE true
  ON CONFLICT (group_hash, part) DO UPDATE SET total = excluded.total, received_at = excluded.received_at, sent_at = excluded.sent_at,
    delivered_id = excluded.delivered_id, delivered_rental = excluded.delivered_rental, delivered_at = excluded.delivered_at,
    sealed = excluded.sealed`;
const INSERT_HELD = `
  INSERT INTO held (id, line_id, stored_at, envelope)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`;
const MARK_DELETED = `
  UPDATE seen SET deleted = 1
  WHERE (hash, occurrence) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`;
const ADD_COUNTS = `
  UPDATE counters SET received = received + ?, forwarded = forwarded + ?, acknowledged = acknowledged + ?,
    duplicates = duplicates + ?, undecodable = undecodable + ?, unrented = unrented + ?, denied = denied + ? WHERE id = 1`;
const ADD_DENIED = `
  INSERT INTO line_denied (line_id, denied) SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (line_id) DO UPDATE SET denied = denied + excluded.denied`;
// In steps, so that a long clean-up never holds the writer for long.
const PRUNE_STEP = 500;
const PRUNE_SEEN = `
  DELETE FROM seen WHERE (hash, occurrence) IN (SELECT hash, occurrence FROM seen WHERE deleted = 1 AND at < ? LIMIT ${PRUNE_STEP})`;

const seenRow = rowParser(
  "seen",
  (row): SeenPdu => ({
    hash: row.text("hash"),
    occurrence: row.integer("occurrence"),
    location: row.textOrNull("location"),
    deleted: row.flag("deleted"),
    at: unixMs(row.integer("at")),
  }),
);

const partRow = rowParser(
  "parts",
  (row): SealedPart => ({
    group: row.text("group_hash"),
    lineId: row.parsed("line_id", lineId),
    part: row.integer("part"),
    total: row.integer("total"),
    receivedAt: unixMs(row.integer("received_at")),
    sentAt: timeOrNull(row, "sent_at"),
    delivered: deliveredAs(row),
    sealed: row.bytes("sealed"),
  }),
);

function timeOrNull(row: Row, column: string): UnixMs | null {
  const value = row.integerOrNull(column);
  return value === null ? null : unixMs(value);
}

function deliveredAs(row: Row): DeliveredAs | null {
  if (row.textOrNull("delivered_id") === null) return null;
  return {
    id: row.parsed("delivered_id", messageId),
    rentalId: row.textOrNull("delivered_rental") === null ? null : row.parsed("delivered_rental", rentalId),
    at: unixMs(row.integer("delivered_at")),
  };
}

export function intakeRepository(db: SqliteDatabase): IntakeStore {
  return {
    openParts: () => db.read("SELECT * FROM parts ORDER BY received_at, group_hash, part", [], partRow),
    findSeen: (hashes) =>
      db.read(
        "SELECT * FROM seen WHERE hash IN (SELECT value FROM json_each(?)) ORDER BY hash, occurrence",
        [JSON.stringify(hashes)],
        seenRow,
      ),
    commitIntake: (batch) => db.write((tx) => commitIntake(tx, batch)),
    pruneSeen: (before) => pruneSeen(db, before),
  };
}

async function commitIntake(tx: Transaction, batch: IntakeCommit): Promise<void> {
  const insert = async (sql: string, rows: readonly unknown[]): Promise<void> => {
    if (rows.length > 0) await tx.run(sql, [JSON.stringify(rows)]);
  };
  await insert(INSERT_SEEN, batch.seen.map(seenValues));
  await insert(INSERT_OUTBOX, batch.outbox.map(outboxValues));
  // Closed groups go first: a part of this batch with the same group belongs to a new message and stays.
  await insert(DELETE_GROUPS, batch.closedGroups);
  await insert(INSERT_PARTS, batch.parts.map(partValues));
  await insert(
    INSERT_HELD,
    batch.held.map(({ id, lineId, storedAt, envelope }) => [id, lineId, storedAt, envelope]),
  );
  await insert(
    MARK_DELETED,
    batch.deleted.map(({ hash, occurrence }) => [hash, occurrence]),
  );
  await insert(
    ADD_DENIED,
    batch.denied.map(({ lineId, count }) => [lineId, count]),
  );
  await addCounts(tx, batch.counts);
}

/** Adds to the box's counters, in the transaction of what they count. */
export async function addCounts(tx: Transaction, counts: Partial<Counters>): Promise<void> {
  const { received = 0, forwarded = 0, acknowledged = 0, duplicates = 0, undecodable = 0 } = counts;
  const { unrented = 0, denied = 0 } = counts;
  const values = [received, forwarded, acknowledged, duplicates, undecodable, unrented, denied];
  if (values.some((value) => value !== 0)) await tx.run(ADD_COUNTS, values);
}

function seenValues({ hash, occurrence, location, deleted, at }: SeenPdu): readonly unknown[] {
  return [hash, occurrence, location, deleted ? 1 : 0, at];
}

function outboxValues({ message, lineId, storedAt }: OutboxMessage): readonly unknown[] {
  const { id, rental_id, seq, listing_id, v, ts, signature, envelope } = message;
  // The hash that a renter's receipt names: over the envelope's bytes, not its text.
  const digest = hash("sha256", Buffer.from(envelope, "base64url"), "base64url");
  return [id, rental_id, seq, lineId, listing_id, v, ts, storedAt, digest, signature, envelope];
}

function partValues(row: SealedPart): readonly unknown[] {
  const { group, part, total, lineId, receivedAt, sentAt, delivered, sealed } = row;
  const { id = null, rentalId = null, at = null } = delivered ?? {};
  return [group, part, total, lineId, receivedAt, sentAt, id, rentalId, at, toHex(sealed)];
}

async function pruneSeen(db: SqliteDatabase, before: UnixMs): Promise<number> {
  let total = 0;
  for (;;) {
    const pruned = await db.write((tx) => tx.run(PRUNE_SEEN, [before]));
    total += pruned;
    if (pruned < PRUNE_STEP) return total;
  }
}
