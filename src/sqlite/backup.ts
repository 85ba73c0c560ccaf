// A consistent copy of a live database, and the full integrity check: both on a connection of their own.

import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, type Millis, systemCodeOf, wrapError } from "../base/index.ts";
import { type Connection, openConnection } from "./connection.ts";
import { corruptError } from "./errors.ts";
import { readVersion, type Schema } from "./migrate.ts";

/** Runs `work` on a connection that is closed afterwards. */
export async function withConnection<T>(
  file: string,
  busyTimeout: Millis,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection({ file, create: false, busyTimeout });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/**
 * Writes a compact copy as of now; writers go on meanwhile. The target's name appears at once (empty, mode 0600) and is replaced
 * by the whole, flushed copy at the end, so that a half-written backup never carries it. Errors: `store.exists`, `store.full`, `store.no_folder`.
 */
export async function backupTo(connection: Connection, target: string): Promise<void> {
  await reserve(target);
  const partial = `${target}.partial`;
  try {
    await rm(partial, { force: true });
    await reserve(partial);
    await connection.all("VACUUM INTO ?", [partial]);
    // VACUUM INTO does not flush its output.
    await flush(partial);
    await rename(partial, target);
    await flush(dirname(target));
  } catch (error) {
    await rm(partial, { force: true });
    await rm(target, { force: true });
    throw wrapError(error, "store.io", `the backup ${target} could not be written`, { retryable: true });
  }
}

/**
 * A copy as `backupTo` makes it, of a file that another process may have open. Nothing of the file is migrated. Returns its schema version.
 * Errors: `store.cannot_open`, `store.foreign_file`, `store.newer_schema`, those of `backupTo`.
 */
export async function snapshotSqlite(
  options: { readonly file: string; readonly busyTimeout: Millis; readonly target: string } & Schema,
): Promise<number> {
  const { file, busyTimeout, target } = options;
  return await withConnection(file, busyTimeout, async (connection) => {
    const version = await readVersion(connection, options, file);
    await backupTo(connection, target);
    return version;
  });
}

/** `quick` skips the comparison of indexes with tables. Errors: `store.corrupt` with the first finding. */
export async function checkPages(connection: Connection, file: string, depth: "quick" | "full"): Promise<void> {
  const finding = await connection.value(depth === "full" ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (finding !== "ok") throw corruptError(file, String(finding));
  if (depth === "quick") return;
  const dangling = await connection.value("SELECT count(*) FROM pragma_foreign_key_check");
  if (dangling !== 0) throw corruptError(file, `${String(dangling)} rows refer to rows that do not exist`);
}

async function reserve(file: string): Promise<void> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.close();
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") {
      throw new AppError("store.exists", `${file} exists already`, { hint: "Choose another name.", context: { file } });
    }
    throw folderError(error, file);
  }
}

/** What went wrong when a file was created: a missing folder, or no permission. */
export function folderError(error: unknown, file: string): AppError {
  if (systemCodeOf(error) === "ENOENT") {
    return new AppError("store.no_folder", `the folder of ${file} does not exist`, {
      hint: "Create the folder, or correct the path in the configuration.",
      context: { file },
    });
  }
  return wrapError(error, "store.cannot_open", `${file} cannot be created`, {
    hint: "Check that this user may write into the folder.",
    context: { file, system: systemCodeOf(error) ?? null },
  });
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
