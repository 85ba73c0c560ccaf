// Named schemas of an OpenAPI document. A schema that a contract exports is called by its export's name, so that a new one needs no
// list; a body or answer that has none is called after its operation.

import { z } from "zod";
import { isSame, type Json, upperFirst } from "./json.ts";

type Side = "input" | "output";
type Table = Readonly<Record<string, Json>>;

/** The dialect of the schemas. */
export const DIALECT = "https://json-schema.org/draft/2020-12/schema";
/** Component that refusals refer to as `RetryAfter`. */
export const RETRY_AFTER_HEADER = {
  description: "Seconds to wait before the next try",
  schema: { type: "integer", minimum: 1 },
};

const ROOT = "#/components/schemas/";
/** What a client may still send differs from what the box answers where there are defaults: then the request's form has this suffix. */
const REQUEST_SUFFIX = "Input";

/** Every `$ref` to a component in `value`, by name. */
function refsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(refsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === "$ref" && typeof each === "string" && each.startsWith(ROOT) ? [each.slice(ROOT.length)] : refsIn(each),
  );
}

function reachable(roots: readonly string[], table: Table): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...refsIn(table[name]));
  }
  return found;
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    const isRef = key === "$ref" && typeof each === "string" && each.startsWith(ROOT);
    return [key, isRef ? `${ROOT}${rename(each.slice(ROOT.length))}` : renamed(each, rename)];
  });
  return Object.fromEntries(entries);
}

/** Components whose two forms differ, by themselves or by what they hold. */
function splitNames(both: readonly string[], input: Table, output: Table): ReadonlySet<string> {
  const split = new Set(both.filter((name) => !isSame(input[name], output[name])));
  for (let before = -1; before !== split.size; ) {
    before = split.size;
    for (const name of both) if (refsIn(input[name]).some((ref) => split.has(ref))) split.add(name);
  }
  return split;
}

function convert(registry: z.core.$ZodRegistry<{ id: string }>, io: Side): Table {
  const { schemas } = z.toJSONSchema(registry, { io, unrepresentable: "any", uri: (id) => `${ROOT}${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  );
}

/** Collects the schemas that are used; `components` settles their names, after which `refTo` tells them. */
export class SchemaNames {
  readonly #registry = z.registry<{ id: string }>();
  readonly #roots: Readonly<Record<Side, Set<string>>> = { input: new Set(), output: new Set() };
  #split: ReadonlySet<string> = new Set();

  /** `contracts`: what modules export, schemas among it. `called`: names of exports that clients know by another one. */
  constructor(contracts: Json, called: Readonly<Record<string, string>> = {}) {
    for (const [name, each] of Object.entries(contracts)) {
      if (!(each instanceof z.ZodType) || this.#registry.has(each)) continue;
      this.#registry.add(each, { id: called[name] ?? upperFirst(name) });
    }
  }

  /** `name` is taken where the schema has no own. */
  use(schema: z.ZodType, side: Side, name: string): void {
    if (!this.#registry.has(schema)) this.#registry.add(schema, { id: name });
    this.#roots[side].add(this.#registry.get(schema)?.id ?? name);
  }

  /** The components that `use` asked for, with all that they refer to. */
  components(): Table {
    const [input, output] = [convert(this.#registry, "input"), convert(this.#registry, "output")];
    const sent = reachable([...this.#roots.input], input);
    const answered = reachable([...this.#roots.output], output);
    this.#split = splitNames(
      [...sent].filter((name) => answered.has(name)),
      input,
      output,
    );
    const rename = (name: string): string => this.#requestName(name);
    const requests = [...sent].map((name) => [rename(name), renamed(input[name], rename)]);
    const answers = [...answered].map((name) => [name, output[name]]);
    const all: [string, Json][] = [...requests, ...answers].map(([name, schema]) => [String(name), Object(schema)]);
    return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  refTo(schema: z.ZodType, side: Side): Json {
    const name = this.#registry.get(schema)?.id ?? "";
    return { $ref: `${ROOT}${side === "input" ? this.#requestName(name) : name}` };
  }

  #requestName(name: string): string {
    return this.#split.has(name) ? `${name}${REQUEST_SUFFIX}` : name;
  }
}
