// The runs of a relay over its file, by which cursors are known that a restored file has not given.

import { type Random, toBase64url } from "../../base/index.ts";
import { type CursorKind, type CursorStore, MAX_RUNS, type Run, resumeBehind } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

export const RUNS_TABLE = `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    epoch TEXT NOT NULL,
    mail INTEGER NOT NULL,
    receipts INTEGER NOT NULL
  ) STRICT;`;

/** The tables whose keys are the cursors. */
const TABLES: Readonly<Record<CursorKind, string>> = { mail: "messages", receipts: "receipts" };

const lastOf = (kind: CursorKind): string =>
  `coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${TABLES[kind]}'), 0)`;

const runRow = rowParser(
  "runs",
  (row): Run => ({ epoch: row.text("epoch"), mail: row.integer("mail"), receipts: row.integer("receipts") }),
);
const lastRow = rowParser("sqlite_sequence", (row) => row.integer("last"));

export class SqliteCursors implements CursorStore {
  readonly #database: SqliteDatabase;
  readonly #random: Random;
  #runs: Promise<readonly Run[]> | null = null;

  constructor(database: SqliteDatabase, random: Random) {
    this.#database = database;
    this.#random = random;
  }

  async epoch(): Promise<string> {
    return (await this.#all()).at(-1)?.epoch ?? "";
  }

  async resume(kind: CursorKind, kept: Parameters<CursorStore["resume"]>[1]): Promise<number> {
    if (kept.after === 0) return 0;
    const runs = await this.#all();
    const last = (await this.#database.readOne(`SELECT ${lastOf(kind)} AS last`, [], lastRow)) ?? 0;
    return resumeBehind(kept, kind, { runs, last });
  }

  #all(): Promise<readonly Run[]> {
    this.#runs ??= this.#begin().catch((error: unknown) => {
      this.#runs = null;
      throw error;
    });
    return this.#runs;
  }

  #begin(): Promise<readonly Run[]> {
    const epoch = toBase64url(this.#random.bytes(12));
    return this.#database.write(async (tx) => {
      await tx.run(`INSERT INTO runs (epoch, mail, receipts) VALUES (?, ${lastOf("mail")}, ${lastOf("receipts")})`, [
        epoch,
      ]);
      await tx.run("DELETE FROM runs WHERE number <= (SELECT max(number) FROM runs) - ?", [MAX_RUNS]);
      return await tx.all("SELECT epoch, mail, receipts FROM runs ORDER BY number", [], runRow);
    });
  }
}
