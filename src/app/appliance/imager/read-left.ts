// The files that Raspberry Pi Imager left on the boot partition, read and judged: one that cannot be read costs nothing of another.

import { access } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError, isAppError } from "../../../base/index.ts";
import { readIfThere } from "../../data-folder.ts";
import { NETWORK_CONFIG_PLACES, readNetworkConfig, readUserData, USER_DATA_PLACES } from "./cloud-init.ts";
import { CUSTOM_TOML_PLACES, readCustomToml } from "./custom-toml.ts";
import {
  type Customisation,
  isZoneName,
  judgeCustomisation,
  type MachineNames,
  type Places,
  type RawCustomisation,
} from "./customisation.ts";
import { FIRST_RUN_PLACES, readFirstRun } from "./firstrun.ts";
import { remedyOf } from "./remedies.ts";

export interface Left {
  /** Files that were understood; some of their values may be faulty. */
  readonly files: readonly string[];
  /** Files that cannot be read, or not in whole: they are kept for who corrects them. */
  readonly faulty: readonly string[];
  readonly customisation: Customisation;
  readonly problems: readonly AppError[];
}

interface Form {
  readonly file: string;
  readonly read: (text: string) => RawCustomisation;
  readonly places: Places;
}

/** In characters; larger than any of these ever is: what is longer is something else. */
const LONGEST = 64 * 1024;
/** In the order in which they are believed: the first form that is there counts. */
const FORMS: readonly (readonly Form[])[] = [
  [
    { file: "user-data", read: readUserData, places: USER_DATA_PLACES },
    { file: "network-config", read: readNetworkConfig, places: NETWORK_CONFIG_PLACES },
  ],
  [
    { file: "custom.toml", read: readCustomToml, places: CUSTOM_TOML_PLACES },
    // As Windows names it for who does not see endings.
    { file: "custom.toml.txt", read: readCustomToml, places: CUSTOM_TOML_PLACES },
  ],
  [{ file: "firstrun.sh", read: readFirstRun, places: FIRST_RUN_PLACES }],
];

/** Errors: `firstboot.bad_file`. */
function rawOf({ file, read }: Form, text: string): RawCustomisation {
  if (text.length <= LONGEST) return read(text);
  throw new AppError("firstboot.bad_file", `${file} is too long for what Raspberry Pi Imager writes`);
}

const withHint = ({ code, message, cause }: AppError): AppError =>
  new AppError(code, message, { hint: remedyOf("file"), cause });

export interface MachineFolders {
  /** As passwd(5). */
  readonly passwd: string;
  /** Of time zones. */
  readonly zones: string;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** A machine that does not tell its users or zones has any. */
async function namesOf({ passwd, zones }: MachineFolders, zone: unknown): Promise<MachineNames> {
  const lines = ((await readIfThere(passwd)) ?? "").split("\n");
  const isKnown = !isZoneName(zone) || !(await isThere(zones)) || (await isThere(join(zones, zone)));
  return { users: new Set(lines.map((line) => line.split(":", 1)[0] ?? "")), hasZone: () => isKnown };
}

/** Null where none is there. Errors: those of reading. */
export async function readLeft(boot: string, machine: MachineFolders): Promise<Left | null> {
  for (const form of FORMS) {
    const raw: RawCustomisation = {};
    let places: Places = {};
    const [files, faulty, unreadable]: [string[], string[], AppError[]] = [[], [], []];
    for (const each of form) {
      const text = await readIfThere(join(boot, each.file));
      if (text === null) continue;
      try {
        const found = rawOf(each, text);
        const leftOut = [...(raw.leftOut ?? []), ...(found.leftOut ?? [])];
        Object.assign(raw, Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)), {
          leftOut,
        });
        places = { ...places, ...each.places };
        (found.unread?.length ? faulty : files).push(each.file);
      } catch (error) {
        if (!isAppError(error)) throw error;
        faulty.push(each.file);
        unreadable.push(withHint(error));
      }
    }
    if (files.length + faulty.length === 0) continue;
    const { customisation, problems } = judgeCustomisation(raw, places, await namesOf(machine, raw.timeZone));
    return { files, faulty, customisation, problems: [...unreadable, ...problems] };
  }
  return null;
}

const record = z.looseObject({ userName: z.string().regex(/^[a-z][a-z0-9_-]{0,30}$/) });

/** The user that an earlier start has made of what was chosen then; null without one. */
export async function ownerOf(state: string): Promise<string | null> {
  const text = await readIfThere(join(state, "userdb/1000.user"));
  if (text === null) return null;
  try {
    return record.safeParse(JSON.parse(text)).data?.userName ?? null;
  } catch {
    return null;
  }
}
