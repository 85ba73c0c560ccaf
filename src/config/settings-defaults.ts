// What a configuration means with everything that it leaves out: the defaults of the schema in their places, in the form that owners write.

import { changedPaths } from "./settings-path.ts";

export interface SettingSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SettingSchema | boolean;
  readonly items?: SettingSchema;
  readonly anyOf?: readonly SettingSchema[];
  readonly oneOf?: readonly SettingSchema[];
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is of a schema's kind; which of several forms it has is told by this. */
function fits(schema: SettingSchema, value: unknown): boolean {
  if (schema.const !== undefined) return changedPaths(schema.const, value).length === 0;
  switch (schema.type) {
    case "object":
      return isTree(value) && (schema.required ?? []).every((key) => Object.hasOwn(value, key));
    case "array":
      return Array.isArray(value);
    case "integer":
    case "number":
      return typeof value === "number";
    case "boolean":
    case "string":
      return typeof value === schema.type;
    default:
      return true;
  }
}

function objectOf(schema: SettingSchema, value: Readonly<Record<string, unknown>>): unknown {
  const { properties = {}, additionalProperties: rest } = schema;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(properties)) {
    const filled = withDefaults(inner, Object.hasOwn(value, key) ? value[key] : undefined);
    if (filled !== undefined) entries.push([key, filled]);
  }
  for (const [key, inner] of Object.entries(value)) {
    if (Object.hasOwn(properties, key)) continue;
    entries.push([key, typeof rest === "object" ? withDefaults(rest, inner) : inner]);
  }
  return Object.fromEntries(entries);
}

/** `value` and the defaults that apply to it; undefined for a setting that is left out and has none. */
export function withDefaults(schema: SettingSchema, value: unknown): unknown {
  const present = value === undefined ? schema.default : value;
  if (present === undefined) return undefined;
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) {
    const form = forms.find((each) => fits(each, present));
    return form === undefined ? present : withDefaults(form, present);
  }
  if (isTree(present) && schema.type === "object") return objectOf(schema, present);
  const { items } = schema;
  if (Array.isArray(present) && items !== undefined) return present.map((item: unknown) => withDefaults(items, item));
  return present;
}
