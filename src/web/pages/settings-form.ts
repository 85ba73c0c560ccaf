// The settings as a form, pure: what the schema says of a field, what was changed, and what the box is asked to change.

import type { SettingChangeRequest, SettingsPlanView } from "../../protocol/index.ts";

export type Path = readonly (string | number)[];

/** What the form reads of a JSON Schema. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly "x-form"?: string;
  readonly "x-low"?: string;
  readonly "x-high"?: string;
}

export type Kind =
  | "boolean"
  | "choice"
  | "number"
  | "text"
  | "secret"
  | "fixed"
  | "texts"
  | "choices"
  | "list"
  | "section"
  | "record"
  | "forms"
  | "other";

type Tree = Readonly<Record<string, unknown>>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const formsOf = (schema: Schema): readonly Schema[] | null => schema.anyOf ?? schema.oneOf ?? null;

/** Settings that name a file with something in it that only its owner may know. */
const SECRET = /(?:^|_)(?:password|passphrase|token|secret)_file$/;

function listKind({ items = {} }: Schema): Kind {
  if (items.enum !== undefined) return "choices";
  return items.type === "string" && formsOf(items) === null ? "texts" : "list";
}

/** How a setting is shown. `key`: its own name. */
export function kindOf(schema: Schema, key: string): Kind {
  if (formsOf(schema) !== null) return "forms";
  if (schema.const !== undefined) return "fixed";
  if (schema.enum !== undefined) return "choice";
  switch (schema.type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "string":
      return SECRET.test(key) ? "secret" : "text";
    case "array":
      return listKind(schema);
    case "object":
      return schema.properties === undefined && typeof schema.additionalProperties === "object" ? "record" : "section";
    default:
      return "other";
  }
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** `root` with a value at a path, undefined for none. Lists and sections on the way are made. */
export function withValue(root: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const items: readonly unknown[] = Array.isArray(root) ? root : [];
    const next = withValue(items[key], rest, value);
    return Array.from({ length: Math.max(items.length, key + 1) }, (_, at) => (at === key ? next : items[at]));
  }
  const tree = isTree(root) ? root : {};
  const next = withValue(Object.hasOwn(tree, key) ? tree[key] : undefined, rest, value);
  if (next !== undefined) return { ...tree, [key]: next };
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key));
}

export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, at) => isSame(item, b[at] as unknown));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

/** What the box is asked for: one change for each setting, a whole list where anything in it differs. */
export function patchOf(before: unknown, after: unknown, at: Path = []): readonly SettingChangeRequest[] {
  if (isSame(before, after)) return [];
  if (isTree(after) && (isTree(before) || at.length === 0)) {
    const old = isTree(before) ? before : {};
    const keys = [...new Set([...Object.keys(old), ...Object.keys(after)])];
    return keys.flatMap((key) => patchOf(old[key], after[key], [...at, key]));
  }
  return after === undefined ? [{ path: [...at], delete: true }] : [{ path: [...at], value: after }];
}

/** `rest_after_day` as a person reads it. */
export function labelOf(key: string): string {
  const text = key.replaceAll("_", " ");
  const known = text.replace(
    /\b(?:sms|url|id|usb|emc|ipfs|https|wss|ttl|imsi|iccid|smpp|at|ussd|mqtt|pin|tls|ca)\b/g,
    (word) => (word === "at" ? word : word.toUpperCase()),
  );
  return known.charAt(0).toUpperCase() + known.slice(1);
}

/** A new item of a list: what has to be there, empty. */
export function blankOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const forms = formsOf(schema);
  if (forms !== null) return blankOf(forms.find((form) => form.type === "object") ?? forms[0] ?? {});
  if (schema.const !== undefined) return schema.const;
  switch (schema.type) {
    case "object": {
      const needed = (schema.required ?? []).map((key) => [key, blankOf(schema.properties?.[key] ?? {})] as const);
      return Object.fromEntries(needed);
    }
    case "array":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    default:
      return schema.enum?.[0] ?? "";
  }
}

/** Which of several forms a value has; -1 for none of them. */
export function formOf(forms: readonly Schema[], value: unknown): number {
  return forms.findIndex((form) => {
    if (form.const !== undefined) return isSame(form.const, value);
    if (form.type === "object") {
      if (!isTree(value)) return false;
      // Forms that are told apart by a fixed member, such as a kind.
      return Object.entries(form.properties ?? {}).every(
        ([key, inner]) => inner.const === undefined || isSame(inner.const, value[key]),
      );
    }
    if (form.type === "array") return Array.isArray(value);
    if (form.type === "integer") return typeof value === "number";
    return typeof value === form.type;
  });
}

/** The number that was typed, or the text itself, which the box then refuses in its own words. */
export function typedNumber(text: string): number | string | undefined {
  const plain = text.trim();
  if (plain === "") return undefined;
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(plain) ? Number(plain) : plain;
}

function textsOf(schema: Schema, key: string): string {
  const inner = [
    ...Object.entries(schema.properties ?? {}).map(([name, each]) => textsOf(each, name)),
    ...(schema.items === undefined ? [] : [textsOf(schema.items, "")]),
    ...(formsOf(schema) ?? []).map((form) => textsOf(form, "")),
    ...(typeof schema.additionalProperties === "object" ? [textsOf(schema.additionalProperties, "")] : []),
  ];
  return [key, labelOf(key), schema.description ?? "", ...(schema.enum ?? []).map(String), ...inner].join(" ");
}

/** Whether a setting, or one below it, is what somebody looks for. */
export function isFound(schema: Schema, key: string, query: string): boolean {
  const text = textsOf(schema, key).toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Whether a path is another one or below it. */
export const isBelow = (path: Path, top: Path): boolean =>
  top.length <= path.length && top.every((key, at) => String(key) === String(path[at]));

/** What the box says of a setting itself, not of those below it. */
export function problemAt(problems: SettingsPlanView["problems"], path: Path): string | null {
  const found = problems.filter((each) => each.path.length === path.length && isBelow(each.path, path));
  return found.length === 0 ? null : found.map(({ message }) => message).join("; ");
}

/** Whether a setting is taken in without a restart. */
export function isLive(live: readonly string[], path: Path): boolean {
  return live.some((pattern) => {
    const keys = pattern.split(".");
    return keys.length <= path.length && keys.every((key, at) => key === "*" || key === String(path[at]));
  });
}
