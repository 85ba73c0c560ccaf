// The files that settings are kept in: the configuration, its earlier versions, secrets. Each is replaced whole or not at all.

import { mkdir, readdir, realpath, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { readIfThere, replaceFile } from "./data-folder.ts";

/** Paths are absolute. */
export interface SettingsFiles {
  /** Null if there is none. Errors: `app.unreadable`. */
  read(file: string): Promise<string | null>;
  /** Mode 0600, in a folder that is made if it is missing (mode 0700). Errors: `store.full`, `app.cannot_write`. */
  replace(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Names of what is in a folder, sorted; none where there is no folder. */
  list(folder: string): Promise<readonly string[]>;
  /** When it was written, Unix ms. */
  writtenAt(file: string): Promise<number>;
}

export const diskFiles: SettingsFiles = {
  read: readIfThere,
  replace: async (file, text) => {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // A link stays one, and what it names is replaced.
    await replaceFile(await realpath(file).catch(() => file), text);
  },
  remove: (file) => rm(file, { force: true }),
  list: async (folder) => (await readdir(folder).catch(() => [])).sort(),
  writtenAt: async (file) => Math.floor((await stat(file)).mtimeMs),
};
