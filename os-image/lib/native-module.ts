// sqlite3's native module, built in a throw-away Debian root of the target: with its compiler and the headers of the Node that will load it.

import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { makeRepository } from "./local-repository.ts";
import type { PackageLock } from "./package-lock.ts";
import { makeRootTar } from "./root-tar.ts";
import type { Architecture } from "./settings.ts";

export interface NativeOptions {
  readonly lock: PackageLock;
  readonly architecture: Architecture;
  readonly debs: string;
  readonly scratch: string;
  /** `node_modules` with sqlite3 and node-gyp. */
  readonly modules: string;
  readonly epoch: number;
  readonly log: string;
  /** The module, when it is done. */
  readonly file: string;
}

export async function buildNativeModule(options: NativeOptions): Promise<void> {
  const { lock, architecture, debs, scratch, modules, epoch, file } = options;
  const work = join(scratch, "native");
  await rm(work, { recursive: true, force: true });
  await mkdir(join(work, "in"), { recursive: true });
  await cp(modules, join(work, "in", "node_modules"), { recursive: true, verbatimSymlinks: true });
  const sources = join(work, "sources.tar");
  await command("tar", ["-C", join(work, "in"), "-cf", sources, "node_modules"]);
  const packages = lock.packages.filter(({ uses }) => uses.includes("native"));
  const source = await makeRepository(packages, {
    folder: join(work, "repository"),
    debs,
    suite: lock.suite,
    architecture,
  });
  const build = [
    "cd /build && export HOME=/build PYTHON=/usr/bin/python3",
    `export CFLAGS="-ffile-prefix-map=/build=." CXXFLAGS="-ffile-prefix-map=/build=."`,
    "node node_modules/node-gyp/bin/node-gyp.js rebuild --release --nodedir=/usr --directory=node_modules/sqlite3",
    "strip --strip-unneeded node_modules/sqlite3/build/Release/node_sqlite3.node",
    // It must load, or the image would not start.
    `node -e 'require("/build/node_modules/sqlite3")'`,
  ].join(" && ");
  await makeRootTar({
    ...{ architecture, suite: lock.suite, source, epoch },
    include: packages.map(({ name }) => name),
    hooks: [
      ["customize", 'mkdir -p "$1/build"'],
      ["customize", `tar-in ${sources} /build`],
      ["customize", `chroot "$1" sh -c '${build.replaceAll("'", `'\\''`)}'`],
      ["customize", `download /build/node_modules/sqlite3/build/Release/node_sqlite3.node ${file}.new`],
    ],
    tar: null,
    log: options.log,
  });
  await rename(`${file}.new`, file);
  await rm(work, { recursive: true, force: true });
}
