// The files that a configuration names: secrets, certificates, boards. A backup takes them along, and a restore puts them elsewhere.

import { isScalar, type Pair, parseDocument, visit } from "yaml";
import { AppError } from "../base/index.ts";

export interface FileReference {
  /** Keys and indexes from the top. */
  readonly path: readonly (string | number)[];
  readonly file: string;
}

/** What unlocks a box's keys stays with that box; a node's cookie is made anew at each of its starts. */
const STAYS = (path: readonly (string | number)[]): boolean => path[0] === "unlock" || path.at(-1) === "cookie_file";

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : "";
}

/** Whether a key names a file: those that end in `_file`, and `file` of a board. A board by its mere name is one that is shipped. */
function isReference(path: readonly (string | number)[], value: string): boolean {
  const key = String(path.at(-1) ?? "");
  if (key.endsWith("_file")) return true;
  return path[0] === "boards" && key === "file" && !/^[a-z][a-z0-9-]*$/.test(value);
}

type Ancestors = readonly unknown[];

function pathOf(pair: Pair, ancestors: Ancestors): (string | number)[] {
  const path: (string | number)[] = [];
  ancestors.forEach((node, at) => {
    if (typeof node !== "object" || node === null) return;
    if ("key" in node && "value" in node) path.push(keyOf(node as Pair));
    const below = ancestors[at + 1];
    if ("items" in node && Array.isArray(node.items) && below !== undefined && !isPairLike(below)) {
      path.push(node.items.indexOf(below));
    }
  });
  return [...path, keyOf(pair)];
}

function isPairLike(node: unknown): boolean {
  return typeof node === "object" && node !== null && "key" in node && "value" in node;
}

/** Every file that a configuration's text names, in the order of the text. What is no YAML names none. */
export function fileReferences(text: string): readonly FileReference[] {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  if (document.errors.length > 0) return [];
  const found: FileReference[] = [];
  visit(document, {
    Pair: (_key, pair, ancestors) => {
      if (!isScalar(pair.value) || typeof pair.value.value !== "string") return;
      const path = pathOf(pair, ancestors);
      const file = pair.value.value;
      if (isReference(path, file) && !STAYS(path)) found.push({ path, file });
    },
  });
  return found;
}

/** The text with some references changed; comments and everything else stay. Throws `config.syntax`. */
export function withFileReferences(text: string, changes: readonly FileReference[]): string {
  if (changes.length === 0) return text;
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new AppError("config.syntax", "the configuration cannot be read", {
      hint: "Correct the configuration, then try again.",
    });
  }
  for (const { path, file } of changes) document.setIn(path, file);
  return document.toString({ lineWidth: 0 });
}

/** The text without a way to unlock the keystore: the box then makes its own key file. Throws `config.syntax`. */
export function withoutUnlock(text: string): string {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  if (document.errors.length > 0) throw new AppError("config.syntax", "the configuration cannot be read");
  document.delete("unlock");
  return document.toString({ lineWidth: 0 });
}
