// Writes Asterisk's configuration: each file whole or not at all, and only if it changed.

import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, systemCodeOf } from "../../base/index.ts";
import type { ConfigurationFile } from "./configuration.ts";

const OWNER_ONLY = 0o600;
const READABLE = 0o640;

/**
 * Names of the files that changed: with none Asterisk need not be told. Errors: `voice.cannot_write`.
 */
export async function writeConfiguration(
  folder: string,
  files: readonly ConfigurationFile[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: 0o750 });
    for (const file of files) if (await replace(folder, file)) changed.push(file.name);
  } catch (cause) {
    throw new AppError("voice.cannot_write", `Asterisk's configuration cannot be written (${systemCodeOf(cause)})`, {
      hint: "Check the owner and mode of the folder, and whether its disk is full.",
      cause,
    });
  }
  return changed;
}

async function replace(folder: string, { name, text, secret }: ConfigurationFile): Promise<boolean> {
  const path = join(folder, name);
  const mode = secret ? OWNER_ONLY : READABLE;
  const before = await readFile(path, "utf8").catch(() => null);
  if (before === text) {
    await chmod(path, mode);
    return false;
  }
  const fresh = `${path}.new`;
  await writeFile(fresh, text, { mode, flush: true });
  // A file that was left behind keeps the mode it had.
  await chmod(fresh, mode);
  await rename(fresh, path);
  return true;
}
