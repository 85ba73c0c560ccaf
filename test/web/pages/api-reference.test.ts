import { beforeAll, describe, expect, it } from "vitest";
import {
  type ApiChapter,
  type ApiOperation,
  apiDocument,
  chaptersOf,
  curlText,
  filledPath,
  schemaText,
  searched,
} from "../../../src/web/pages/api-reference.ts";
import { openApiOf } from "../../../src/web/server/openapi.ts";
import { operationsOfEverything } from "../every-operation.ts";

let chapters: readonly ApiChapter[];
const count = (some: readonly ApiChapter[]): number => some.reduce((sum, { operations }) => sum + operations.length, 0);

function named(id: string): ApiOperation {
  const found = chapters.flatMap(({ operations }) => operations).find((each) => each.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

beforeAll(() => {
  chapters = chaptersOf(apiDocument.parse(openApiOf(operationsOfEverything(), "1")));
});

describe("the reference of REST", () => {
  it("has every operation in one chapter, and the live feed", () => {
    expect(count(chapters)).toBe(operationsOfEverything().length + 1);
    expect(named("getLive").status).toBe("101");
  });

  it("says what an operation takes, answers and refuses", () => {
    const grant = named("postRentals");
    expect(grant).toMatchObject({ method: "POST", scope: "operate", status: "201" });
    expect(grant.body).toContain("days: integer 1…366");
    expect(grant.body).toContain("credit?: integer 0… | null = null");
    expect(grant.body).toMatch(/renter: \{\n {4}verify: string/);
    expect(grant.reply).toContain('state: "active" | "ended" | "expired"');
    expect(grant.refusals.find(({ status }) => status === "409")?.codes).toContain("rental.line_rented");
    expect(named("getSession").scope).toBeNull();
  });

  it("finds operations by words of path, summary and code", () => {
    expect(count(searched(chapters, ""))).toBe(count(chapters));
    expect(count(searched(chapters, "no such words"))).toBe(0);
    const found = searched(chapters, "POST rentals line_rented").flatMap(({ operations }) => operations);
    expect(found.map(({ id }) => id)).toEqual(["postRentals"]);
  });

  it("fills in an address and quotes it for a shell", () => {
    const recover = named("postSlotsIdRecover");
    expect(filledPath(recover, {})).toBe("/api/v1/slots/{id}/recover");
    expect(curlText(recover, "http://box.local", { id: "a b'c" })).toBe(
      `curl -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"rung":"cfun"}' 'http://box.local/api/v1/slots/a%20b'\\''c/recover'`,
    );
    expect(filledPath(named("getEvents"), { limit: "5", after: "" })).toBe("/api/v1/events?limit=5");
  });

  it.each([
    [{ type: "string", maxLength: 8 }, "string ≤ 8"],
    [{ type: "array", items: { const: "a" } }, '"a"[]'],
    [{ type: "object", properties: { a: { type: "boolean", default: false } } }, "{\n  a?: boolean = false\n}"],
    [{ type: "object", additionalProperties: { type: "number" } }, "{\n  [name]: number\n}"],
    [{ $ref: "#/components/schemas/Round" }, "Round"],
    [{}, "any"],
  ])("writes the schema %j as %j", (schema, text) => {
    const round = { type: "object", properties: { again: { $ref: "#/components/schemas/Round" } } };
    const written = schemaText(schema, { Round: round });
    // One that holds itself ends.
    if ("$ref" in schema) expect(written).toContain("again?: Round");
    else expect(written).toBe(text);
  });
});
