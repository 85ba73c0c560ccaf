// What waits for renters and what they acknowledged.

import type { Acknowledgement, PageRequest, ReceivedMessage, StoredGrant } from "../../core/index.ts";
import {
  type MailboxMessage,
  type MailboxPage,
  type ProviderReceiptsPage,
  type Receipt,
  receipt as receiptSchema,
} from "../../protocol/index.ts";
import { badRow, rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import { scopeOf, versionOf } from "./message-row.ts";
import { grantRow } from "./rental-store.ts";

// A page stays small enough for a phone and for the relay's memory, whatever the envelopes' sizes.
const MAX_PAGE_BYTES = 1024 * 1024;

/** `whose` names an index: with a condition for both, all of the renter's messages would be walked through for one rental's. */
const pageSql = (whose: string): string => `
  WITH waiting AS MATERIALIZED (
    SELECT cursor, size FROM messages ${whose} AND envelope IS NOT NULL AND cursor > ?2
    ORDER BY cursor LIMIT ?3 + 1
  ), sized AS (
    SELECT cursor, sum(size) OVER (ORDER BY cursor) - size AS before, count(*) OVER () AS found FROM waiting
  ), page AS (
    SELECT cursor, found FROM sized WHERE before < ${MAX_PAGE_BYTES} ORDER BY cursor LIMIT ?3
  )
  SELECT p.found, m.cursor, m.v, m.id, r.listing_id, m.rental_id, m.seq, m.ts, m.envelope, m.signature, m.scope, r.provider
  FROM page p JOIN messages m ON m.cursor = p.cursor JOIN rentals r ON r.rental_id = m.rental_id
  ORDER BY p.cursor`;
const PAGE_OF_RENTER = pageSql("INDEXED BY messages_waiting WHERE renter = ?1");
const PAGE_OF_RENTAL = pageSql("INDEXED BY messages_waiting_of_rental WHERE renter = ?1 AND rental_id = ?4");

const pageRow = rowParser("messages", (row) => ({
  found: row.integer("found"),
  message: {
    cursor: row.integer("cursor"),
    v: versionOf(row),
    id: row.text("id"),
    listing_id: row.text("listing_id"),
    rental_id: row.text("rental_id"),
    seq: row.integerOrNull("seq"),
    ts: row.integer("ts"),
    envelope: row.text("envelope"),
    signature: row.text("signature"),
    signature_scope: scopeOf(row),
    provider: row.text("provider"),
  } satisfies MailboxMessage,
}));

/** Messages that wait for `renter` (its verify key), in cursor order. */
export async function readMailbox(
  database: SqliteDatabase,
  renter: string,
  request: PageRequest & { readonly rentalId?: string | undefined },
): Promise<MailboxPage> {
  const { after, limit, rentalId } = request;
  const rows = await (rentalId === undefined
    ? database.read(PAGE_OF_RENTER, [renter, after, limit], pageRow)
    : database.read(PAGE_OF_RENTAL, [renter, after, limit, rentalId], pageRow));
  const messages = rows.map((row) => row.message);
  const next = messages.at(-1)?.cursor ?? after;
  return { messages, next, more: (rows[0]?.found ?? 0) > messages.length };
}

const receivedRow = rowParser(
  "messages",
  (row): ReceivedMessage => ({
    id: row.text("id"),
    hash: row.text("hash"),
    rentalId: row.text("rental_id"),
    listingId: row.text("listing_id"),
    provider: row.text("provider"),
    acknowledged: row.flag("acknowledged"),
  }),
);

/** The renter's messages with one of these envelope hashes. */
export function findReceived(
  database: SqliteDatabase,
  renter: string,
  hashes: readonly string[],
): Promise<readonly ReceivedMessage[]> {
  const sql = `
    SELECT m.id, m.hash, m.rental_id, r.listing_id, r.provider, c.cursor IS NOT NULL AS acknowledged
    FROM rentals r
    CROSS JOIN json_each(?2) AS asked
    JOIN messages m ON m.rental_id = r.rental_id AND m.hash = asked.value
    LEFT JOIN receipts c ON c.message_id = m.id
    WHERE r.renter = ?1`;
  return database.read(sql, [renter, JSON.stringify(hashes)], receivedRow);
}

/** Keeps the receipts and wipes the envelopes they are about, in one transaction. A second receipt for a message changes nothing. */
export async function saveAcknowledgements(
  database: SqliteDatabase,
  renter: string,
  entries: readonly Acknowledgement[],
): Promise<void> {
  const rows = JSON.stringify(entries.map((e) => [e.messageId, e.rentalId, e.provider, e.receipt]));
  await database.write(async (tx) => {
    await tx.run(
      `INSERT INTO receipts (message_id, rental_id, provider, receipt_json)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true ORDER BY key
       ON CONFLICT (message_id) DO NOTHING`,
      [rows],
    );
    const acknowledged = "id IN (SELECT value ->> 0 FROM json_each(?2)) AND renter = ?1 AND envelope IS NOT NULL";
    await tx.run(
      `UPDATE mailboxes SET waiting = waiting - gone.count, bytes = bytes - gone.size
       FROM (SELECT count(*) AS count, coalesce(sum(size), 0) AS size FROM messages WHERE ${acknowledged}) AS gone
       WHERE mailboxes.renter = ?1`,
      [renter, rows],
    );
    await tx.run(`UPDATE messages SET envelope = NULL WHERE ${acknowledged}`, [renter, rows]);
  });
}

/** Grants of one renter, whatever their state. */
export function readRentals(database: SqliteDatabase, renter: string): Promise<readonly StoredGrant[]> {
  const sql = "SELECT rev, last_seq, grant_json FROM rentals WHERE renter = ? ORDER BY expires_at, rental_id LIMIT 500";
  return database.read(sql, [renter], grantRow);
}

const receiptRow = rowParser("receipts", (row) => ({
  cursor: row.integer("cursor"),
  id: row.text("message_id"),
  rental_id: row.text("rental_id"),
  receipt: parseReceipt(row.text("receipt_json")),
}));

/** Reads a receipt back. It was verified before it was stored. */
export function parseReceipt(text: string): Receipt {
  try {
    return receiptSchema.parse(JSON.parse(text));
  } catch {
    throw badRow("receipts", "receipt_json", "is no receipt");
  }
}

/** Renters' receipts for one provider in order of arrival. */
export async function readReceipts(
  database: SqliteDatabase,
  provider: string,
  request: PageRequest,
): Promise<ProviderReceiptsPage> {
  const sql = `SELECT cursor, message_id, rental_id, receipt_json FROM receipts
    WHERE provider = ? AND cursor > ? ORDER BY cursor LIMIT ?`;
  const rows = await database.read(sql, [provider, request.after, request.limit + 1], receiptRow);
  const receipts = rows.slice(0, request.limit);
  return { receipts, next: receipts.at(-1)?.cursor ?? request.after, more: rows.length > receipts.length };
}
