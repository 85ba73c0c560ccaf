// Renters' signed receipts, in the order of their arrival.

import { messageId, rentalId, unixMs } from "../base/index.ts";
import type { ReceiptPlace, ReceiptStore, StoredReceipt } from "../core/index.ts";
import { rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";
import { addCounts } from "./intake-repository.ts";

// The first receipt of a message counts; the same one may come again after a crash.
const INSERT_RECEIPTS = `
  INSERT INTO receipts (message_id, rental_id, received_at, receipt)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
  ON CONFLICT (message_id) DO NOTHING`;

// A renter can be faster than the relay's answer to the box: the message is then still in the outbox, though it has left the box.
const FIND_FORWARDED = `
  SELECT id, rental_id FROM forwarded WHERE envelope_hash = ?
  UNION ALL SELECT id, rental_id FROM outbox WHERE envelope_hash = ? LIMIT 1`;

const receiptRow = rowParser("receipts", (row) => ({
  cursor: row.integer("cursor"),
  messageId: row.parsed("message_id", messageId),
  rentalId: row.parsed("rental_id", rentalId),
  receivedAt: unixMs(row.integer("received_at")),
  receipt: row.text("receipt"),
}));

const forwardedRow = rowParser("forwarded", (row) => ({
  id: row.parsed("id", messageId),
  rentalId: row.parsed("rental_id", rentalId),
}));

const placeRow = rowParser(
  "relay_position",
  (row): ReceiptPlace => ({ after: row.integer("receipt_cursor"), epoch: row.textOrNull("receipt_epoch") }),
);

export function receiptRepository(db: SqliteDatabase): ReceiptStore {
  return {
    saveReceipts: (receipts, place) => db.write((tx) => saveReceipts(tx, receipts, place)),
    receiptPlace: async () =>
      (await db.readOne("SELECT receipt_cursor, receipt_epoch FROM relay_position", [], placeRow)) ?? {
        ...{ after: 0, epoch: null },
      },
    findForwarded: (hash) => db.readOne(FIND_FORWARDED, [hash, hash], forwardedRow),
    receipts: ({ after, limit }) =>
      db.read("SELECT * FROM receipts WHERE cursor > ? ORDER BY cursor LIMIT ?", [after, limit], receiptRow),
  };
}

async function saveReceipts(
  tx: Transaction,
  receipts: readonly StoredReceipt[],
  { after, epoch }: ReceiptPlace,
): Promise<void> {
  const rows = receipts.map((entry) => [entry.messageId, entry.rentalId, entry.receivedAt, entry.receipt]);
  const acknowledged = await tx.run(INSERT_RECEIPTS, [JSON.stringify(rows)]);
  await addCounts(tx, { acknowledged });
  await tx.run("UPDATE relay_position SET receipt_cursor = ?, receipt_epoch = ? WHERE id = 1", [after, epoch]);
}
