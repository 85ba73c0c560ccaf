// Debian's packages that are only taken apart: what starts the machine comes from them, and dpkg in the image knows nothing of it.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { command } from "./command.ts";
import { debFile } from "./deb-cache.ts";
import type { LockedPackage, PackageLock } from "./package-lock.ts";

/** Their folder of documents is a link into a package that is not here. Texts of these licences are Debian's common ones. */
const LICENCES_ELSEWHERE: ReadonlyMap<string, string> = new Map([["grub-efi-amd64-unsigned", "GPL-3+"]]);

export const extractedPackages = ({ packages }: PackageLock): readonly LockedPackage[] =>
  packages.filter(({ uses }) => uses.includes("extract"));

/** Puts their copyright files where those of installed packages are below `root`. */
export async function unpackCopyrights(lock: PackageLock, debs: string, root: string): Promise<void> {
  for (const each of extractedPackages(lock)) {
    const folder = join(root, "usr/share/doc", each.name);
    await mkdir(folder, { recursive: true });
    const elsewhere = LICENCES_ELSEWHERE.get(each.name);
    const text =
      elsewhere === undefined
        ? await copyrightOf(debFile(debs, each), each.name)
        : `${each.name} ${each.version} of Debian; its copyright file is in another package of the same source.\n\nLicense: ${elsewhere}\n`;
    await writeFile(join(folder, "copyright"), text);
  }
}

/** Errors: those of the programs; `image.no_licence` for a package without one. */
async function copyrightOf(deb: string, name: string): Promise<Uint8Array> {
  const path = `./usr/share/doc/${name}/copyright`;
  const text = await command("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2"', "sh", deb, path]);
  if (text.length > 0) return text;
  throw new AppError("image.no_licence", `${name} has no copyright file`, {
    hint: "Name its licence in os-image/lib/extracted-packages.ts.",
  });
}
