// Steps whose result is kept: a file named by what went into it.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** Of each kind the newest results stay. */
const KEPT = 3;

/** A short name for everything that decides a result. */
export function keyOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(String(part.length)).update(":").update(part);
  return hash.digest("hex").slice(0, 24);
}

/** All files below `folder` with their modes, as parts of a key. Links count by their own name only. */
export async function treeParts(folder: string): Promise<(string | Uint8Array)[]> {
  const parts: (string | Uint8Array)[] = [];
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const { mode } = await stat(file);
    parts.push(`${file.slice(folder.length)} ${(mode & 0o111) !== 0}`, await readFile(file));
  }
  return parts;
}

async function prune(folder: string, kind: string, keep: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${kind}-`) && !name.endsWith(".log"));
  const aged = await Promise.all(names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.sort((a, b) => b.time - a.time).slice(KEPT);
  for (const { name } of old) if (name !== keep) await rm(join(folder, name), { recursive: true, force: true });
}

/**
 * The path of a kept result, made by `make` unless it is there. `make` gets a path that does not exist, and must bring it about whole or
 * throw.
 */
export async function kept(
  folder: string,
  kind: string,
  key: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${kind}-${key}`);
  const here = await stat(path).catch(() => null);
  if (here === null) await make(path);
  const now = new Date();
  await utimes(path, now, now);
  await prune(folder, kind, `${kind}-${key}`);
  return path;
}
