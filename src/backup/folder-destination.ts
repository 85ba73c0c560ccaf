// Backups in a folder: on another disk, on a mounted share, or on a USB stick, which is looked for each time.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, type Clock, isAppError, stoppedError, systemCodeOf } from "../base/index.ts";
import { type BackupDestination, readBackupName } from "../core/index.ts";
import { failed, flowing, placeFull, refused } from "./backup-errors.ts";

export interface FolderDestinationOptions {
  readonly id: string;
  readonly place: string;
  readonly clock: Clock;
  /** Where it is now. Rejects with a coded error where it is not there. */
  readonly folder: () => Promise<string>;
  /** Make the folder if it is missing. A mount point that is empty because nothing is mounted must not be filled. */
  readonly create: boolean;
}

function whatFailed(place: string, cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  const code = systemCodeOf(cause) ?? "";
  if (code === "ABORT_ERR") return stoppedError("the backup");
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return placeFull(place, cause);
  if (["EACCES", "EPERM", "EROFS"].includes(code)) return refused(place, cause);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new AppError("backup.no_folder", `${place} is not there`, {
      retryable: true,
      hint: "Plug the disk in or mount the share, or correct the folder.",
      cause,
    });
  }
  return failed(place, cause);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  // A file system such as FAT over FUSE has no sync of folders.
  await handle
    .sync()
    .catch(() => {})
    .finally(() => handle.close());
}

/** Errors of its methods: `backup.no_folder`, `backup.place_full`, `backup.refused`, `backup.place_failed`, `base.stopped`. */
export function folderDestination(options: FolderDestinationOptions): BackupDestination {
  const { id, place, clock, create } = options;
  const within = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
    try {
      const folder = await options.folder();
      if (create) await mkdir(folder, { recursive: true, mode: 0o700 });
      return await work(folder);
    } catch (cause) {
      throw whatFailed(place, cause);
    }
  };
  return {
    id,
    place,
    put: async ({ name, content }, signal) =>
      await within(async (folder) => {
        const partial = join(folder, `.${name}.partial`);
        try {
          const source = flowing(content(), { clock, signal, what: `the backup to ${place}` });
          await pipeline(source, createWriteStream(partial, { mode: 0o600, flush: true }), { signal });
          await rename(partial, join(folder, name));
        } catch (error) {
          await rm(partial, { force: true }).catch(() => {});
          throw error;
        }
        // FAT gives the new name a length of 0 until the file itself is synced again: a stick is pulled out without a word.
        await sync(join(folder, name));
        await sync(folder);
      }),
    list: async () =>
      await within(async (folder) => {
        const names = (await readdir(folder)).filter((name) => readBackupName(name) !== null);
        return await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })));
      }),
    read: async function* (name, signal) {
      const folder = await within(async (found) => found);
      try {
        yield* flowing(createReadStream(join(folder, name)), { clock, signal, what: `reading ${place}` });
      } catch (cause) {
        throw whatFailed(place, cause);
      }
    },
    remove: async (name) => await within(async (folder) => await rm(join(folder, name), { force: true })),
  };
}
