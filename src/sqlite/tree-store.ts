// Tables for trees of 32-byte hashes, one tree a day: their leaves in sorted blocks, and a small document of each day's state. Box and
// relay both keep such trees.

import type { SqliteDatabase } from "./database.ts";
import { rowParser } from "./row.ts";
import type { Transaction } from "./writer.ts";

export const TREE_TABLES = `
  CREATE TABLE tree_days (date TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tree_blocks (
    date TEXT NOT NULL,
    run INTEGER NOT NULL,
    block INTEGER NOT NULL,
    first BLOB NOT NULL,
    root BLOB NOT NULL,
    hashes BLOB NOT NULL,
    UNIQUE (date, run, block)
  ) STRICT;`;

export interface StoredBlock {
  readonly index: number;
  readonly first: Uint8Array;
  readonly root: Uint8Array;
  readonly hashes: Uint8Array;
}

/** How a day becomes its document and back; `read` throws for what is no day. */
export interface DayCodec<Day> {
  write(day: Day): string;
  read(text: string): Day;
}

const SAVE_DAY = `
  INSERT INTO tree_days (date, document) VALUES (?, ?) ON CONFLICT (date) DO UPDATE SET document = excluded.document`;
const SAVE_BLOCK = `
  INSERT INTO tree_blocks (date, run, block, first, root, hashes) VALUES (?, ?, ?, ?, ?, ?)`;

// secure_delete overwrites what goes: a large tree goes in slices, so that no other write waits for long.
const DELETE_SLICE = `
  DELETE FROM tree_blocks WHERE rowid IN (SELECT rowid FROM tree_blocks WHERE date = ? AND run >= ? LIMIT 64)`;

const hashesRow = rowParser("tree_blocks", (row) => row.bytes("hashes"));
const headRow = rowParser("tree_blocks", (row) => ({ first: row.bytes("first"), root: row.bytes("root") }));

async function saveBlocks(
  tx: Transaction,
  tree: { readonly date: string; readonly run: number },
  blocks: readonly StoredBlock[],
): Promise<void> {
  for (const { index, first, root, hashes } of blocks) {
    await tx.run(SAVE_BLOCK, [tree.date, tree.run, index, first, root, hashes]);
  }
}

async function deleteBlocks(db: SqliteDatabase, date: string, fromRun: number): Promise<void> {
  while ((await db.write((tx) => tx.run(DELETE_SLICE, [date, fromRun]))) > 0);
}

/** The repository over a database that has `TREE_TABLES`. */
export function treeStore<Day extends { readonly date: string }>(db: SqliteDatabase, codec: DayCodec<Day>) {
  const dayRow = rowParser("tree_days", (row) => row.parsed("document", codec.read));
  const saveDay = (tx: Transaction, day: Day) => tx.run(SAVE_DAY, [day.date, codec.write(day)]);
  return {
    days: () => db.read("SELECT document FROM tree_days ORDER BY date", [], dayRow),
    day: (date: string) => db.readOne("SELECT document FROM tree_days WHERE date = ?", [date], dayRow),
    saveDay: async (day: Day): Promise<void> => {
      await db.write((tx) => saveDay(tx, day));
    },
    clearTree: (date: string): Promise<void> => deleteBlocks(db, date, 0),
    saveBlocks: (date: string, run: number, blocks: readonly StoredBlock[]): Promise<void> =>
      db.write((tx) => saveBlocks(tx, { date, run }, blocks)),
    block: (date: string, run: number, index: number) =>
      db.readOne(
        "SELECT hashes FROM tree_blocks WHERE date = ? AND run = ? AND block = ?",
        [date, run, index],
        hashesRow,
      ),
    heads: (date: string) =>
      db.read("SELECT first, root FROM tree_blocks WHERE date = ? AND run = 0 ORDER BY block", [date], headRow),
    finishTree: async (day: Day): Promise<void> => {
      await db.write((tx) => saveDay(tx, day));
      await deleteBlocks(db, day.date, 1);
    },
  };
}
