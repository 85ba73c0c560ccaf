// The last versions of the configuration, one file each: who, when, what, and the text.

import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../base/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import type { SettingsFiles } from "./settings-files.ts";

const version = z.object({
  id: z.int().min(1),
  revision: z.string(),
  at: z.int().min(0),
  by: z.string(),
  summary: z.string(),
  text: z.string(),
});
export type SettingsVersion = z.infer<typeof version>;

const KEPT = 30;
const FOLDER = "settings-history";

export class SettingsHistory {
  readonly #files: SettingsFiles;
  readonly #folder: string;

  constructor(files: SettingsFiles, dataFolder: string) {
    this.#files = files;
    this.#folder = join(dataFolder, FOLDER);
  }

  /** Newest first. One that cannot be read is left out. */
  async versions(): Promise<readonly SettingsVersion[]> {
    const found = await Promise.all((await this.#names()).map((name) => this.#read(name)));
    return found.filter((each) => each !== null).toSorted((a, b) => b.id - a.id);
  }

  /** Errors: `settings.unknown_version`. */
  async version(id: number): Promise<SettingsVersion> {
    const found = (await this.versions()).find((each) => each.id === id);
    if (found !== undefined) return found;
    throw new AppError("settings.unknown_version", "there is no such version of the configuration", {
      hint: `The last ${KEPT} are kept; the history lists them.`,
    });
  }

  /** Adds a version, and lets go of the oldest. */
  async add(entry: Omit<SettingsVersion, "id">): Promise<SettingsVersion> {
    const names = await this.#names();
    const id = Number.parseInt(names.at(-1) ?? "0", 10) + 1;
    const added = { ...entry, id };
    await this.#files.replace(join(this.#folder, `${String(id).padStart(8, "0")}.json`), JSON.stringify(added));
    const old = names.slice(0, Math.max(0, names.length + 1 - KEPT));
    for (const name of old) await this.#files.remove(join(this.#folder, name));
    return added;
  }

  async #names(): Promise<readonly string[]> {
    return (await this.#files.list(this.#folder)).filter((name) => /^\d{8}\.json$/.test(name));
  }

  async #read(name: string): Promise<SettingsVersion | null> {
    try {
      const text = await this.#files.read(join(this.#folder, name));
      return text === null ? null : parseJsonWith(version, text, "settings.bad_version", name);
    } catch {
      return null;
    }
  }
}
