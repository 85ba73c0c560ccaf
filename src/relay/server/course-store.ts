// The course of one rental: what of it came in, and what became of that.

import { unixMs } from "../../base/index.ts";
import type { DeliveredMessage, PageRequest, StoredGrant } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import { parseReceipt } from "./mailbox-store.ts";
import { versionOf } from "./message-row.ts";
import { grantRow } from "./rental-store.ts";

const deliveredRow = rowParser("messages", (row): DeliveredMessage => {
  const receipt = row.textOrNull("receipt_json");
  return {
    id: row.text("id"),
    seq: row.integer("seq"),
    v: versionOf(row),
    ts: row.integer("ts"),
    hash: row.text("hash"),
    signature: row.text("signature"),
    storedAt: unixMs(row.integer("stored_at")),
    waiting: row.flag("waiting"),
    receipt: receipt === null ? null : parseReceipt(receipt),
  };
});

export function readCourse(
  database: SqliteDatabase,
  rentalId: string,
  { after, limit }: PageRequest,
): Promise<readonly DeliveredMessage[]> {
  const sql = `SELECT m.id, m.seq, m.v, m.ts, m.hash, m.signature, m.stored_at, m.envelope IS NOT NULL AS waiting,
      c.receipt_json
    FROM messages m LEFT JOIN receipts c ON c.message_id = m.id
    WHERE m.rental_id = ? AND m.seq > ? ORDER BY m.seq LIMIT ?`;
  return database.read(sql, [rentalId, after, limit], deliveredRow);
}

const GRANTS = "SELECT rev, last_seq, grant_json FROM rentals";

export function findGrant(database: SqliteDatabase, rentalId: string): Promise<StoredGrant | null> {
  return database.readOne(`${GRANTS} WHERE rental_id = ?`, [rentalId], grantRow);
}

export function grantsOfListing(database: SqliteDatabase, listingId: string): Promise<readonly StoredGrant[]> {
  const sql = `${GRANTS} WHERE listing_id = ? ORDER BY expires_at DESC, rental_id LIMIT 50`;
  return database.read(sql, [listingId], grantRow);
}
