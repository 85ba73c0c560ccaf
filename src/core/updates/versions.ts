// Versions of releases: three numbers, compared as numbers.

import { AppError } from "../../base/index.ts";

const FORM = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/;

/** Less than, equal to or greater than 0, as `a` is older than, the same as or newer than `b`. Errors: `update.bad_version`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function numbersOf(version: string): readonly number[] {
  const match = FORM.exec(version);
  if (match === null) {
    throw new AppError("update.bad_version", "the version of a system is three numbers", {
      hint: "Take a bundle that was made by `npm run image`.",
      context: { version: version.slice(0, 40) },
    });
  }
  return match.slice(1).map(Number);
}
