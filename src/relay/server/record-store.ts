// Listing records that the relay serves: canonical JSON with the provider's signature.

import { type ListingId, type UnixMs, unixSecondsOf } from "../../base/index.ts";
import type { RecordDecision, StoredRecord } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

const COLUMNS = "listing_id, provider, commitment, rev, record";
const recordRow = rowParser(
  "listing_records",
  (row): StoredRecord => ({
    listingId: row.text("listing_id"),
    provider: row.text("provider"),
    commitment: row.text("commitment"),
    rev: row.integer("rev"),
    record: row.text("record"),
  }),
);

export function findRecord(database: SqliteDatabase, id: ListingId): Promise<StoredRecord | null> {
  return database.readOne(`SELECT ${COLUMNS} FROM listing_records WHERE listing_id = ?`, [id], recordRow);
}

/** Lets `decide` judge the record against the one that is stored, in one transaction; a throw of it changes nothing. */
export function saveRecord(
  database: SqliteDatabase,
  record: StoredRecord,
  now: UnixMs,
  decide: (stored: StoredRecord | null) => RecordDecision,
): Promise<RecordDecision> {
  return database.write(async (tx) => {
    const sql = `SELECT ${COLUMNS} FROM listing_records WHERE listing_id = ?`;
    const [stored = null] = await tx.all(sql, [record.listingId], recordRow);
    const decision = decide(stored);
    if (decision === "unchanged") return decision;
    await tx.run(
      `INSERT INTO listing_records (${COLUMNS}, stored_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (listing_id) DO UPDATE SET provider = excluded.provider, commitment = excluded.commitment,
         rev = excluded.rev, record = excluded.record, stored_at = excluded.stored_at`,
      [record.listingId, record.provider, record.commitment, record.rev, record.record, now],
    );
    return decision;
  });
}

const idRow = rowParser("listings", (row) => row.text("listing_id"));

/** Those of `ids` with a rental that runs. */
export async function rentedOf(
  database: SqliteDatabase,
  ids: readonly string[],
  now: UnixMs,
): Promise<ReadonlySet<string>> {
  const sql = `SELECT DISTINCT listing_id FROM rentals
    WHERE listing_id IN (SELECT value FROM json_each(?1)) AND expires_at > ?2`;
  return new Set(await database.read(sql, [JSON.stringify(ids), unixSecondsOf(now)], idRow));
}

/** The records of those of `ids` that have one. */
export function findRecords(database: SqliteDatabase, ids: readonly string[]): Promise<readonly StoredRecord[]> {
  const sql = `SELECT ${COLUMNS} FROM listing_records WHERE listing_id IN (SELECT value FROM json_each(?))`;
  return database.read(sql, [JSON.stringify(ids)], recordRow);
}

/** Those of `ids` with a record here. */
export async function recordsOf(database: SqliteDatabase, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const sql = "SELECT listing_id FROM listing_records WHERE listing_id IN (SELECT value FROM json_each(?))";
  return new Set(await database.read(sql, [JSON.stringify(ids)], idRow));
}

/** Ids of all records behind `after`, in their order. */
export function recordIds(database: SqliteDatabase, after: string, limit: number): Promise<readonly string[]> {
  const sql = "SELECT listing_id FROM listing_records WHERE listing_id > ? ORDER BY listing_id LIMIT ?";
  return database.read(sql, [after, limit], idRow);
}
