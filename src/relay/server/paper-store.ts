// Small texts under names.

import { type UnixMs, unixMs } from "../../base/index.ts";
import type { Paper, PaperStore } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

export const PAPERS_TABLE = `
  CREATE TABLE papers (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX papers_by_age ON papers (kind, saved_at);`;

const SLICE = 500;

const paperRow = rowParser(
  "papers",
  (row): Paper => ({
    kind: row.text("kind"),
    id: row.text("id"),
    text: row.text("text"),
    at: unixMs(row.integer("saved_at")),
  }),
);
const timeRow = rowParser("papers", (row) => [row.text("id"), unixMs(row.integer("saved_at"))] as const);
const idRow = rowParser("papers", (row) => row.text("id"));

const FIND = "SELECT kind, id, text, saved_at FROM papers WHERE kind = ? AND id = ?";

export function paperStore(database: SqliteDatabase): PaperStore {
  return {
    find: (kind, id) => database.readOne(FIND, [kind, id], paperRow),
    save: ({ kind, id, text, at }, decide) =>
      database.write(async (tx) => {
        const [stored = null] = await tx.all(FIND, [kind, id], paperRow);
        if (!decide(stored)) return false;
        const sql = "INSERT OR REPLACE INTO papers (kind, id, text, saved_at) VALUES (?, ?, ?, ?)";
        await tx.run(sql, [kind, id, text, at]);
        return true;
      }),
    times: async (kind, ids) => {
      const sql = "SELECT id, saved_at FROM papers WHERE kind = ? AND id IN (SELECT value FROM json_each(?))";
      return new Map(await database.read(sql, [kind, JSON.stringify(ids)], timeRow));
    },
  };
}

/** Up to one slice. Returns how many. */
export function forgetPapers(database: SqliteDatabase, kind: string, savedBefore: UnixMs): Promise<number> {
  return database.write(async (tx) => {
    const old = `SELECT id FROM papers WHERE kind = ? AND saved_at <= ? LIMIT ${SLICE}`;
    const ids = await tx.all(old, [kind, savedBefore], idRow);
    const gone = "DELETE FROM papers WHERE kind = ? AND id IN (SELECT value FROM json_each(?))";
    if (ids.length > 0) await tx.run(gone, [kind, JSON.stringify(ids)]);
    return ids.length;
  });
}
