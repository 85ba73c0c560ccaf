// Which version a system may have: one that boxes take, said once to the builder and written from there into all that tells it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../src/base/index.ts";
import { releaseVersion } from "../../src/protocol/index.ts";

const RULE = "Three numbers of at most four digits each, without leading zeros, such as 1.2.3: boxes take no other.";

function badVersion(what: string): AppError {
  return new AppError("image.bad_version", what, { hint: RULE });
}

/** `text`, once it is a version that boxes take. `what` names where it was said. Errors: `image.bad_version`. */
export function checkedVersion(text: string, what: string): string {
  if (releaseVersion.safeParse(text).success) return text;
  throw badVersion(`${what}: ${text.slice(0, 40)} is no version of a release`);
}

/** What a `package.json` holds. Errors: `image.bad_version`. */
export async function readManifest(file: string): Promise<Record<string, unknown>> {
  const manifest: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof manifest !== "object" || manifest === null) throw badVersion(`${file} is broken`);
  return manifest as Record<string, unknown>;
}

/** The version that `package.json` in the folder `source` says. Errors: `image.bad_version`. */
export async function packageVersion(source: string): Promise<string> {
  const { version } = await readManifest(join(source, "package.json"));
  return checkedVersion(String(version), "package.json");
}
