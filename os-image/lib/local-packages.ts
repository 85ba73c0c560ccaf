// Packages of one's own in `os-image/packages.d`: built in where they are, checked against the sums beside them.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { sha256Of } from "./file-systems.ts";
import type { Architecture } from "./settings.ts";

const SUMS = "SHA256SUMS";

/** The `.deb` files of `folder` for an architecture, sorted. Errors: `image.local_package` for one without its checksum. */
export async function localPackages(folder: string, architecture: Architecture): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".deb")).sort();
  if (names.length === 0) return [];
  const sums = new Map<string, string>();
  const text = await readFile(join(folder, SUMS), "utf8").catch(() => "");
  for (const [, sum = "", name = ""] of text.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)) sums.set(name, sum);
  const files: string[] = [];
  for (const name of names) {
    const file = join(folder, name);
    if (sums.get(name) !== (await sha256Of(file)))
      throw new AppError("image.local_package", `${name} is not the file that ${SUMS} names`, {
        hint: `Write its line with: (cd ${folder} && sha256sum *.deb > ${SUMS})`,
      });
    if (name.endsWith(`_${architecture}.deb`) || name.endsWith("_all.deb")) files.push(file);
  }
  return files;
}
