// The machine's log that outlives a power cut, as the image's service keeps it (systemd/libexec/keep-log).

import { join } from "node:path";
import { maskMachineLine } from "../core/index.ts";
import { readIfThere } from "./data-folder.ts";

/** Readable by the box's user. */
export const MACHINE_LOG_FOLDER = "/var/lib/numberbox-log";
const NEWEST = 400;

/** The newest lines, oldest first, masked; null on a machine that keeps none. Errors: those of reading. */
export async function readMachineLog(folder = MACHINE_LOG_FOLDER): Promise<readonly string[] | null> {
  const files = ["system.log.1", "system.log"].map((name) => readIfThere(join(folder, name)));
  const texts = (await Promise.all(files)).filter((text) => text !== null);
  if (texts.length === 0) return null;
  const lines = texts.flatMap((text) => text.split("\n")).filter((line) => line !== "");
  return lines.slice(-NEWEST).map(maskMachineLine);
}
