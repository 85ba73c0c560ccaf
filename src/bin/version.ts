// The version, as package.json has it: the repository's, or in the image the one that the builder was told.

import { readFileSync } from "node:fs";
import { z } from "zod";

const manifest = z.object({ version: z.string() });
const OWN = new URL("../../package.json", import.meta.url);

/** `file`: a package.json, by default the program's own. */
export function version(file: URL = OWN): string {
  return manifest.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}
