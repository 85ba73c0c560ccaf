// Backups on USB sticks that are mounted: where the box would put one, and where somebody puts a file by hand.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import { usbVolumes } from "../../host/index.ts";
import type { Machine } from "../service-deps.ts";
import { BACKUP_SUFFIX } from "./make-backup.ts";

export interface StickBackup {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The stick's label. */
  readonly stick: string;
  readonly path: string;
}

/** Where the box puts them when nothing else is said. */
const USUAL = "numberbox";
const MOST = 100;

async function backupsIn(folder: string, stick: string): Promise<readonly StickBackup[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith(BACKUP_SUFFIX) && !name.startsWith("."))
      .map(async (name): Promise<StickBackup | null> => {
        const path = join(folder, name);
        const file = await lstat(path).catch(() => null);
        if (file?.isFile() !== true) return null;
        const id = createHash("sha256").update(path).digest("hex").slice(0, 16);
        return { id, name, size: file.size, stick, path };
      }),
  );
  return found.filter((each) => each !== null);
}

/** In a stick's own folder and in those of backups; the newest first, by the time in their names. */
export async function stickBackups(
  machine: Machine,
  destinations: BoxConfig["backup"]["destinations"],
): Promise<readonly StickBackup[]> {
  const { sys, dev, proc = "/proc" } = machine;
  const volumes = await usbVolumes({ sys, dev, mounts: join(proc, "self", "mountinfo") });
  const own = destinations.flatMap((place) => (place.kind === "usb" ? [place.folder] : []));
  const folders = [...new Set(["", USUAL, ...own])];
  const found = await Promise.all(
    volumes.flatMap(({ path, label }) => folders.map((folder) => backupsIn(join(path, folder), label ?? "USB"))),
  );
  const time = ({ name }: StickBackup): string => /\d{8}-\d{6}/.exec(name)?.[0] ?? "";
  return found
    .flat()
    .toSorted((a, b) => time(b).localeCompare(time(a)))
    .slice(0, MOST);
}

/** The content of one that is there now. Errors: `backup.stick_gone`. */
export function contentOf(found: readonly StickBackup[], id: string): AsyncIterable<Uint8Array> {
  const backup = found.find((each) => each.id === id);
  if (backup === undefined) {
    throw new AppError("backup.stick_gone", "the stick or the file on it is gone", {
      hint: "Plug it in again and choose the backup from the list.",
    });
  }
  return createReadStream(backup.path);
}
