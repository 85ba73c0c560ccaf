// A Debian repository on this machine that holds exactly the packages of a lock: what is installed cannot be anything else.

import { createHash } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "../../src/base/index.ts";
import { command } from "./command.ts";
import { checkDeb, debFile } from "./deb-cache.ts";
import type { LockedPackage } from "./package-lock.ts";
import type { Architecture } from "./settings.ts";

/** What a package says of itself, kept beside it: taking 400 of them apart needs half a minute. */
async function controlOf(folder: string, each: LockedPackage): Promise<string> {
  const kept = `${debFile(folder, each)}.control`;
  try {
    return await readFile(kept, "utf8");
  } catch (error) {
    if (systemCodeOf(error) !== "ENOENT") throw error;
  }
  const control = (await command("dpkg-deb", ["-f", debFile(folder, each)])).toString().trimEnd();
  await writeFile(kept, control);
  return control;
}

export interface RepositoryOptions {
  readonly folder: string;
  readonly debs: string;
  readonly suite: string;
  readonly architecture: Architecture;
}

/** Makes the repository in `folder`, from scratch. Returns the line for apt's sources. Errors: `image.checksum`. */
export async function makeRepository(packages: readonly LockedPackage[], options: RepositoryOptions): Promise<string> {
  const { folder, debs, suite, architecture } = options;
  await rm(folder, { recursive: true, force: true });
  const lists = join(folder, "dists", suite, "main", `binary-${architecture}`);
  await mkdir(join(folder, "pool"), { recursive: true });
  await mkdir(lists, { recursive: true });
  const stanzas: string[] = [];
  for (const each of packages) {
    const path = `pool/${each.name}_${each.architecture}.deb`;
    await link(await checkDeb(debs, each), join(folder, path));
    const control = await controlOf(debs, each);
    stanzas.push(`${control}\nFilename: ${path}\nSize: ${each.size}\nSHA256: ${each.sha256}\n`);
  }
  const text = stanzas.join("\n");
  await writeFile(join(lists, "Packages"), text);
  const sum = createHash("sha256").update(text).digest("hex");
  const release = [
    "Origin: Debian",
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Architectures: ${architecture}`,
    "Components: main",
    "SHA256:",
    ` ${sum} ${Buffer.byteLength(text)} main/binary-${architecture}/Packages`,
    "",
  ];
  await writeFile(join(folder, "dists", suite, "Release"), release.join("\n"));
  return `deb [trusted=yes arch=${architecture}] copy://${folder} ${suite} main`;
}
