// Where a renter's commands keep what they know.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { CliIo } from "../cli-io.ts";

export function stateRoot(io: CliIo, option: string | undefined): string {
  if (option !== undefined) return resolve(option);
  const base = io.env.XDG_STATE_HOME || join(io.env.HOME || homedir(), ".local", "state");
  return join(base, "numberbox", "renter");
}
