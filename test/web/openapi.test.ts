// The OpenAPI document is what a client's generator reads: every schema compiles, every reference leads somewhere, and it names all
// routes that there are and no others.

import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { openApiOf } from "../../src/web/server/openapi.ts";
import { codesOf } from "../../src/web/server/openapi-problems.ts";
import type { Operation } from "../../src/web/server/operation.ts";
import { statusOfCode } from "../../src/web/server/problems.ts";
import { appOfEverything, operationsOfEverything, routesOf } from "./every-operation.ts";

type Json = Record<string, unknown>;
let operations: readonly Operation[];
let document: Json;

beforeAll(() => {
  operations = operationsOfEverything();
  document = JSON.parse(JSON.stringify(openApiOf(operations, "1")));
});

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

function at(path: string): unknown {
  return path
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), document);
}

/** Every value of the document, with the way to it. */
function* walk(value: unknown, path = "#"): Generator<readonly [string, unknown]> {
  yield [path, value];
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    yield* walk(each, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

const entries = (): readonly (readonly [string, Json])[] =>
  Object.entries(at("#/paths") as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, entry]) => [`${method} ${path}`, entry] as const),
  );

describe("the OpenAPI document", () => {
  it("names every route of express, and express has every route it names", () => {
    const named = entries().map(([route]) => route);
    const served = routesOf(appOfEverything()).filter((route) => !["get /health", "get /metrics"].includes(route));
    expect(served.toSorted()).toEqual(named.filter((route) => route !== "get /live").sort());
    expect(named.length).toBeGreaterThan(60);
  });

  it("leads with every reference somewhere, and has no component that nothing refers to", () => {
    const refs = [...walk(document)].filter(([path]) => path.endsWith("/$ref")).map(([, ref]) => String(ref));
    expect(refs.filter((ref) => at(ref) === undefined)).toEqual([]);
    const schemas = Object.keys(at("#/components/schemas") as Json).map((name) => `#/components/schemas/${name}`);
    expect(schemas.filter((name) => !refs.includes(name))).toEqual([]);
  });

  it("has schemas that compile in the dialect it names", () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false });
    ajv.addVocabulary(Object.keys(document));
    ajv.addSchema({ $id: "box", ...document }, "box");
    const failed: string[] = [];
    for (const [path] of walk(document)) {
      if (!path.endsWith("/schema") && !/^#\/components\/schemas\/[^/]+$/.test(path)) continue;
      try {
        ajv.compile({ $ref: `box${path}` });
      } catch (error) {
        failed.push(`${path}: ${error}`);
      }
    }
    expect(document.jsonSchemaDialect).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(failed).toEqual([]);
  });

  it("has examples that its own schemas accept", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: "box", ...document }, "box");
    const examples = [...walk(document)].filter(([path]) => path.endsWith("/application~1json/example"));
    expect(examples.length).toBeGreaterThan(5);
    for (const [path, example] of examples) {
      const check = ajv.compile({ $ref: `box${path.replace(/example$/, "schema")}` });
      expect([path, check(example), check.errors]).toEqual([path, true, null]);
    }
  });

  it("gives every operation its own id, a tag, a summary and a scope", () => {
    const ids = entries().map(([, entry]) => entry.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = at("#/tags") as { name: string }[];
    for (const [route, entry] of entries()) {
      expect([route, tags.map(({ name }) => name)]).toEqual([route, expect.arrayContaining(entry.tags as string[])]);
      expect(String(entry.summary)).toMatch(/^[A-Z][^\n]*[^.]$/);
      expect([route, entry["x-scope"] ?? entry.security]).toEqual([
        route,
        expect.toSatisfy((scope) => ["read", "operate", "manage", "content"].includes(scope) || scope?.length === 0),
      ]);
    }
  });

  it("says for every place in an address what stands there", () => {
    for (const [route, entry] of entries()) {
      const places = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const named = (entry.parameters as Json[]).filter((each) => each.in === "path").map(({ name }) => name);
      expect([route, named.sort()]).toEqual([route, places.sort()]);
    }
  });

  it("puts every code of a refusal under its own status", () => {
    const strange = operations.flatMap((each) =>
      codesOf(each)
        .filter((code) => statusOfCode(code) === null)
        .map((code) => `${each.method} ${each.path}: ${code}`),
    );
    expect(strange).toEqual([]);
  });

  it("offers an idempotency key where a POST may be repeated, and nowhere else", () => {
    const takes = entries()
      .filter(([, { parameters }]) => JSON.stringify(parameters).includes("IdempotencyKey"))
      .map(([route]) => route);
    expect(takes).toContain("post /rentals");
    expect(takes).toContain("post /payments/orders");
    for (const secret of [
      "post /phones",
      "post /session",
      "post /setup",
      "post /chain/unlock",
      "post /slots/{id}/ussd",
    ]) {
      expect(takes).not.toContain(secret);
    }
    expect(takes.every((route) => route.startsWith("post "))).toBe(true);
  });
});
