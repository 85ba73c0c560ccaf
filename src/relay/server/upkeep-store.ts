// What is forgotten, a slice at a time.

import type { RelayUpkeep } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import { sumUp } from "./delivery-sums.ts";
import { forgetPapers } from "./paper-store.ts";

// Small enough that no forward waits long for the writer.
const SLICE = 500;

const expiredRow = rowParser("messages", (row) => ({ cursor: row.integer("cursor"), renter: row.text("renter") }));
const orderRow = rowParser("orders", (row) => row.text("order_id"));
const rentalRow = rowParser("rentals", (row) => row.text("rental_id"));

/** Wipes up to one slice of envelopes that waited too long. Returns how many. */
function expireEnvelopes(
  database: SqliteDatabase,
  limits: Parameters<RelayUpkeep["expireEnvelopes"]>[0],
): Promise<number> {
  return database.write(async (tx) => {
    const rows = await tx.all(
      `SELECT cursor, renter FROM messages WHERE envelope IS NOT NULL AND stored_at <= ?1
       UNION SELECT m.cursor, m.renter FROM rentals r JOIN messages m ON m.rental_id = r.rental_id
         WHERE r.expires_at <= ?2 AND m.envelope IS NOT NULL AND m.stored_at <= ?3
       LIMIT ${SLICE}`,
      [limits.storedBefore, limits.endedBefore, limits.lateBefore],
      expiredRow,
    );
    if (rows.length === 0) return 0;
    const cursors = JSON.stringify(rows.map((row) => row.cursor));
    await tx.run("UPDATE messages SET envelope = NULL WHERE cursor IN (SELECT value FROM json_each(?))", [cursors]);
    await tx.run(
      `UPDATE mailboxes SET (waiting, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM messages m
         WHERE m.renter = mailboxes.renter AND m.envelope IS NOT NULL)
       WHERE renter IN (SELECT value FROM json_each(?))`,
      [JSON.stringify([...new Set(rows.map((row) => row.renter))])],
    );
    return rows.length;
  });
}

/** Removes one rental that is long over, with everything that hangs on it. Returns how many. */
function removeRental(database: SqliteDatabase, endedBefore: number): Promise<number> {
  return database.write(async (tx) => {
    const rows = await tx.all("SELECT rental_id FROM rentals WHERE expires_at <= ? LIMIT 1", [endedBefore], rentalRow);
    for (const rentalId of rows) {
      await tx.run("DELETE FROM receipts WHERE rental_id = ?", [rentalId]);
      await tx.run("DELETE FROM messages WHERE rental_id = ?", [rentalId]);
      await tx.run("DELETE FROM rentals WHERE rental_id = ?", [rentalId]);
    }
    if (rows.length > 0) await tx.run("DELETE FROM mailboxes WHERE renter NOT IN (SELECT renter FROM rentals)");
    return rows.length;
  });
}

/** Forgets up to one slice of old orders. What was granted lives on as a rental. Returns how many. */
function forgetOrders(database: SqliteDatabase, madeBefore: number, escrowMadeBefore: number): Promise<number> {
  return database.write(async (tx) => {
    const rows = await tx.all(
      `SELECT order_id FROM orders WHERE created_at <= ?1
        AND (created_at <= ?2 OR json_extract(request_json, '$.payment.method') <> 'escrow') LIMIT ${SLICE}`,
      [madeBefore, escrowMadeBefore],
      orderRow,
    );
    const ids = JSON.stringify(rows);
    await tx.run("DELETE FROM order_requests WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
    await tx.run("DELETE FROM orders WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
    return rows.length;
  });
}

export function upkeepStore(database: SqliteDatabase, forgetSessions: RelayUpkeep["forgetSessions"]): RelayUpkeep {
  return {
    expireEnvelopes: (limits) => expireEnvelopes(database, limits),
    removeRentals: (endedBefore) => removeRental(database, endedBefore),
    forgetOrders: (madeBefore, escrowMadeBefore) => forgetOrders(database, madeBefore, escrowMadeBefore),
    forgetPapers: (kind, savedBefore) => forgetPapers(database, kind, savedBefore),
    sumUp: (span, after) => sumUp(database, span, after),
    forgetSessions,
  };
}
