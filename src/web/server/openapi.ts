// The OpenAPI 3.1 document of REST v1, made of the operations themselves.

import { z } from "zod";
import { problemReply } from "../shared/api.ts";
import type { Operation } from "./operation.ts";

type Json = Readonly<Record<string, unknown>>;

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function parametersOf(schema: z.ZodType | null, where: "path" | "query"): readonly Json[] {
  if (schema === null) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, each]) => ({
    ...{ name, in: where, schema: each },
    required: where === "path" || required.includes(name),
  }));
}

const problem = (description: string): Json => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

function responsesOf(operation: Operation): Json {
  const { reply, download, status = 200, errors = [], scope } = operation;
  const content =
    download !== undefined
      ? { [download]: { schema: { type: "string", format: "binary" } } }
      : reply !== null && { "application/json": { schema: schemaOf(reply, "output") } };
  const success = content === false ? { 204: { description: "Done" } } : { [status]: { description: "Done", content } };
  const refused = scope === "open" ? {} : { 401: problem("Nobody is signed in"), 403: problem("May not do this") };
  const codes = errors.length === 0 ? "" : `: ${errors.join(", ")}`;
  return { ...success, ...refused, default: problem(`Refused${codes}`) };
}

function bodyOf({ body, upload }: Operation): Json {
  if (upload !== undefined) {
    return { requestBody: { required: true, content: { [upload]: { schema: { type: "string", format: "binary" } } } } };
  }
  if (body === null) return {};
  return { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } } };
}

/** `POST /slots/{id}/recover` as `postSlotsIdRecover`. */
function idOf({ method, path }: Operation): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return method + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}

function entryOf(operation: Operation): Json {
  const { tag, summary, description, scope, params, query } = operation;
  return {
    operationId: idOf(operation),
    ...{ tags: [tag], summary, ...(description === undefined ? {} : { description }) },
    ...(scope === "open" ? { security: [] } : { "x-scope": scope }),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    ...bodyOf(operation),
    responses: responsesOf(operation),
  };
}

/** The document of these operations; `version` is the box's. */
export function openApiOf(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const each of operations) {
    paths[each.path] = { ...paths[each.path], [each.method]: entryOf(each) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Numberbox", version, summary: "REST v1 of a box", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemReply, "output") },
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "numberbox_session" },
      },
    },
  };
}
