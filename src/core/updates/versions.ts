// Versions of releases: three numbers, compared as numbers.

import { AppError } from "../../base/index.ts";
import { releaseVersion } from "../../protocol/index.ts";

/** Whether `version` can be compared with others. */
export function isRelease(version: string): boolean {
  return releaseVersion.safeParse(version).success;
}

/** Less than, equal to or greater than 0, as `a` is older than, the same as or newer than `b`. Errors: `update.bad_version`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function numbersOf(version: string): readonly number[] {
  if (!isRelease(version)) {
    throw new AppError("update.bad_version", "the version of a system is three numbers", {
      hint: "Take a bundle that was made by `npm run image`.",
      context: { version: version.slice(0, 40) },
    });
  }
  return version.split(".").map(Number);
}
