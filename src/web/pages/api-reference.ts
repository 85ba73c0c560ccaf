// The OpenAPI document as its page shows it: operations by chapter, schemas as a text that is read at a glance.

import { z } from "zod";

const json = z.record(z.string(), z.unknown());
const media = z.record(z.string(), z.object({ schema: json.optional(), example: z.unknown().optional() }));
const parameter = z.object({
  name: z.string().optional(),
  in: z.string().optional(),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema: json.optional(),
});
const entry = z.object({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  summary: z.string(),
  description: z.string().optional(),
  "x-scope": z.string().optional(),
  parameters: z.array(parameter).default([]),
  requestBody: z.object({ content: media }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string().optional(), $ref: z.string().optional(), content: media.optional() }),
  ),
});

export const apiDocument = z.object({
  info: z.object({ version: z.string(), description: z.string().default("") }),
  tags: z.array(z.object({ name: z.string(), description: z.string().optional() })),
  paths: z.record(z.string(), z.record(z.string(), entry)),
  components: z.object({ schemas: z.record(z.string(), json) }),
});
export type ApiDocument = z.infer<typeof apiDocument>;

export interface ApiParameter {
  readonly name: string;
  readonly where: "path" | "query";
  readonly required: boolean;
  readonly type: string;
}

export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string | null;
  /** Null: also strangers may ask. */
  readonly scope: string | null;
  readonly parameters: readonly ApiParameter[];
  /** The schema of a JSON body as text; null for none. */
  readonly body: string | null;
  readonly example: unknown;
  readonly status: string;
  readonly reply: string | null;
  /** Codes of refusals with their status. */
  readonly refusals: readonly { readonly status: string; readonly codes: readonly string[] }[];
}

export interface ApiChapter {
  readonly name: string;
  readonly text: string | null;
  readonly operations: readonly ApiOperation[];
}

type Json = z.infer<typeof json>;
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
/** Named schemas that are spelt out before only their name is said. */
const LEVELS = 3;

function range({ minimum, maximum, maxLength }: Json): string {
  const isLarge = (value: unknown): boolean => typeof value !== "number" || Math.abs(value) >= Number.MAX_SAFE_INTEGER;
  if (typeof maxLength === "number") return ` ≤ ${maxLength}`;
  const [from, to] = [isLarge(minimum) ? "" : String(minimum), isLarge(maximum) ? "" : String(maximum)];
  return from === "" && to === "" ? "" : ` ${from}…${to}`;
}

function members(schema: Json, schemas: ApiDocument["components"]["schemas"], level: number, indent: string): string {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const rows = Object.entries(isJson(schema.properties) ? schema.properties : {}).map(([name, each]) => {
    const standard = isJson(each) && "default" in each ? ` = ${JSON.stringify(each.default)}` : "";
    return `${indent}  ${name}${required.includes(name) ? "" : "?"}: ${schemaText(each, schemas, level, `${indent}  `)}${standard}`;
  });
  if (isJson(schema.additionalProperties)) {
    rows.push(`${indent}  [name]: ${schemaText(schema.additionalProperties, schemas, level, `${indent}  `)}`);
  }
  return rows.length === 0 ? "{}" : `{\n${rows.join("\n")}\n${indent}}`;
}

/** A schema in few words: `integer 1…366`, `"a" | "b"`, `{ … }` with a member a line. */
export function schemaText(
  schema: unknown,
  schemas: ApiDocument["components"]["schemas"],
  level = 0,
  indent = "",
): string {
  if (!isJson(schema)) return "any";
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1) ?? "";
    const found = schemas[name];
    const isSpelt = found !== undefined && (level < LEVELS || !("properties" in found));
    return isSpelt ? schemaText(found, schemas, level + 1, indent) : name;
  }
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return choices.map((each) => schemaText(each, schemas, level, indent)).join(" | ");
  if (schema.type === "array") {
    const item = schemaText(schema.items, schemas, level, indent);
    return item.includes(" | ") && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === "object") return members(schema, schemas, level, indent);
  return typeof schema.type === "string" ? `${schema.type}${range(schema)}` : "any";
}

function codesOf(content: z.infer<typeof media> | undefined): readonly string[] {
  const { properties } = content?.["application/problem+json"]?.schema ?? {};
  const code = isJson(properties) ? properties.code : null;
  return isJson(code) && Array.isArray(code.enum) ? code.enum.map(String) : [];
}

/** Chapters in the document's order. */
export function chaptersOf({ tags, paths, components: { schemas } }: ApiDocument): readonly ApiChapter[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]): ApiOperation => {
      const [status = "200", success] = Object.entries(each.responses).find(([code]) => Number(code) < 400) ?? [];
      const reply = success?.content?.["application/json"]?.schema;
      const sent = each.requestBody?.content["application/json"];
      return {
        ...{ id: each.operationId, method: method.toUpperCase(), path, tag: each.tags[0] ?? "" },
        ...{ summary: each.summary, description: each.description ?? null, scope: each["x-scope"] ?? null },
        parameters: each.parameters.flatMap(({ name, in: where, required = false, schema }) =>
          name === undefined || (where !== "path" && where !== "query")
            ? []
            : [{ name, where, required, type: schemaText(schema, schemas) }],
        ),
        body: sent === undefined ? null : schemaText(sent.schema, schemas),
        example: sent?.example ?? null,
        status,
        reply: reply === undefined ? null : schemaText(reply, schemas),
        refusals: Object.entries(each.responses).flatMap(([code, { content }]) => {
          const codes = codesOf(content);
          return codes.length === 0 ? [] : [{ status: code, codes }];
        }),
      };
    }),
  );
  return tags.map(({ name, description }) => ({
    ...{ name, text: description ?? null },
    operations: all.filter(({ tag }) => tag === name),
  }));
}

/** Operations that a search names by words of path, summary, method, scope or codes; chapters without any are left out. */
export function searched(chapters: readonly ApiChapter[], search: string): readonly ApiChapter[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const isWanted = ({ method, path, summary, scope, tag, refusals }: ApiOperation): boolean => {
    const text = [method, path, summary, scope ?? "", tag, ...refusals.flatMap(({ codes }) => codes)]
      .join(" ")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return chapters
    .map((chapter) => ({ ...chapter, operations: chapter.operations.filter(isWanted) }))
    .filter(({ operations }) => operations.length > 0);
}

/** The address with what was typed; a place that is empty stays in braces. */
export function filledPath({ path, parameters }: ApiOperation, values: Readonly<Record<string, string>>): string {
  const filled = path.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name] ?? "";
    return value === "" ? whole : encodeURIComponent(value);
  });
  const query = parameters.flatMap(({ name, where }): [string, string][] => {
    const value = values[name] ?? "";
    return where === "query" && value !== "" ? [[name, value]] : [];
  });
  return `/api/v1${filled}${query.length === 0 ? "" : `?${new URLSearchParams(query)}`}`;
}

/** A command that does the same; the token is a variable of the shell, so that it is in no history. */
export function curlText(operation: ApiOperation, base: string, values: Readonly<Record<string, string>>): string {
  const { method, scope, body, example } = operation;
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  return [
    "curl",
    ...(method === "GET" ? [] : [`-X ${method}`]),
    ...(scope === null ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(body === null ? [] : [`-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(example ?? {}))}`]),
    quoted(`${base}${filledPath(operation, values)}`),
  ].join(" ");
}
