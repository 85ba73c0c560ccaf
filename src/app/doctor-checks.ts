// What the doctor looks at of the machine the box is on: its folder, keys and database.

import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type Clock, type Logger, systemCodeOf, wrapError } from "../base/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../core/index.ts";
import { type FileBoxStore, openBoxStore } from "../store/index.ts";
import { BOX_DATABASE, openDataFolder, readIfThere } from "./data-folder.ts";
import { currentIdentity, KEYSTORE_FILE, type KeystoreDeps, openOrCreateKeystore } from "./keystore-file.ts";
import type { Parts } from "./parts.ts";

/** With less, the next large commit may fail. */
const LEAST_FREE = 256 * 1024 * 1024;

async function spaceFinding(folder: string): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const megabytes = Math.floor(free / 1024 / 1024);
  if (free >= LEAST_FREE) return good("store.space", `${megabytes} MiB are free`);
  const low = new AppError("store.low_space", `only ${megabytes} MiB are free`, { hint: "Make room on this disk." });
  return bad("warn", low.toJSON());
}

async function modeFinding(folder: string): Promise<DoctorFinding[]> {
  const found = await stat(join(folder, KEYSTORE_FILE)).catch(() => null);
  if (found === null || (found.mode & 0o077) === 0) return [];
  const open = new AppError("keystore.open_mode", "other users of this machine can read the keystore's file", {
    hint: `Run chmod 600 on ${KEYSTORE_FILE} in the data folder.`,
  });
  return [bad("warn", open.toJSON())];
}

/** Of a box that runs and holds its folder. */
export function folderCheck(folder: string): DoctorCheck {
  return {
    name: "data folder",
    run: async () => [
      good("app.folder", "it is this box's own"),
      await spaceFinding(folder),
      ...(await modeFinding(folder)),
    ],
  };
}

/** Takes the folder for the checks to come, so that no box starts under them. Makes none. */
export function stoppedFolderCheck(folder: string, parts: Parts): DoctorCheck {
  return {
    name: "data folder",
    run: async () => {
      await stat(folder).catch((cause) => {
        throw wrapError(cause, "app.no_folder", `there is no data folder ${folder} (${systemCodeOf(cause) ?? "?"})`, {
          hint: "Name the box's folder by --data or NUMBERBOX_DATA; `numberbox start` makes it.",
        });
      });
      const held = await openDataFolder(folder);
      parts.started("data folder", () => held.release());
      return [good("app.folder", "no box uses it"), await spaceFinding(folder), ...(await modeFinding(folder))];
    },
  };
}

/** Opens the keys as the box does at its start; makes none. */
export function keystoreCheck(deps: KeystoreDeps): DoctorCheck {
  return {
    name: "keys",
    run: async () => {
      if ((await readIfThere(join(deps.folder, KEYSTORE_FILE))) === null) {
        const none = new AppError("keystore.none", "there are no keys yet", { hint: "Start the box once." });
        return [bad("warn", none.toJSON())];
      }
      const { name } = currentIdentity(await openOrCreateKeystore(deps, "provider"));
      return [good("keystore.open", `they open; the identity is ${name}`)];
    },
  };
}

export function storeCheck(store: Pick<FileBoxStore, "checkIntegrity" | "probe">): DoctorCheck {
  return {
    name: "database",
    run: async () => {
      await store.checkIntegrity();
      await store.probe();
      return [good("store.sound", "it is whole, and can be written")];
    },
  };
}

/** Opens the database as the box does at its start, which brings its schema up to date; makes none. */
export function stoppedStoreCheck(deps: {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}): DoctorCheck {
  const file = join(deps.folder, BOX_DATABASE);
  return {
    name: "database",
    run: async () => {
      if ((await stat(file).catch(() => null)) === null) {
        const none = new AppError("store.none", "there is no database yet", { hint: "Start the box once." });
        return [bad("warn", none.toJSON())];
      }
      const store = await openBoxStore({ ...deps, file });
      try {
        return await storeCheck(store).run();
      } finally {
        await store.close();
      }
    },
  };
}
