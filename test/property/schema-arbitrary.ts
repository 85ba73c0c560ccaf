// Values made from the JSON schemas of the OpenAPI document: such as a client may send, such as it nearly may, and such as nobody should.

import fc from "fast-check";

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a JSON pointer such as `#/components/schemas/X` leads to. */
export function lookUp(document: Json, pointer: string): Json {
  const found = pointer
    .slice(2)
    .split("/")
    .reduce<unknown>((value, part) => (isObject(value) ? value[part.replaceAll("~1", "/")] : undefined), document);
  return isObject(found) ? found : {};
}

function text(schema: Json): fc.Arbitrary<unknown> {
  if (typeof schema.pattern === "string") return fc.stringMatching(new RegExp(schema.pattern));
  const [minLength, maxLength] = [Number(schema.minLength ?? 0), Math.min(Number(schema.maxLength ?? 40), 200)];
  if (schema.format === "uri") return fc.webUrl({ authoritySettings: { withPort: true } });
  return fc.string({ minLength, maxLength, unit: "grapheme" });
}

function number(schema: Json): fc.Arbitrary<unknown> {
  const [min, max] = [Number(schema.minimum ?? -1000), Number(schema.maximum ?? 1000)];
  return schema.type === "integer"
    ? fc.oneof(fc.integer({ min, max: Math.min(max, min + 1000) }), fc.constant(max))
    : fc.double({ min, max, noNaN: true });
}

function object(schema: Json, document: Json, depth: number): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties } = schema;
  const members = Object.entries(isObject(properties) ? properties : {});
  const model = Object.fromEntries(members.map(([name, each]) => [name, valid(each, document, depth + 1)]));
  const requiredKeys = Array.isArray(required) ? required.map(String) : [];
  const known = fc.record(model, { requiredKeys });
  if (!isObject(additionalProperties)) return known;
  const more = fc.dictionary(fc.string({ maxLength: 8 }), valid(additionalProperties, document, depth + 1), {
    maxKeys: 3,
  });
  return fc.tuple(more, known).map(([a, b]) => ({ ...a, ...b }));
}

/** What the schema allows. Deeper than eight levels only `null` stands. */
export function valid(schema: unknown, document: Json, depth = 0): fc.Arbitrary<unknown> {
  if (!isObject(schema) || depth > 8) return fc.constant(null);
  if (typeof schema.$ref === "string") return valid(lookUp(document, schema.$ref), document, depth);
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((each) => valid(each, document, depth)));
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array": {
      const minLength = Number(schema.minItems ?? 0);
      return fc.array(valid(schema.items, document, depth + 1), { minLength, maxLength: minLength + 3 });
    }
    case "object":
      return object(schema, document, depth);
    default:
      return fc.jsonValue();
  }
}

const nested = (levels: number): unknown => {
  let value: unknown = 0;
  for (let n = 0; n < levels; n++) value = n % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values that no schema asks for. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1e308,
    -1e308,
    2 ** 53,
    0.1,
    "",
    [],
    {},
    "null",
    "\u0000",
    "\ud800",
    "\u202e+15550101",
  ),
  fc.constantFrom(
    "../../etc/passwd",
    "'; DROP TABLE rentals; --",
    "<script>",
    "%00",
    "{{7*7}}",
    "\r\nSet-Cookie: a=b",
    "😀".repeat(50),
  ),
  fc.integer({ min: 1, max: 60_000 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 1, max: 2000 }).map((length) => new Array<number>(length).fill(1)),
  fc.integer({ min: 10, max: 4000 }).map(nested),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": null}')),
);

/** A valid value with one member spoilt, gone, or too many. */
export function near(schema: unknown, document: Json): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid(schema, document), hostile, fc.nat(), fc.constantFrom("spoil", "drop", "add"))
    .map(([value, bad, at, how]) => {
      if (!isObject(value)) return bad;
      const names = Object.keys(value);
      const name = names[at % Math.max(1, names.length)] ?? "a";
      const { [name]: _gone, ...rest } = value;
      if (how === "drop") return rest;
      return how === "spoil" ? { ...value, [name]: bad } : { ...value, [`extra${at % 7}`]: bad };
    });
}
