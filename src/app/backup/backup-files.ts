// Which files a backup takes from the data folder and from where the configuration points: copied aside first, so that what is written is
// what was counted.

import { copyFile, lstat, mkdir, readdir } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { nameProblem } from "../../archive/index.ts";
import { systemCodeOf } from "../../base/index.ts";
import { fileReferences } from "../../config/index.ts";
import { BOX_DATABASE } from "../data-folder.ts";
import { KEYSTORE_FILE } from "../keystore-file.ts";
import { isSwitchName } from "./restore-switch.ts";

/** Where a backup is put together; gone afterwards. */
export const WORK = "backup-work";
/** A backup that was handed in at the console. */
export const HANDED_IN = "backup-handed-in";
/** A backup that is ready to be sent. */
export const READY = "backup-work.nbbackup";
/** Where files of the old machine that lay outside of its data folder are put on the new one. */
export const RESTORED_FILES = "restored-files";

/** A file that goes into a backup. */
export interface TakenFile {
  readonly name: string;
  readonly kind: "data" | "file";
  /** The copy. */
  readonly path: string;
}

export interface TakenFiles {
  readonly files: readonly TakenFile[];
  /** What the configuration names and could not be read, and what is too large. */
  readonly missing: readonly string[];
}

export interface FileSources {
  readonly folder: string;
  /** Empty where there is no configuration. */
  readonly configText: string;
  /** Path of the configuration's file, if it has one. */
  readonly configFile: string | null;
  /** Paths that stay out: what unlocks the keystore, and folders that hold backups. */
  readonly excluded: readonly string[];
  readonly work: string;
}

const MAX_FILE = 64 * 1024 ** 2;
const MAX_FILES = 15_000;

/** What others make of it again, or what tells of a moment that is over. */
const LEFT_OUT =
  /^(?:node_modules|access\.json|\.npm|\.cache|cache|caches|logs?|lost\+found|\.sessions\.json)$|\.(?:log|tmp|partial|new|sock|pid|backup)$/;

/** Names at the top of a data folder that a backup handles by itself, or that belong to the running box. */
export function isOwnName(name: string): boolean {
  return (
    isSwitchName(name) ||
    [
      KEYSTORE_FILE,
      `${KEYSTORE_FILE}.new`,
      "config.yaml",
      "unlock.key",
      "last-good.yaml",
      "last-good.source",
      "local-access.json",
      // Of this one machine: another has its own.
      "access-point",
      "wifi-country",
      WORK,
      HANDED_IN,
      READY,
    ].includes(name) ||
    name === BOX_DATABASE ||
    name.startsWith(`${BOX_DATABASE}-`)
  );
}

class Taker {
  readonly #sources: FileSources;
  readonly #excluded: ReadonlySet<string>;
  readonly #taken = new Map<string, TakenFile>();
  readonly #missing: string[] = [];

  constructor(sources: FileSources) {
    this.#sources = sources;
    this.#excluded = new Set(
      [...sources.excluded, ...(sources.configFile === null ? [] : [sources.configFile])].map((path) => resolve(path)),
    );
  }

  get result(): TakenFiles {
    return { files: [...this.#taken.values()], missing: this.#missing };
  }

  /** One file under the name that it has in the archive. */
  async take(path: string, name: string, kind: TakenFile["kind"]): Promise<void> {
    const told = relative(this.#sources.folder, path);
    if (this.#excluded.has(resolve(path)) || this.#taken.has(name)) return;
    const copy = join(this.#sources.work, name);
    try {
      const found = await lstat(path);
      if (kind === "data" && !found.isFile()) return;
      if (found.size > MAX_FILE || this.#taken.size >= MAX_FILES || nameProblem(name) !== null) {
        this.#missing.push(told);
        return;
      }
      await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
      await copyFile(path, copy);
      this.#taken.set(name, { name, kind, path: copy });
    } catch (error) {
      // A file of the folder that has just gone is no loss; one that the configuration names is.
      if (kind === "file" || systemCodeOf(error) !== "ENOENT") this.#missing.push(told);
    }
  }

  /** A folder with what is below it; links, sockets and devices stay out. */
  async takeFolder(path: string, below: string): Promise<void> {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const at = join(path, entry.name);
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (LEFT_OUT.test(entry.name) || (below === "" && isOwnName(entry.name)) || this.#excluded.has(resolve(at)))
        continue;
      if (entry.isDirectory()) await this.takeFolder(at, name);
      else if (entry.isFile()) await this.take(at, `data/${name}`, "data");
    }
  }
}

/** Where a reference of the configuration points: `inside` has the name below the data folder. */
export function placeOf(folder: string, file: string): { readonly path: string; readonly inside: string | null } {
  const path = isAbsolute(file) ? resolve(file) : resolve(folder, file);
  const below = relative(folder, path);
  const inside = below === "" || below.startsWith("..") || isAbsolute(below) ? null : below.split("\\").join("/");
  return { path, inside };
}

/** The name in the archive of the `at`-th reference, for a file outside of the data folder. */
export function outsideName(at: number, path: string): string {
  const base = (path.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9._-]/g, "_").replace(/^\.+/, "_");
  return `files/${at}/${base.slice(0, 100).replace(/\.+$/, "") || "file"}`;
}

/** Copies everything into `work`. What cannot be read is told, and stops nothing. */
export async function takeFiles(sources: FileSources): Promise<TakenFiles> {
  const taker = new Taker(sources);
  await taker.takeFolder(sources.folder, "");
  for (const [at, { file }] of fileReferences(sources.configText).entries()) {
    const { path, inside } = placeOf(sources.folder, file);
    if (inside === null) await taker.take(path, outsideName(at, path), "file");
    else await taker.take(path, `data/${inside}`, "data");
  }
  return taker.result;
}
