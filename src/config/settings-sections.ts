// A changed configuration with the bytes of its owner: what YAML's own writer makes of a file is taken for the sections that were
// changed, and the others stay as they were, to the last blank.

import { isMap, isScalar, parseDocument } from "yaml";
import { parseYaml } from "./parse.ts";
import { changedPaths } from "./settings-path.ts";

interface Sections {
  /** What stands before the first section, such as what the file is. */
  readonly head: string;
  /** The lines of each section with the comments above it, by its name. */
  readonly bodies: ReadonlyMap<string, string>;
  /** Comments behind the last one. */
  readonly tail: string;
}

const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === "";
const isBare = (line: string): boolean => /^(?:\s*|#.*)$/.test(line);

/** The numbers of the lines at which top-level keys stand; null for a file of another form. */
function keyLines(text: string): ReadonlyMap<string, number> | null {
  const { contents } = parseDocument(text);
  if (!isMap(contents) || contents.flow === true) return null;
  const found = new Map<string, number>();
  for (const { key } of contents.items) {
    if (!isScalar(key) || !key.range) return null;
    found.set(String(key.value), text.slice(0, key.range[0]).split("\n").length - 1);
  }
  return found;
}

function sectionsOf(text: string): Sections | null {
  const keys = keyLines(text);
  if (keys === null || keys.size === 0) return null;
  const lines = text.replace(/\n$/, "").split("\n");
  const starts = [...keys].map(([name, line]) => {
    let start = line;
    while (start > 0 && isBare(lines[start - 1] ?? "")) start--;
    // Blank lines are the end of what is above: a text block may hold them.
    while (isBlank(lines[start])) start++;
    return { name, start, line };
  });
  const [first] = starts;
  if (first === undefined) return null;
  // The words at the top are about the file, unless they stand right above the first section.
  let own = first.line;
  while (own > 0 && /^#/.test(lines[own - 1] ?? "")) own--;
  let end = lines.length;
  while (end > 0 && isBare(lines[end - 1] ?? "")) end--;
  while (isBlank(lines[end])) end++;
  const joined = (from: number, to: number): string =>
    lines
      .slice(from, to)
      .map((line) => `${line}\n`)
      .join("");
  const bodies = starts.map(({ name, start }, at) => {
    const from = at === 0 ? own : start;
    return [name, joined(from, starts[at + 1]?.start ?? end)] as const;
  });
  return { head: joined(0, own), bodies: new Map(bodies), tail: joined(end, lines.length) };
}

const isSameValue = (a: string, b: string): boolean => {
  try {
    return changedPaths(parseYaml(a, "the configuration"), parseYaml(b, "the configuration")).length === 0;
  } catch {
    return false;
  }
};

/** `written` says what is wanted; `touched` are the sections in which it may differ from `before`. */
export function keepSections(before: string, written: string, touched: ReadonlySet<string>): string {
  const clean = written.replace(/^[ \t]+$/gm, "");
  const wanted = isSameValue(clean, written) ? clean : written;
  const [old, next] = [sectionsOf(before), sectionsOf(wanted)];
  if (old === null || next === null) return wanted;
  const bodies = [...next.bodies].map(([name, body]) => (touched.has(name) ? body : (old.bodies.get(name) ?? body)));
  const kept = [old.head, ...bodies, old.tail].join("");
  return isSameValue(kept, wanted) ? kept : wanted;
}
