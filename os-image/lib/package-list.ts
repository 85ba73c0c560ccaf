// The lists of packages in `os-image/packages`: one name a line, `#` begins a comment, `[amd64]` behind a name limits it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import type { Architecture } from "./settings.ts";

/** What the packages of a list are for. */
export const USES = {
  /** Installed in the system. */
  system: ["system", "network", "box"],
  /** Taken apart by the builder only. */
  extract: ["extract"],
  /** Installed in the root in which npm's native modules are built. */
  native: ["native"],
  /** Installed in the root in which the kernel's module is built. */
  module: ["module"],
} as const;

export type PackageUse = keyof typeof USES;

/** Names of a list for `architecture`, in order. Errors: `image.package_list` for a line that is none. */
export function parsePackageList(text: string, architecture: Architecture, file: string): string[] {
  return text.split("\n").flatMap((line, at) => {
    const content = line.replace(/#.*$/, "").trim();
    if (content === "") return [];
    const found = /^([a-z0-9][a-z0-9.+-]+)(?:\s+\[(amd64|arm64)\])?$/.exec(content);
    if (found === null) throw new AppError("image.package_list", `${file}:${at + 1}: not a package: ${content}`);
    return found[2] === undefined || found[2] === architecture ? [found[1] ?? ""] : [];
  });
}

/** All names that `folder` lists for a use. */
export async function readPackageLists(folder: string, use: PackageUse, architecture: Architecture): Promise<string[]> {
  const names: string[] = [];
  for (const list of USES[use]) {
    const file = join(folder, `${list}.txt`);
    names.push(...parsePackageList(await readFile(file, "utf8"), architecture, file));
  }
  return names;
}
