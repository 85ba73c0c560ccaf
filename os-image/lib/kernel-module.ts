// The kernel module of os-image/kernel, built in a throw-away Debian root of the target, with the headers of the kernel that will load it.

import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { kept, keyOf, treeParts } from "./cache.ts";
import { command } from "./command.ts";
import { makeRepository } from "./local-repository.ts";
import type { LockedPackage, PackageLock } from "./package-lock.ts";
import { makeRootTar } from "./root-tar.ts";
import type { Architecture } from "./settings.ts";

export interface KernelModuleOptions {
  readonly lock: PackageLock;
  readonly architecture: Architecture;
  readonly cache: string;
  readonly debs: string;
  readonly scratch: string;
  readonly epoch: number;
  /** `os-image/kernel`. */
  readonly source: string;
  readonly log: string;
  say(text: string): void;
}

const NAME = "numberbox_tryboot.ko";

/** The kernel's version, as its folder of modules is named. */
function kernelOf(packages: readonly LockedPackage[], architecture: Architecture): string {
  const headers = new RegExp(`^linux-headers-(\\d.*-${architecture})$`);
  const found = packages.flatMap(({ name }) => headers.exec(name)?.[1] ?? []);
  if (found.length !== 1) throw new AppError("image.lock", `the lock has headers of ${found.length} kernels, not one`);
  return found[0] ?? "";
}

/** Puts the module where `depmod` finds it in `stage`. Does nothing where the lock has no packages for it: a PC needs none. */
export async function stageKernelModule(options: KernelModuleOptions, stage: string): Promise<void> {
  const { lock, architecture, cache, source } = options;
  const packages = lock.packages.filter(({ uses }) => uses.includes("module"));
  if (packages.length === 0) return;
  const kernel = kernelOf(packages, architecture);
  const key = keyOf([kernel, ...packages.map(({ sha256 }) => sha256), ...(await treeParts(source))]);
  const built = await kept(cache, `module-${architecture}`, key, async (file) => {
    options.say("building the kernel's module");
    await build(options, { packages, kernel, file });
  });
  const folder = join(stage, "usr/lib/modules", kernel, "updates");
  await mkdir(folder, { recursive: true });
  await cp(built, join(folder, NAME));
}

interface Build {
  readonly packages: readonly LockedPackage[];
  readonly kernel: string;
  readonly file: string;
}

async function build(options: KernelModuleOptions, { packages, kernel, file }: Build): Promise<void> {
  const { lock, architecture, debs, scratch, epoch, source } = options;
  const work = join(scratch, "module");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const sources = join(work, "sources.tar");
  await command("tar", ["-C", source, "-cf", sources, "."]);
  const folder = join(work, "repository");
  const repository = await makeRepository(packages, { folder, debs, suite: lock.suite, architecture });
  // Without type information for tracers, which needs the whole kernel.
  const make = `make -C /usr/src/linux-headers-${kernel} M=/build CONFIG_DEBUG_INFO_BTF_MODULES= modules && aarch64-linux-gnu-strip --strip-debug /build/${NAME}`;
  await makeRootTar({
    ...{ architecture, suite: lock.suite, source: repository, epoch },
    include: packages.map(({ name }) => name),
    hooks: [
      ["customize", 'mkdir -p "$1/build"'],
      ["customize", `tar-in ${sources} /build`],
      ["customize", `chroot "$1" sh -c '${make}'`],
      ["customize", `download /build/${NAME} ${file}.new`],
    ],
    tar: null,
    log: options.log,
  });
  await rename(`${file}.new`, file);
  await rm(work, { recursive: true });
}
