// Whatever a program on the network sends, the box answers with a coded refusal, never with a fault of its own.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemReply } from "../../src/web/shared/session.ts";
import { type Answer, startFixture, type WebFixture } from "../web/web-fixture.ts";

let f: WebFixture;
let headers: Record<string, string>;
beforeAll(async () => {
  const many = { burst: 1_000_000, perSecond: 1 };
  const limits = { freeAttempts: 1_000_000, passwordQueue: 4, callerRequests: many, strangerRequests: many };
  f = await startFixture({ limits });
  headers = await f.token("read", "operate", "manage");
});
afterAll(() => f.stop());

const WRITES = ["/api/v1/rentals", "/api/v1/session", "/api/v1/setup", `/api/v1/rentals/${"0".repeat(32)}/end`];

function expectRefusal(answer: Answer): void {
  expect([200, 201, 400, 401, 403, 404, 409, 413, 415, 421, 429, 503]).toContain(answer.status);
  if (answer.status >= 400) expect(problemReply.parse(answer.json).code).toMatch(/^[a-z]+\.[a-z_0-9]+$/);
}

const almostGrant = fc.record(
  {
    line: fc.oneof(fc.constantFrom("line-1", "line-3", "line-99"), fc.string()),
    renter: fc.oneof(
      fc.record({ verify: fc.base64String({ minLength: 40, maxLength: 44 }), encrypt: fc.constant("A".repeat(43)) }),
      fc.anything(),
    ),
    days: fc.oneof(fc.integer(), fc.double(), fc.string()),
    envelope_version: fc.oneof(fc.constantFrom(1, 2), fc.anything()),
    credit: fc.anything(),
  },
  { requiredKeys: [] },
);

describe("requests of any kind", () => {
  it("any JSON body is answered, never with 500", async () => {
    const body = fc.oneof(almostGrant, fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...WRITES), body, async (path, value) => {
        expectRefusal(
          await f.call("POST", path, {
            headers: { ...headers, "x-numberbox": "1" },
            body: JSON.stringify(value) ?? "",
          }),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("any bytes as a body are answered, never with 500", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...WRITES), fc.uint8Array({ maxLength: 300 }), async (path, bytes) => {
        expectRefusal(await f.call("POST", path, { headers: { ...headers, "x-numberbox": "1" }, body: bytes }));
      }),
      { numRuns: 200 },
    );
  });

  it("any path and query is answered, never with 500", async () => {
    const part = fc.oneof(
      fc.constantFrom("api", "v1", "rentals", "events", "..", "%2e%2e", "%00", "assets", "end"),
      fc.webSegment(),
    );
    const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH"),
        path,
        fc.webQueryParameters(),
        async (method, where, query) => {
          const answer = await f.call(method, `${where}?${query}`, { headers });
          if (answer.json?.code !== "web.pages_missing") expectRefusal(answer);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("any header value is answered, never with 500", async () => {
    const value = fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x20-\x7e]/g, "~"));
    const names = fc.constantFrom(
      "authorization",
      "cookie",
      "origin",
      "content-type",
      "host",
      "x-numberbox",
      "x-forwarded-for",
      "transfer-encoding-x",
    );
    await fc.assert(
      fc.asyncProperty(names, value, async (name, text) => {
        expectRefusal(await f.call("GET", "/api/v1/slots", { headers: { ...headers, [name]: text } }));
        expectRefusal(await f.call("POST", "/api/v1/rentals", { headers: { ...headers, [name]: text }, body: "{}" }));
      }),
      { numRuns: 200 },
    );
  });
});
