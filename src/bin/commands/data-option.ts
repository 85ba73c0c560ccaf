// Where commands find the data folder and the configuration.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { systemCodeOf, wrapError } from "../../base/index.ts";
import type { CliIo } from "../cli-io.ts";

export const DEFAULT_DATA = "/var/lib/numberbox";
/** The box's configuration in its data folder. */
export const DEFAULT_CONFIG = "box.yaml";

export async function readConfigText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw wrapError(cause, "config.unreadable", `${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name the configuration file by --config.",
    });
  }
}

export function dataFolder(io: CliIo, option: string | undefined): string {
  return resolve(option ?? io.env.NUMBERBOX_DATA ?? DEFAULT_DATA);
}
