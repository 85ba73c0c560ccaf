// What receipts are made from, read in slices of bounded size, and the daily trees over them.

import { unixMs } from "../base/index.ts";
import {
  type AcknowledgedRow,
  type ForwardedRow,
  type IssuedRows,
  proofDayCodec,
  type TreeStore,
} from "../core/index.ts";
import { rowParser, type SqliteDatabase, treeStore } from "../sqlite/index.ts";

/** Rows that one slice looks at: whoever signs them all holds up the event loop meanwhile, some 10 ms. */
const SLICE = 64;

// By the key's own order: an index by time would cost a page of writing per SMS, and a day is read once.
const LAST_OF_SLICE = `
  SELECT max(envelope_hash) AS last, count(*) AS found FROM (
    SELECT envelope_hash FROM forwarded WHERE envelope_hash > ? ORDER BY envelope_hash LIMIT ${SLICE})`;
const COLUMNS = `
  SELECT f.envelope_hash, f.rental_id, r.listing_id, r.renter_verify, f.forwarded_at, f.accepted_at, f.accepted_sig, k.verify AS relay
  FROM forwarded f JOIN rentals r ON r.id = f.rental_id LEFT JOIN relay_keys k ON k.id = f.accepted_by`;
const FORWARDED = `${COLUMNS}
  WHERE f.envelope_hash > ?1 AND f.envelope_hash <= ?2 AND f.forwarded_at >= ?3 AND f.forwarded_at < ?4
    AND (?5 IS NULL OR f.rental_id = ?5)
  ORDER BY f.envelope_hash`;
const ACKNOWLEDGED = `
  SELECT cursor, received_at, receipt FROM receipts
  WHERE (received_at, cursor) > (?1, ?2) AND received_at < ?3 AND (?4 IS NULL OR rental_id = ?4)
  ORDER BY received_at, cursor LIMIT ${SLICE}`;
const ACKNOWLEDGED_AS = `
  SELECT receipts.cursor, receipts.received_at, receipts.receipt
  FROM forwarded JOIN receipts ON receipts.message_id = forwarded.id WHERE forwarded.envelope_hash = ?`;

const sliceRow = rowParser("forwarded", (row) => ({ last: row.textOrNull("last"), found: row.integer("found") }));

const forwardedRow = rowParser("forwarded", (row): ForwardedRow => {
  const relay = row.textOrNull("relay");
  return {
    hash: row.text("envelope_hash"),
    rentalId: row.text("rental_id"),
    listingId: row.text("listing_id"),
    renter: row.text("renter_verify"),
    at: unixMs(row.integer("forwarded_at")),
    accepted:
      relay === null ? null : { by: relay, at: unixMs(row.integer("accepted_at")), sig: row.text("accepted_sig") },
  };
});

const acknowledgedRow = rowParser("receipts", (row): AcknowledgedRow & { readonly cursor: number } => ({
  cursor: row.integer("cursor"),
  at: unixMs(row.integer("received_at")),
  receipt: row.text("receipt"),
}));

/** Receipts and trees of the box. */
export interface ProofStore {
  readonly receiptRows: IssuedRows;
  readonly trees: TreeStore;
}

export function proofRepository(db: SqliteDatabase): ProofStore {
  return { receiptRows: issuedRows(db), trees: treeStore(db, proofDayCodec) };
}

function issuedRows(db: SqliteDatabase): IssuedRows {
  return {
    forwarded: async ({ after, from, to, rentalId }) => {
      const slice = await db.readOne(LAST_OF_SLICE, [after], sliceRow);
      if (slice === null || slice.last === null) return { rows: [], next: null };
      const rows = await db.read(FORWARDED, [after, slice.last, from, to, rentalId], forwardedRow);
      return { rows, next: slice.found < SLICE ? null : slice.last };
    },
    acknowledged: async ({ after, from, to, rentalId }) => {
      const [at = from, cursor = 0] = after === "" ? [] : after.split(".").map(Number);
      const rows = await db.read(ACKNOWLEDGED, [at, cursor, to, rentalId], acknowledgedRow);
      const last = rows.at(-1);
      return { rows, next: last === undefined || rows.length < SLICE ? null : `${last.at}.${last.cursor}` };
    },
    forwardedAs: (hash) => db.readOne(`${COLUMNS} WHERE f.envelope_hash = ?`, [hash], forwardedRow),
    acknowledgedAs: (hash) => db.read(ACKNOWLEDGED_AS, [hash], acknowledgedRow),
  };
}
