// Storage of the box's escrows: each a whole document, as the parties pass it round.

import { unixMs, utf8 } from "../base/index.ts";
import { ESCROW_PHASES, type EscrowStore, escrowFileText, parseEscrowFile, type StoredEscrow } from "../core/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export const ESCROW_TABLES = `
  CREATE TABLE escrows (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('renter', 'provider', 'arbiter')),
    phase TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  ) STRICT;`;

const SAVE = `
  INSERT INTO escrows (id, role, phase, document, created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, document = excluded.document, changed_at = excluded.changed_at`;

/** A word of a list; anything else is `store.bad_row`. */
function wordOf<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const found = words.find((word) => word === row.text(column));
  if (found === undefined) throw badRow("escrows", column, "holds an unknown word");
  return found;
}

const escrowRow = rowParser(
  "escrows",
  (row): StoredEscrow => ({
    file: row.parsed("document", (text) => parseEscrowFile(utf8(text))),
    role: wordOf(row, "role", ["renter", "provider", "arbiter"]),
    phase: wordOf(row, "phase", ESCROW_PHASES),
    createdAt: unixMs(row.integer("created_at")),
    changedAt: unixMs(row.integer("changed_at")),
  }),
);

export function escrowRepository(db: SqliteDatabase): EscrowStore {
  return {
    escrows: () => db.read("SELECT * FROM escrows ORDER BY position", [], escrowRow),
    saveEscrow: async ({ file, role, phase, createdAt, changedAt }) => {
      const { escrowId: id } = file.policy;
      await db.write((tx) => tx.run(SAVE, [id, role, phase, escrowFileText(file), createdAt, changedAt]));
    },
  };
}
