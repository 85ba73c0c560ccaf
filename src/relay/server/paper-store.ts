// Small texts under names.

import { type UnixMs, unixMs } from "../../base/index.ts";
import type { Paper, PaperLoad, PaperStore } from "../../core/index.ts";
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

/** Who is answerable for a paper, where that is counted. */
export const PAPER_OWNERS = `
  ALTER TABLE papers ADD COLUMN owner TEXT;
  CREATE INDEX papers_of_owner ON papers (kind, owner) WHERE owner IS NOT NULL;`;

const SLICE = 500;

const ownerOf = (owner: string | null): { readonly owner?: string } => (owner === null ? {} : { owner });

const paperRow = rowParser(
  "papers",
  (row): Paper => ({
    kind: row.text("kind"),
    id: row.text("id"),
    text: row.text("text"),
    at: unixMs(row.integer("saved_at")),
    ...ownerOf(row.textOrNull("owner")),
  }),
);
const loadRow = rowParser(
  "papers",
  (row): PaperLoad => ({ all: row.integer("of_all"), ofOwner: row.integer("of_owner") }),
);
const timeRow = rowParser("papers", (row) => [row.text("id"), unixMs(row.integer("saved_at"))] as const);
const idRow = rowParser("papers", (row) => row.text("id"));

const FIND = "SELECT kind, id, text, saved_at, owner FROM papers WHERE kind = ? AND id = ?";

export function paperStore(database: SqliteDatabase): PaperStore {
  return {
    find: (kind, id) => database.readOne(FIND, [kind, id], paperRow),
    save: ({ kind, id, text, at, owner }, decide) =>
      database.write(async (tx) => {
        const [stored = null] = await tx.all(FIND, [kind, id], paperRow);
        if (!decide(stored)) return false;
        const sql = "INSERT OR REPLACE INTO papers (kind, id, text, saved_at, owner) VALUES (?, ?, ?, ?, ?)";
        await tx.run(sql, [kind, id, text, at, owner ?? null]);
        return true;
      }),
    load: async (kind, owner) => {
      const sql = `SELECT count(*) AS of_all, count(*) FILTER (WHERE owner = ?2) AS of_owner
        FROM papers WHERE kind = ?1 AND owner IS NOT NULL`;
      return (await database.readOne(sql, [kind, owner], loadRow)) ?? { all: 0, ofOwner: 0 };
    },
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
