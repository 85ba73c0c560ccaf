// The packages of a lock, fetched once from a mirror and kept by their checksum.

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "../../src/base/index.ts";
import type { Mirror } from "./debian-mirror.ts";
import type { LockedPackage } from "./package-lock.ts";

const AT_ONCE = 4;
const TRIES = 3;
const MINUTES = 60_000;

/** Where the cache has a package. */
export function debFile(folder: string, { sha256 }: LockedPackage): string {
  return join(folder, `${sha256}.deb`);
}

function vanished(each: LockedPackage, snapshot: string): AppError {
  return new AppError("image.package_gone", `the mirror no longer has ${each.name} ${each.version}`, {
    hint: `Build with --mirror http://snapshot.debian.org/archive/debian/${snapshot}, or renew the lock with --update-lock.`,
  });
}

async function download(each: LockedPackage, mirror: Mirror, snapshot: string): Promise<Uint8Array> {
  const url = `${mirror.uri}/${each.path.split("/").map(encodeURIComponent).join("/")}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(10 * MINUTES) });
  if (answer.status === 404 || answer.status === 410) throw vanished(each, snapshot);
  if (!answer.ok)
    throw new AppError("image.mirror", `${each.path}: the mirror says ${answer.status}`, { retryable: true });
  return new Uint8Array(await answer.arrayBuffer());
}

/** Returns whether it had to be fetched. */
async function bring(each: LockedPackage, folder: string, mirror: Mirror, snapshot: string): Promise<boolean> {
  const file = debFile(folder, each);
  const here = await stat(file).catch(() => null);
  if (here?.size === each.size) return false;
  for (let round = 1; ; round++) {
    try {
      const bytes = await download(each, mirror, snapshot);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      if (sha256 !== each.sha256)
        throw new AppError("image.checksum", `${each.path} has not the checksum of the lock`, {
          hint: "The mirror is broken or lies. Try another one with --mirror.",
        });
      await writeFile(`${file}.new`, bytes);
      await rename(`${file}.new`, file);
      return true;
    } catch (error) {
      if (error instanceof AppError && !error.retryable) throw error;
      if (round === TRIES) throw new AppError("image.mirror", `${each.path}: ${messageOf(error)}`);
    }
  }
}

/**
 * Sees that all packages are in `folder`. Files that are there are taken by their size here, and checked whole by `checkDeb` when they are
 * used. Errors: `image.package_gone`, `image.checksum`, `image.mirror`.
 */
export async function bringPackages(
  packages: readonly LockedPackage[],
  options: { readonly folder: string; readonly mirror: Mirror; readonly snapshot: string; say(text: string): void },
): Promise<void> {
  const { folder, mirror, snapshot } = options;
  await mkdir(folder, { recursive: true });
  const waiting = [...packages];
  let done = 0;
  const worker = async () => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const fetched = await bring(each, folder, mirror, snapshot);
      if (fetched && ++done % 50 === 0) options.say(`${done} packages fetched`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The package's bytes, checked. Errors: `image.checksum`; the broken file is gone then, so that the next build fetches it anew. */
export async function checkDeb(folder: string, each: LockedPackage): Promise<string> {
  const file = debFile(folder, each);
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  if (sha256 === each.sha256) return file;
  await rm(file, { force: true });
  throw new AppError("image.checksum", `${each.name} in the cache is damaged`, {
    hint: "Build again: it is fetched anew.",
  });
}
