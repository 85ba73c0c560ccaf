// What is asked for: the command line of `npm run install-service`.

import { parseArgs } from "node:util";
import { AppError, messageOf } from "../../src/base/index.ts";
import type { Role } from "./plan.ts";

export interface InstallSettings {
  readonly action: "install" | "uninstall" | "stage";
  readonly role: Role;
  /** Nothing is asked. */
  readonly yes: boolean;
  /** With `uninstall`: data and users go as well. */
  readonly purge: boolean;
  /** With `stage`: the folder that becomes the program's root. */
  readonly folder: string;
}

export const USAGE = `sudo npm run install-service -- [options]
  installs the box on Debian 13 or newer, or Raspberry Pi OS, or brings a new version of it
  --relay            a relay and no box
  --yes              ask nothing
  --uninstall        take away what was installed; data and Debian's packages stay
  --purge            with --uninstall: delete the data and the users, too
  --stage FOLDER     only put the program into FOLDER/usr (for container images; needs no root)
`;

const OPTIONS = {
  relay: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  uninstall: { type: "boolean", default: false },
  purge: { type: "boolean", default: false },
  stage: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

function usage(message: string): AppError {
  return new AppError("install.usage", message, { hint: "npm run install-service -- --help" });
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: false }).values;
  } catch (cause) {
    throw usage(messageOf(cause));
  }
}

/** Null: help was asked for. Errors: `install.usage`. */
export function readSettings(argv: readonly string[]): InstallSettings | null {
  const { relay, yes, uninstall, purge, stage, help } = parsed(argv);
  if (help) return null;
  if (stage === "") throw usage("--stage needs a folder");
  if (stage !== undefined && (uninstall || relay || purge)) throw usage("--stage goes with no other option");
  if (purge && !uninstall) throw usage("--purge goes with --uninstall");
  if (relay && uninstall) throw usage("--uninstall takes away all of Numberbox; it goes without --relay");
  return {
    action: uninstall ? "uninstall" : stage === undefined ? "install" : "stage",
    role: relay ? "relay" : "box",
    ...{ yes, purge, folder: stage ?? "" },
  };
}
