// Schema history of one database file: whose file it is, which version it has, and the way forward. There is no way back, but an older
// program works with a newer file whose steps only added what it does not look at: after an update that failed, the old system goes on
// with what came meanwhile.

import { createHash } from "node:crypto";
import { AppError, type Clock, type Logger } from "../base/index.ts";
import type { Connection } from "./connection.ts";
import { rowParser } from "./row.ts";

/** One step forward. Its number is its place in the list (from 1). A released migration never changes. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** The oldest version whose program can still work with the file after this step. Left out: only those that know the step. */
  readonly readableFrom?: number;
}

export interface Schema {
  /** `PRAGMA application_id`: a 31-bit number that tells our files from others'. */
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
}

// The layer's own tables, made together with version 1.
const BOOTSTRAP = `
  CREATE TABLE schema_history (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE write_probe (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT;
  INSERT INTO write_probe (id, count) VALUES (1, 0);`;

/**
 * Reads the file's version: 0 for an empty file. Writes nothing.
 * Errors: `store.foreign_file` (another application's), `store.newer_schema`, `store.corrupt` (no database at all).
 */
export async function readVersion(connection: Connection, schema: Schema, file: string): Promise<number> {
  const applicationId = await connection.value("PRAGMA application_id");
  const version = Number(await connection.value("PRAGMA user_version"));
  const objects = await connection.value("SELECT count(*) FROM sqlite_schema");
  if (applicationId === 0 && version === 0 && objects === 0) return 0;
  if (applicationId !== schema.applicationId) {
    throw new AppError("store.foreign_file", `${file} is a database of another program`, {
      hint: "Point the configuration at the right file; this one is left as it is.",
      context: { file },
    });
  }
  const known = schema.migrations.length;
  if (version > known && (await readerOf(connection, version)) > known) {
    throw new AppError("store.newer_schema", `${file} has schema version ${version}; this program knows ${known}`, {
      hint: "Install the newer program again, or restore a backup made before the update.",
      context: { file, version, known },
    });
  }
  return version;
}

/** The oldest version whose program may work with the file; one that does not say it, or whose history does not agree, is for none. */
async function readerOf(connection: Connection, version: number): Promise<number> {
  const says = await connection.value("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_reader'");
  if (says === 0 || Number(await connection.value("SELECT max(version) FROM schema_history")) !== version)
    return Number.POSITIVE_INFINITY;
  return Number(await connection.value("SELECT version FROM schema_reader"));
}

/** What programs must know to work with the file at `version`. */
function readerFor(migrations: readonly Migration[], version: number): number {
  return Math.max(0, ...migrations.slice(0, version).map(({ readableFrom }, index) => readableFrom ?? index + 1));
}

/** Brings the file to the newest version, each step in its own transaction. Error: `store.schema_drift`. */
export async function migrate(
  connection: Connection,
  options: { readonly schema: Schema; readonly version: number; readonly clock: Clock; readonly log: Logger },
): Promise<void> {
  const { schema, version, clock, log } = options;
  if (version > 0) await verifyHistory(connection, schema.migrations);
  if (version > schema.migrations.length)
    log.warn("schema_newer_but_readable", { version, known: schema.migrations.length });
  for (const [index, migration] of schema.migrations.entries()) {
    const next = index + 1;
    if (next <= version) continue;
    await connection.exec("BEGIN IMMEDIATE");
    try {
      if (next === 1) await connection.exec(`${BOOTSTRAP} PRAGMA application_id = ${schema.applicationId}`);
      await connection.exec(migration.sql);
      await connection.run("INSERT INTO schema_history (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)", [
        next,
        migration.name,
        checksum(migration),
        clock.now(),
      ]);
      await connection.exec(
        `CREATE TABLE IF NOT EXISTS schema_reader (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
         INSERT OR REPLACE INTO schema_reader (id, version) VALUES (1, ${readerFor(schema.migrations, next)});
         PRAGMA user_version = ${next}; COMMIT`,
      );
    } catch (error) {
      await connection.exec("ROLLBACK").catch(() => {});
      throw error;
    }
    log.info("schema_migrated", { version: next, name: migration.name });
  }
}

function checksum(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}

const applied = rowParser("schema_history", (row) => ({
  version: row.integer("version"),
  checksum: row.text("checksum"),
}));

async function verifyHistory(connection: Connection, migrations: readonly Migration[]): Promise<void> {
  for (const step of (await connection.all("SELECT version, checksum FROM schema_history")).map(applied)) {
    // Of a newer program; `readVersion` has found that this one may go on.
    if (step.version > migrations.length) continue;
    const migration = migrations[step.version - 1];
    if (migration !== undefined && checksum(migration) === step.checksum) continue;
    throw new AppError("store.schema_drift", `migration ${step.version} of the file is not the one of this program`, {
      hint: "Use the program that made this file, or restore a backup.",
      context: { version: step.version },
    });
  }
}
