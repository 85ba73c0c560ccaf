// What the relay gave receipts for, as its daily trees read it.

import { unixMs } from "../../base/index.ts";
import type { AcceptedRow, AcceptedStore } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

/** Receipts that are signed in one turn of the event loop: some 10 ms. */
const SLICE = 64;
const COLUMNS = "m.cursor, m.hash, m.stored_at, r.listing_id";
const BY_TIME = `
  SELECT ${COLUMNS} FROM messages m JOIN rentals r ON r.rental_id = m.rental_id
  WHERE (m.stored_at, m.cursor) > (?1, ?2) AND m.stored_at < ?3 AND (?4 IS NULL OR m.rental_id = ?4)
  ORDER BY m.stored_at, m.cursor LIMIT ${SLICE}`;
// Messages are found by rental and hash: an index by hash alone would cost a page of writing for each of them.
const BY_HASH = `
  SELECT ${COLUMNS} FROM rentals r CROSS JOIN messages m ON m.rental_id = r.rental_id AND m.hash = ?`;

const acceptedRow = rowParser("messages", (row) => ({
  cursor: row.integer("cursor"),
  hash: row.text("hash"),
  listingId: row.text("listing_id"),
  at: unixMs(row.integer("stored_at")),
}));

const placed = (row: AcceptedRow & { readonly cursor: number }): AcceptedRow => ({
  hash: row.hash,
  listingId: row.listingId,
  at: row.at,
});

/** A position is time and cursor of the last row. */
export function acceptedStore(database: SqliteDatabase): AcceptedStore {
  return {
    slice: async ({ after, from, to, rentalId }) => {
      const [at = from, cursor = 0] = after?.split(".").map(Number) ?? [];
      const rows = await database.read(BY_TIME, [at, cursor, to, rentalId], acceptedRow);
      const last = rows.at(-1);
      const next = last === undefined || rows.length < SLICE ? null : `${last.at}.${last.cursor}`;
      return { rows: rows.map(placed), next };
    },
    about: async (hash) => (await database.read(BY_HASH, [hash], acceptedRow)).map(placed),
  };
}
