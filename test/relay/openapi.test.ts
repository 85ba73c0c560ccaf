// The relay's OpenAPI document and its page: made of the routes that there are, and readable without a script.

import { Ajv2020 } from "ajv/dist/2020.js";
import type { Express } from "express";
import { beforeAll, describe, expect, it } from "vitest";
import { codesOf, relayDocument } from "../../src/relay/server/openapi.ts";
import { openApiPage } from "../../src/relay/server/openapi-page.ts";
import { statusOfCode } from "../../src/relay/server/problems.ts";
import { createRoutes, type RouteDeps, relayOperations } from "../../src/relay/server/routes.ts";
import { RelayRig } from "./relay-rig.ts";

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Whatever is read of it is another one; whatever is called fails. */
function nothing(): object {
  return new Proxy(() => {}, {
    get: (_target, name) => (name === "then" ? undefined : nothing()),
    apply: () => {
      throw new Error("this relay does nothing");
    },
  });
}

const deps = nothing() as unknown as RouteDeps;
const operations = relayOperations(deps);
let document: Json;
beforeAll(() => {
  document = JSON.parse(JSON.stringify(relayDocument(operations, "1.2.3")));
});

function* walk(value: unknown, path = "#"): Generator<readonly [string, unknown]> {
  yield [path, value];
  if (!isObject(value)) return;
  for (const [key, each] of Object.entries(value)) {
    yield* walk(each, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  }
}

const at = (path: string): unknown =>
  path
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), document);

const entries = (): readonly (readonly [string, Json])[] =>
  Object.entries(at("#/paths") as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, entry]) => [`${method} ${path}`, entry] as const),
  );

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> };
}

function routesOf(app: Express): readonly string[] {
  return (app.router.stack as unknown as readonly Layer[]).flatMap(({ route }) => {
    if (route === undefined) return [];
    const paths = [route.path].flat().map((path) => path.replace(/:(\w+)/g, "{$1}"));
    return Object.keys(route.methods).flatMap((method) => paths.map((path) => `${method} ${path}`));
  });
}

describe("the relay's OpenAPI document", () => {
  it("names every route of express, and express has every route it names but those that are served beside it", () => {
    const beside = ["get /ws", "post /forward"];
    const own = ["options /{*path}", "get /openapi.json", "get /api"];
    const served = routesOf(createRoutes(deps)).filter((route) => !own.includes(route));
    const named = entries().map(([route]) => route);
    expect(served.toSorted()).toEqual(named.filter((route) => !beside.includes(route)).sort());
    expect(named).toEqual(expect.arrayContaining([...beside, "get /numbers/available", "get /retrieve"]));
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
    ajv.addSchema({ $id: "relay", ...document }, "relay");
    const failed: string[] = [];
    for (const [path] of walk(document)) {
      if (!path.endsWith("/schema") && !/^#\/components\/schemas\/[^/]+$/.test(path)) continue;
      try {
        ajv.compile({ $ref: `relay${path}` });
      } catch (error) {
        failed.push(`${path}: ${error}`);
      }
    }
    expect(failed).toEqual([]);
  });

  it("gives every operation its own id, a chapter that is described, and a summary", () => {
    const ids = entries().map(([, entry]) => entry.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const described = (at("#/tags") as Json[]).filter(({ description }) => description !== undefined);
    for (const [route, entry] of entries()) {
      expect([route, described.map(({ name }) => name)]).toEqual([
        route,
        expect.arrayContaining(entry.tags as string[]),
      ]);
      expect(String(entry.summary)).toMatch(/^[A-Z][^\n]*[^.]$/);
    }
  });

  it("puts every code of a refusal under its own status", () => {
    const strange = operations.flatMap((each) =>
      codesOf(each).flatMap((code) => (statusOfCode(code) === null ? [`${each.method} ${each.path}: ${code}`] : [])),
    );
    expect(strange).toEqual([]);
  });
});

describe("the relay's page for people", () => {
  it("shows every operation and form, escapes what it shows, and may load and run nothing", () => {
    const { html, headers } = openApiPage({ ...document, info: { title: "<script>alert(1)</script>", version: "1" } });
    for (const [route, entry] of entries()) {
      if (entry.deprecated !== true)
        expect([route, html]).toEqual([route, expect.stringContaining(`id="${entry.operationId}"`)]);
    }
    for (const name of Object.keys(at("#/components/schemas") as Json)) expect(html).toContain(`id="${name}"`);
    expect(html).not.toMatch(/<script|style="|onclick|https?:/);
    expect(headers["Content-Security-Policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'/);
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });

  it("is served beside the document, which is the same below its version", async () => {
    const rig = await RelayRig.start({ version: "1.2.3" });
    const page = await fetch(`${rig.url}/api`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("Version 1.2.3");
    const served = await rig.call("GET", "/openapi.json");
    expect(served.body).toMatchObject({ openapi: "3.1.0", info: { version: "1.2.3" } });
    expect((await rig.call("GET", "/v1/openapi.json")).text).toBe(served.text);
    expect((await rig.call("GET", "/v1/info")).body).toMatchObject({ name: "numberbox-relay" });
    await rig.stop();
  });

  it("names the headers that a request may carry, and commands that there are", () => {
    const headers = entries().flatMap(([name, { parameters }]) =>
      (parameters as readonly Json[]).flatMap((each) => (each.in === "header" ? [`${name} ${each.name}`] : [])),
    );
    expect(headers.toSorted()).toEqual([
      "get /listings/{id}/offchain If-None-Match",
      "post /auth Proof-Of-Work",
      "put /listings/{id}/offchain Proof-Of-Work",
    ]);
    expect(JSON.stringify(document).match(/`numberbox [^`]*`/g)).toEqual([
      "`numberbox relay reputation --receipts FILE`",
    ]);
  });
});
