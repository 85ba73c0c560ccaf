// `npm run image -- --update-lock`: which packages the lists come to at the mirror, now.

import { join } from "node:path";
import { AptFolder, type Mirror, mergeUses, releaseTime } from "./debian-mirror.ts";
import { readPackageLists } from "./package-list.ts";
import { type PackageLock, writeLock } from "./package-lock.ts";
import type { Architecture, BuildSettings } from "./settings.ts";

/** Debian's suite that has Asterisk 22 and Node 24. */
export const SUITE = "forky";

/** The lock of an architecture. */
export function lockFile(source: string, architecture: Architecture): string {
  return join(source, "os-image", `packages.${architecture}.lock.json`);
}

export async function updateLock(settings: BuildSettings, mirror: Mirror, scratch: string): Promise<PackageLock> {
  const { architecture, source } = settings;
  const folder = join(source, "os-image", "packages");
  const snapshot = await releaseTime(mirror, SUITE);
  const apt = await AptFolder.open(scratch, mirror, SUITE, architecture);
  try {
    const system = await readPackageLists(folder, "system", architecture);
    const native = await readPackageLists(folder, "native", architecture);
    const extract = await readPackageLists(folder, "extract", architecture);
    const module = await readPackageLists(folder, "module", architecture);
    const packages = mergeUses([
      await apt.resolve(system, "system", true),
      await apt.resolve(native, "native", true),
      await apt.resolve(extract, "extract", false),
      module.length === 0 ? [] : await apt.resolve(module, "module", true),
    ]);
    const lock = { suite: SUITE, snapshot, packages };
    await writeLock(lockFile(source, architecture), lock);
    return lock;
  } finally {
    await apt.close();
  }
}
