// The program without its types: Debian's Node is built without what strips them, so that is done here, once, and the box starts sooner.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

/** A relative path to a source file, in quotes: in an import, or of a file that is started. */
const SPECIFIER = /(["'`])(\.{1,2}\/[^"'`\n]*)\.ts\1/g;

/** The JavaScript of a source file; lines stay where they are. */
export function plainJavaScript(text: string, name: string): string {
  const plain = name.endsWith(".ts") ? stripTypeScriptTypes(text, { mode: "strip" }) : text;
  return plain.replace(SPECIFIER, "$1$2.js$1");
}

/** Replaces every `.ts` below `folder` by a `.js`, and their names where they are imported. */
export async function makePlain(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:ts|js|mjs)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    if (/\/(?:web|dashboard)\/dist\//.test(file)) continue;
    const text = await readFile(file, "utf8");
    await writeFile(file.replace(/\.ts$/, ".js"), plainJavaScript(text, entry.name));
    if (entry.name.endsWith(".ts")) await rm(file);
  }
}
