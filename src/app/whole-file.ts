// Files that are written whole or not at all, and read if they are there.

import { open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, systemCodeOf, wrapError } from "../base/index.ts";

/** Makes the names in a folder safe from a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Writes a whole file or nothing: a new file, synced, then renamed over the old one. Mode 0600.
 * Errors: `store.full` (retryable), `app.cannot_write`.
 */
export async function replaceFile(file: string, text: string | Uint8Array): Promise<void> {
  try {
    await writeAndRename(file, text);
  } catch (cause) {
    throw cannotWrite(cause, file);
  }
}

/** What went wrong when a file was written: a full disk, or no permission. */
export function cannotWrite(cause: unknown, file: string): AppError {
  const system = systemCodeOf(cause) ?? "?";
  if (system === "ENOSPC" || system === "EDQUOT") {
    return new AppError("store.full", `${file} cannot be written: the disk is full`, {
      hint: "Free space on the disk that holds the data folder, then start again.",
      retryable: true,
      cause,
    });
  }
  return new AppError("app.cannot_write", `${file} cannot be written (${system})`, {
    hint: "Check the owner and mode of the folder, and whether its disk is read-only.",
    cause,
  });
}

async function writeAndRename(file: string, text: string | Uint8Array): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, text, { mode: 0o600, flush: true });
  await rename(fresh, file);
  await syncFolder(dirname(file));
}

/** The file's text, or null if there is none. */
export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const system = systemCodeOf(cause);
    if (system === "ENOENT" || system === "ENOTDIR") return null;
    throw wrapError(cause, "app.unreadable", `${file} cannot be read (${system ?? "?"})`, {
      hint: "Check the file's owner and mode.",
    });
  }
}
