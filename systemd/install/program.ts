// The program as an installation has it: what the image has, and a Node beside it, since Debian's own may be too old.

import { chmod, cp, lstat, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nameSystemNode, stageSources, trimPackages } from "../../os-image/lib/app-tree.ts";
import type { Architecture } from "../../os-image/lib/settings.ts";
import { AppError } from "../../src/base/index.ts";
import { takeOver } from "./ownership.ts";
import { productionPackages } from "./plan.ts";

const NODE = "node_modules/node/bin/node";
const NATIVE = "node_modules/sqlite3/build/Release/node_sqlite3.node";

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

/**
 * Puts the program of `source`, a repository that was set up, into `folder`, which is emptied. Errors: `install.not_set_up`,
 * `install.manifest`, `image.no_pages`.
 */
export async function stageProgram(source: string, folder: string, architecture: Architecture): Promise<void> {
  for (const needed of [NODE, NATIVE]) {
    if (await isThere(join(source, needed))) continue;
    throw new AppError("install.not_set_up", `${needed} is missing`, { hint: "npm run setup" });
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await stageSources(source, folder);
  for (const path of productionPackages(JSON.parse(await readFile(join(source, "package-lock.json"), "utf8")))) {
    // Those of other processors were not installed; the files of nested ones come by themselves, and are copied once.
    if (!(await isThere(join(source, path)))) continue;
    const nested = join(source, path, "node_modules");
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(source, path), join(folder, path), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (each) => each !== nested,
    });
  }
  await trimPackages(join(folder, "node_modules"), join(source, NATIVE), architecture);
  await mkdir(join(folder, "bin"));
  await cp(join(source, NODE), join(folder, "bin/node"));
  await chmod(join(folder, "bin/node"), 0o755);
  await nameSystemNode(folder);
  await takeOver(folder);
}
