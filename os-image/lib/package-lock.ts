// `packages.<arch>.lock.json`: exactly which packages an image is made of.

import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { AppError, systemCodeOf } from "../../src/base/index.ts";

const lockedPackage = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/),
  version: z.string().regex(/^[0-9A-Za-z.+:~-]+$/),
  architecture: z.enum(["all", "amd64", "arm64"]),
  /** Path below the mirror's root. */
  path: z.string().regex(/^pool\/(?!.*\.\.)[\w./+~%-]+\.deb$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** In bytes. */
  size: z.int().positive(),
  uses: z.array(z.enum(["system", "extract", "native", "module"])).min(1),
});

const packageLock = z.strictObject({
  suite: z.string().regex(/^[a-z]+$/),
  /** When it was made: the time of snapshot.debian.org that has these versions. */
  snapshot: z.string().regex(/^\d{8}T\d{6}Z$/),
  packages: z.array(lockedPackage),
});

export type LockedPackage = z.infer<typeof lockedPackage>;
export type PackageLock = z.infer<typeof packageLock>;

/** Parses a lock. Errors: `image.lock` with what is wrong. */
export function parseLock(text: string, file: string): PackageLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError("image.lock", `${file} is not JSON`);
  }
  const parsed = packageLock.safeParse(value);
  if (!parsed.success) throw new AppError("image.lock", `${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Reads a lock. Errors: `image.no_lock` when there is none, those of `parseLock`. */
export async function readLock(file: string): Promise<PackageLock> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (systemCodeOf(cause) !== "ENOENT") throw cause;
    throw new AppError("image.no_lock", `${file} is not there`, { hint: "npm run image -- --update-lock makes it." });
  });
  return parseLock(text, file);
}

function inOrder({ name, version, architecture, path, sha256, size, uses }: LockedPackage): LockedPackage {
  return { name, version, architecture, path, sha256, size, uses };
}

/** One package a line, sorted, so that a difference between two locks is easy to read. */
export function lockText(lock: PackageLock): string {
  const order = (a: LockedPackage, b: LockedPackage) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const lines = [...lock.packages].sort(order).map((each) => `    ${JSON.stringify(inOrder(each))}`);
  const head = `"suite": ${JSON.stringify(lock.suite)},\n  "snapshot": ${JSON.stringify(lock.snapshot)}`;
  return `{\n  ${head},\n  "packages": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

export async function writeLock(file: string, lock: PackageLock): Promise<void> {
  await writeFile(file, lockText(lock));
}
