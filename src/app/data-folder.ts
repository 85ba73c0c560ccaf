// The box's data folder: made private, and held by one process at a time.

import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError, isAppError, systemCodeOf, wrapError } from "../base/index.ts";
import { finishRestore } from "./backup/restore-switch.ts";
import { cannotWrite, syncFolder } from "./whole-file.ts";

export { readIfThere, replaceFile } from "./whole-file.ts";

export interface DataFolder {
  readonly path: string;
  /** Gives the folder free. Idempotent. */
  release(): Promise<void>;
}

/** The box's database in its data folder. */
export const BOX_DATABASE = "box.db";
/** Of the last configuration that a box has started with. */
export const LAST_GOOD = "last-good.yaml";
const LOCK = "box.lock";

/** The start time of a process (field 22 of /proc/PID/stat), which tells a reused process id from the old one. */
async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    // No such process.
    return null;
  }
}

/** The living process that the lock names, null if there is none. */
async function holderOf(file: string): Promise<number | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [, pid = "", started = ""] = /^(\d{1,10}) (\d+)\n$/.exec(text) ?? [];
  return pid !== "" && (await startTimeOf(Number(pid))) === started ? Number(pid) : null;
}

function inUse(path: string, holder: number | null): AppError {
  const who = holder === null ? "" : ` (process ${holder})`;
  return new AppError("app.folder_in_use", `another Numberbox${who} uses ${path}`, {
    hint: "Stop the other one first, or give this one another folder by --data.",
    context: { holder },
  });
}

async function takeLock(path: string): Promise<void> {
  const file = join(path, LOCK);
  // Written beside it first, so that no time passes between the look and the taking.
  const fresh = `${file}.${process.pid}`;
  const mine = `${process.pid} ${(await startTimeOf(process.pid)) ?? "0"}\n`;
  try {
    await writeFile(fresh, mine, { mode: 0o600 });
    const holder = await holderOf(file);
    if (holder !== null) throw inUse(path, holder);
    await rename(fresh, file);
    // Of two that found the folder free at the same moment, the one whose lock stayed has it.
    if ((await readFile(file, "utf8")) !== mine) throw inUse(path, await holderOf(file));
  } catch (cause) {
    throw isAppError(cause) ? cause : cannotWrite(cause, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Gives the lock back, once: later it may be somebody else's. */
function releaser(path: string): () => Promise<void> {
  let released: Promise<void> | null = null;
  return () => {
    released ??= rm(join(path, LOCK), { force: true });
    return released;
  };
}

/** A new folder's name is safe from a power cut when the folder above it was synced: that of each folder from `first` down to `last`. */
async function keepNames(first: string, last: string): Promise<void> {
  const { length } = resolve(first);
  for (let made = resolve(last); made.length >= length; made = dirname(made)) await syncFolder(dirname(made));
}

/**
 * Makes the folder (mode 0700) and takes it. A folder that exists keeps its mode: it may be one that others use too, and the files
 * in it are private by themselves. A restore that was decided and cut short is finished. Errors: `app.folder_in_use`, `app.no_folder`,
 * those of `replaceFile` and `finishRestore`.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) {
      // The mode above is cut by the umask, which may be odd.
      await chmod(path, 0o700);
      await keepNames(made, path);
    }
  } catch (cause) {
    throw wrapError(cause, "app.no_folder", `the data folder ${path} cannot be made (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Choose a folder that this user may write, by --data or NUMBERBOX_DATA.",
    });
  }
  await takeLock(path);
  const release = releaser(path);
  try {
    await finishRestore(path);
  } catch (error) {
    await release();
    throw error;
  }
  return { path, release };
}
