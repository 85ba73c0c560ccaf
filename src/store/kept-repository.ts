// Messages held for the owner: read again, in the order in which they came. Rows are never removed, so that their rowid stays a cursor.

import { lineId, messageId, unixMs } from "../base/index.ts";
import type { KeptStore } from "../core/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

const COLUMNS = "rowid AS cursor, id, line_id, stored_at, envelope";

const heldRow = rowParser("held", (row) => ({
  cursor: row.integer("cursor"),
  id: row.parsed("id", messageId),
  lineId: row.parsed("line_id", lineId),
  storedAt: unixMs(row.integer("stored_at")),
  envelope: row.text("envelope"),
}));

export function keptRepository(db: SqliteDatabase): KeptStore {
  return {
    keptRows: ({ line, after, limit }) =>
      db.read(
        `SELECT ${COLUMNS} FROM held WHERE rowid > ? AND (? IS NULL OR line_id = ?) ORDER BY rowid LIMIT ?`,
        [after, line, line, limit],
        heldRow,
      ),
    keptRow: (id) => db.readOne(`SELECT ${COLUMNS} FROM held WHERE id = ?`, [id], heldRow),
  };
}
