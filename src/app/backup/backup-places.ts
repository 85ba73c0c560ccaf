// The configured places for backups, with their secrets read when they are needed.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import {
  folderDestination,
  type SftpDestinationOptions,
  sftpDestination,
  webdavDestination,
} from "../../backup/index.ts";
import { AppError, type Clock, Secret, systemCodeOf, wrapError } from "../../base/index.ts";
import type { BackupPlace } from "../../config/index.ts";
import type { BackupDestination } from "../../core/index.ts";
import { usbVolumes } from "../../host/index.ts";
import type { Machine } from "../service-deps.ts";

export interface PlaceDeps {
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly machine: Machine;
}

/** A secret's text without the newline that an editor puts at its end. Errors: `backup.no_secret`. */
export async function readSecret(dataFolder: string, file: string): Promise<Secret<string>> {
  const path = isAbsolute(file) ? file : join(dataFolder, file);
  try {
    return new Secret((await readFile(path, "utf8")).replace(/\r?\n$/, ""));
  } catch (cause) {
    throw wrapError(cause, "backup.no_secret", `${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Make the file that the configuration names, for the user of the box alone.",
    });
  }
}

async function stickFolder(place: Extract<BackupPlace, { kind: "usb" }>, { machine }: PlaceDeps): Promise<string> {
  const volumes = await usbVolumes({ ...machine, mounts: "/proc/self/mountinfo" });
  const fitting = volumes.filter(({ label }) => place.label === undefined || label === place.label);
  const [volume, other] = fitting;
  if (volume !== undefined && (other === undefined || place.label !== undefined))
    return join(volume.path, place.folder);
  throw new AppError(
    volume === undefined ? "backup.no_stick" : "backup.several_sticks",
    volume === undefined ? "no USB stick for backups is plugged in and mounted" : "several USB sticks are plugged in",
    {
      retryable: true,
      hint: volume === undefined ? "Plug the stick in." : "Name the stick by its label in the configuration.",
    },
  );
}

async function sftpLogin(
  place: Extract<BackupPlace, { kind: "sftp" }>,
  { dataFolder }: PlaceDeps,
): ReturnType<SftpDestinationOptions["login"]> {
  if (place.password_file !== undefined) return { password: await readSecret(dataFolder, place.password_file) };
  const key = await readSecret(dataFolder, place.key_file ?? "");
  // OpenSSH's form ends with a newline.
  return { privateKey: new Secret(`${key.reveal()}\n`) };
}

export function placeOfBackup(place: BackupPlace, deps: PlaceDeps): BackupDestination {
  const { clock, dataFolder } = deps;
  switch (place.kind) {
    case "folder":
      return folderDestination({
        ...{ id: place.id, place: place.folder, clock, create: false },
        folder: async () => place.folder,
      });
    case "usb":
      return folderDestination({
        ...{ id: place.id, place: `USB ${place.label ?? "stick"}`, clock, create: true },
        folder: () => stickFolder(place, deps),
      });
    case "sftp":
      return sftpDestination({ ...place, hostKey: place.host_key, login: () => sftpLogin(place, deps), clock });
    case "webdav": {
      const { ca_file: ca } = place;
      return webdavDestination({
        ...{ id: place.id, url: place.url, user: place.user, clock },
        password: () => readSecret(dataFolder, place.password_file),
        ca: ca === undefined ? null : async () => (await readSecret(dataFolder, ca)).reveal(),
      });
    }
  }
}
