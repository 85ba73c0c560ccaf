// The version of a system, in both places that say it: the program's own manifest, which the box reads and compares with what a bundle
// brings, and RAUC's settings, which refuse older bundles. Both come with the program, so that another version needs no other appliance.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { APP } from "./app-tree.ts";
import { readManifest } from "./release-version.ts";

/** Of the root. The overlay holds none: a second member of this name would leave to chance which of the two counts. */
export const RAUC_SETTINGS = "etc/rauc/system.conf";

export interface VersionFiles {
  readonly version: string;
  readonly compatible: string;
  /** RAUC's settings with `@COMPATIBLE@` and `@VERSION@`. */
  readonly template: string;
}

/** Writes the version into a staged root that has the program in it. */
export async function stageVersion(stage: string, { version, compatible, template }: VersionFiles): Promise<void> {
  const file = join(stage, APP, "package.json");
  await writeFile(file, `${JSON.stringify({ ...(await readManifest(file)), version }, null, 2)}\n`);
  const settings = join(stage, RAUC_SETTINGS);
  await mkdir(dirname(settings), { recursive: true });
  await writeFile(settings, template.replaceAll("@COMPATIBLE@", compatible).replaceAll("@VERSION@", version));
}
