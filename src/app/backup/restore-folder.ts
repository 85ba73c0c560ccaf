// `numberbox restore`: a backup into the data folder of a box that does not run.

import { readdir, rmdir, stat } from "node:fs/promises";
import { AppError, type UnixMs } from "../../base/index.ts";
import { openDataFolder } from "../data-folder.ts";
import { type StagedRestore, type StageRestore, stageRestore } from "./restore-box.ts";
import { isSwitchName, type OnStep, switchTo } from "./restore-switch.ts";

export interface RestoreFolder extends StageRestore {
  /** Take the place of a box that is there; its files are kept in a folder beside. */
  readonly replace: boolean;
  readonly onStep?: OnStep;
}

export interface RestoredBox extends StagedRestore {
  /** Folder in the data folder with what was there before; null where nothing was. */
  readonly aside: string | null;
}

/** `20260714T101500Z-123`: when, and apart from another one within the second. */
export function stampOf(now: UnixMs): string {
  const text = new Date(now).toISOString();
  return `${text.slice(0, 19).replaceAll(/[-:]/g, "")}Z-${text.slice(20, 23)}`;
}

async function isOccupied(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => !isSwitchName(name));
}

/**
 * Restores. Whatever goes wrong, the folder is as it was or holds the whole restored box. Errors: `restore.not_empty`,
 * `app.folder_in_use`, those of `stageRestore` and `switchTo`.
 */
export async function restoreFolder(options: RestoreFolder): Promise<RestoredBox> {
  const { folder, replace, clock, onStep } = options;
  const isNew = (await stat(folder).catch(() => null)) === null;
  const held = await openDataFolder(folder);
  try {
    const occupied = await isOccupied(folder);
    if (occupied && !replace) {
      throw new AppError("restore.not_empty", `${folder} holds a box or other files already`, {
        hint: "Name an empty folder by --data, or add --replace: what is there is then kept in a folder beside the new files.",
      });
    }
    const staged = await stageRestore(options);
    const aside = await switchTo(folder, stampOf(clock.now()), onStep);
    return { ...staged, aside: occupied ? aside : null };
  } finally {
    await held.release();
    // Gone only if it is empty: of a restore that failed nothing stays.
    if (isNew) await rmdir(folder).catch(() => {});
  }
}
