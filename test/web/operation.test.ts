import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openApiOf } from "../../src/web/server/openapi.ts";
import { type Operation, operation } from "../../src/web/server/operation.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const echo = operation({
  ...{ method: "post", path: "/echo/{name}", scope: "operate", tag: "Test", summary: "Say it again", status: 201 },
  params: z.strictObject({ name: z.string().max(5) }),
  query: z.strictObject({ loud: z.enum(["yes", "no"]).default("no") }),
  body: z.strictObject({ text: z.string() }),
  reply: z.object({ name: z.string(), text: z.string(), loud: z.string(), by: z.string().nullable() }),
  errors: ["echo.silent"],
  run: ({ params, query, body, principal }) => ({
    ...{ name: params.name, text: body.text, loud: query.loud, by: principal?.kind ?? null },
    secret: "must not leave",
  }),
});

const file = operation({
  ...{ method: "get", path: "/file", scope: "read", tag: "Test", summary: "A file", download: "text/plain" },
  run: () => ({ fileName: 'a"b/../c.txt', content: Readable.from(["one ", "two"]) }),
});

const nothing = operation({
  ...{ method: "delete", path: "/echo", scope: "manage", tag: "Test", summary: "Nothing" },
  run: () => {},
});

let f: WebFixture;
afterEach(() => f.stop());

async function open(...operations: Operation[]): Promise<void> {
  f = await startFixture({ operations });
}

describe("an operation", () => {
  it("parses address, query and body, and answers what its schema lets through", async () => {
    await open(echo);
    const headers = await f.token("operate");
    const answer = await f.call("POST", "/api/v1/echo/bob?loud=yes", { headers, body: { text: "hi" } });
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({ name: "bob", text: "hi", loud: "yes", by: "token" });
  });

  it.each([
    ["an address", "/api/v1/echo/robert", { text: "hi" }],
    ["a query", "/api/v1/echo/bob?loud=maybe", { text: "hi" }],
    ["a body", "/api/v1/echo/bob", { text: 1 }],
  ])("refuses %s that does not fit", async (_what, path, body) => {
    await open(echo);
    const answer = await f.call("POST", path, { headers: await f.token("operate"), body });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "web.bad_request" });
  });

  it("is for its scope only", async () => {
    await open(echo);
    const answer = await f.call("POST", "/api/v1/echo/bob", { headers: await f.token("read"), body: { text: "hi" } });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ code: "web.scope", context: { scope: "operate" } });
  });

  it("sends a file under a safe name", async () => {
    await open(file);
    const answer = await f.call("GET", "/api/v1/file", { headers: await f.token("read") });
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="a_b_.._c.txt"');
    expect(answer.text).toBe("one two");
  });

  it("without a reply answers 204", async () => {
    await open(nothing);
    expect((await f.call("DELETE", "/api/v1/echo", { headers: await f.token("manage") })).status).toBe(204);
  });
});

describe("the OpenAPI document", () => {
  it("says of each operation what it takes, answers and needs", () => {
    const document = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))) })
      .parse(openApiOf([echo, file, nothing], "1"));
    expect(document.paths["/echo/{name}"]?.post).toMatchObject({
      operationId: "postEchoName",
      "x-scope": "operate",
      parameters: [
        { name: "name", in: "path", required: true },
        { name: "loud", in: "query", required: false },
        { $ref: "#/components/parameters/IdempotencyKey" },
      ],
      requestBody: {
        content: { "application/json": { schema: { $ref: "#/components/schemas/PostEchoNameRequest" } } },
      },
    });
    expect(document.paths["/file"]?.get).toMatchObject({ responses: { 200: { content: { "text/plain": {} } } } });
    expect(document.paths["/echo"]?.delete).toMatchObject({ responses: { 204: {} } });
  });

  it("is served to readers", async () => {
    await open(echo);
    const answer = await f.call("GET", "/api/v1/openapi.json", { headers: await f.token("read") });
    expect(answer.json).toMatchObject({ openapi: "3.1.0", paths: { "/echo/{name}": {} } });
  });
});
