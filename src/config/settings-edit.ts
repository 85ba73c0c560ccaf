// Changes to a configuration file that leave everything else as its owner wrote it: comments, order, blank lines.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { AppError } from "../base/index.ts";
import { parseYaml } from "./parse.ts";
import { changedPaths, pathText, type SettingPath } from "./settings-path.ts";
import { keepSections } from "./settings-sections.ts";

/** A value at a path; without one the setting is left out from now on. */
export interface SettingChange {
  readonly path: SettingPath;
  readonly value?: unknown;
}

type Collection = YAMLMap | YAMLSeq;

const isCollection = (node: unknown): node is Collection => isMap(node) || isSeq(node);
const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function badPath(path: SettingPath, what: string): AppError {
  return new AppError("settings.bad_path", `${pathText(path)}: ${what}`, {
    hint: "Read the settings again; somebody may have changed them, or edit them as text.",
  });
}

/** A value's comments belong to its place, not to what stands there. */
function keepComments(from: unknown, to: Node): Node {
  if (!isScalar(from) && !isCollection(from)) return to;
  if (from.commentBefore !== undefined) to.commentBefore = from.commentBefore;
  if (from.spaceBefore !== undefined) to.spaceBefore = from.spaceBefore;
  // After a scalar it stands on its line; after a list or a map it would be inside of it.
  if (from.comment !== undefined && isScalar(from) && isScalar(to)) to.comment = from.comment;
  return to;
}

function scalarOf(doc: Document, old: unknown, value: unknown): Node {
  const fresh = doc.createNode(value);
  const quoted = isScalar(old) && typeof old.value === "string" && typeof value === "string" ? old.type : undefined;
  if (isScalar(fresh) && quoted !== undefined && quoted !== Scalar.PLAIN) fresh.type = quoted;
  return keepComments(old, fresh);
}

function mergeMap(doc: Document, map: YAMLMap, value: Readonly<Record<string, unknown>>): Node {
  const keys = map.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : String(pair.key)));
  for (const key of keys) if (!Object.hasOwn(value, key)) map.delete(key);
  for (const [key, inner] of Object.entries(value)) {
    const pair = map.items.find((each) => String(isScalar(each.key) ? each.key.value : each.key) === key);
    if (pair === undefined) map.add(doc.createPair(key, inner));
    else pair.value = merge(doc, pair.value, inner);
  }
  return map;
}

/** What tells an item of a list from the others: its id, else its position and its value. */
function idOf(value: unknown): unknown {
  return isTree(value) ? (value.id ?? null) : null;
}

/** What stands above the first item is about that item, wherever it goes. */
function ownFirstComment(seq: YAMLSeq): void {
  const [first] = seq.items;
  if (seq.flow === true || !seq.commentBefore || !(isScalar(first) || isCollection(first))) return;
  first.commentBefore = seq.commentBefore;
  seq.commentBefore = null;
}

function mergeSeq(doc: Document, seq: YAMLSeq, value: readonly unknown[]): Node {
  ownFirstComment(seq);
  const old = seq.items.map((node) => ({ node, plain: (node as Node).toJS(doc) as unknown, taken: false }));
  const take = (match: (item: (typeof old)[number]) => boolean): Node | null => {
    const found = old.find((item) => !item.taken && match(item));
    if (found === undefined) return null;
    found.taken = true;
    return found.node as Node;
  };
  const same = value.map((item) => take(({ plain }) => changedPaths(plain, item).length === 0));
  const matched = value.map((item, at) => {
    const id = idOf(item);
    return same[at] ?? (id === null ? null : take(({ plain }) => idOf(plain) === id));
  });
  seq.items = value.map((item, at) => {
    const node = matched[at] ?? null;
    return node === null ? doc.createNode(item) : merge(doc, node, item);
  });
  return seq;
}

/** The node with a value; of what was there before, everything that still says the same stays. */
function merge(doc: Document, old: unknown, value: unknown): Node {
  if (isAlias(old) && changedPaths(old.toJS(doc) as unknown, value).length === 0) return old;
  if (isMap(old) && isTree(value)) return mergeMap(doc, old, value);
  if (isSeq(old) && Array.isArray(value)) return mergeSeq(doc, old, value);
  if (isScalar(old) && Object.is(old.value, value)) return old;
  return scalarOf(doc, old, value);
}

/** The collection that holds the last key of a path; made on the way where it is missing, unless nothing is to be put there. */
function parentOf(doc: Document, path: SettingPath, make: boolean): Collection | null {
  let node: unknown = doc.contents;
  for (let at = 0; ; at++) {
    if (isAlias(node)) throw badPath(path, "an alias of YAML is here");
    if (!isCollection(node)) {
      // `slots:` with nothing behind it.
      if (node !== undefined && node !== null && !(isScalar(node) && node.value === null))
        throw badPath(path.slice(0, at), "a single value is here");
      if (!make) return null;
      const fresh = doc.createNode(typeof path[at] === "number" ? [] : {}) as Collection;
      keepComments(node, fresh);
      if (at === 0) doc.contents = fresh as never;
      else put(doc, parentOf(doc, path.slice(0, at), true), path.slice(0, at), fresh);
      node = fresh;
    }
    const key = path[at];
    if (isSeq(node) !== (typeof key === "number")) throw badPath(path.slice(0, at + 1), "no such place");
    if (at === path.length - 1) return node as Collection;
    node = (node as Collection).get(key as never, true);
  }
}

function put(doc: Document, parent: Collection | null, path: SettingPath, value: unknown): void {
  const key = path.at(-1);
  if (parent === null || key === undefined) return;
  if (isSeq(parent)) {
    const at = Number(key);
    if (at > parent.items.length) throw badPath(path, "the list is not that long");
    parent.items[at] = merge(doc, parent.items[at], value);
    return;
  }
  const pair = parent.items.find((each) => String(isScalar(each.key) ? each.key.value : each.key) === key);
  if (pair === undefined) parent.add(doc.createPair(key, value));
  else pair.value = merge(doc, pair.value, value);
}

function change(doc: Document, { path, value }: SettingChange): void {
  if (path.length === 0) throw badPath(path, "a setting has a name");
  if (value !== undefined) put(doc, parentOf(doc, path, true), path, value);
  else parentOf(doc, path, false)?.delete(path.at(-1) as never);
}

/** How the file is indented, so that it stays so. */
function indentOf(text: string): { indent: number; indentSeq: boolean } {
  const [, spaces = "  "] = /^[^\s#-][^\n]*:[^\S\n]*(?:#[^\n]*)?\n( +)[^\s#-]/m.exec(text) ?? [];
  return { indent: Math.min(8, Math.max(2, spaces.length)), indentSeq: !/^[^\s#-][^\n]*:[^\S\n]*\n- /m.test(text) };
}

/**
 * The text with the changes made, one after another. A list or a map that is given whole is changed only where it differs.
 * Errors: `config.syntax`, `settings.bad_path`.
 */
export function editYaml(text: string, changes: readonly SettingChange[]): string {
  const values = parseYaml(text, "the configuration");
  if (changes.length === 0) return text;
  const doc = parseDocument(text, { strict: true, uniqueKeys: true });
  for (const each of changes) change(doc, each);
  const written = doc.toString({ ...indentOf(text), lineWidth: 0, flowCollectionPadding: true });
  if (changedPaths(values, parseYaml(written, "the configuration")).length === 0) return text;
  return keepSections(text, written, new Set(changes.map(({ path }) => String(path[0]))));
}
