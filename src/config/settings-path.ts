// Where a setting is in the configuration, and which settings two configurations differ in.

/** Keys and, in lists, positions. */
export type SettingPath = readonly (string | number)[];

/** Whether a path is at a pattern or below it. A pattern is keys with dots between; `*` is any key or position. */
export function isCovered(path: SettingPath, pattern: string): boolean {
  const keys = pattern.split(".");
  return keys.length <= path.length && keys.every((key, at) => key === "*" || key === String(path[at]));
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a path; undefined where there is none. Only own members are looked at. */
export function valueAt(root: unknown, path: SettingPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Tree)[key];
  }
  return value;
}

/** `root` with `value` at `path`, undefined for nothing; what is not on the way is shared with `root`. */
export function withValue(root: unknown, path: SettingPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const items: readonly unknown[] = Array.isArray(root) ? root : [];
    const inner = withValue(items[key], rest, value);
    const others = [items.slice(0, key), items.slice(key + 1)] as const;
    return inner === undefined ? others.flat() : [...others[0], inner, ...others[1]];
  }
  const tree = isTree(root) ? root : {};
  const inner = withValue(Object.hasOwn(tree, key) ? tree[key] : undefined, rest, value);
  const others = Object.entries(tree).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? others : [...others, [String(key), inner]]);
}

/** The deepest paths at which two values differ. Lists of another length differ as a whole. */
export function changedPaths(before: unknown, after: unknown, at: SettingPath = []): readonly SettingPath[] {
  if (Object.is(before, after)) return [];
  if (isTree(before) && isTree(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changedPaths(valueAt(before, [key]), valueAt(after, [key]), [...at, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item: unknown, index) => changedPaths(item, after[index], [...at, index]));
  return [at];
}

/** `slots.0.port`, as problems and the command line write it. */
export const pathText = (path: SettingPath): string => (path.length === 0 ? "(top level)" : path.join("."));
