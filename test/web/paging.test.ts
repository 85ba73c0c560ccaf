import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { namedPageQuery, pageOf } from "../../src/web/server/exchange.ts";
import { rentalsReply } from "../../src/web/shared/api.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

describe("a list in pages", () => {
  it("has each row once, in its order, whatever the size of the pages", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 40 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 12 }), (rows, limit) => {
        const seen: string[] = [];
        for (let after: string | undefined, n = 0; n <= rows.length; n++) {
          const { page, next } = pageOf(rows, { after, limit }, (row) => row);
          expect(page.length).toBeLessThanOrEqual(limit);
          seen.push(...page);
          if (next === null) break;
          after = next;
        }
        expect(seen).toEqual(rows);
      }),
    );
  });

  it("comes whole without a limit, and refuses a place that is not in it", () => {
    expect(pageOf(["a", "b"], {}, (row) => row)).toEqual({ page: ["a", "b"], next: null });
    expect(() => pageOf(["a"], { after: "z" }, (row) => row)).toThrow("names nothing in this list");
  });

  it.each([{ limit: "0" }, { limit: "501" }, { limit: "x" }, { limit: "1.5" }, { other: "1" }])(
    "refuses %j",
    (query) => {
      expect(namedPageQuery.safeParse(query).success).toBe(false);
    },
  );
});

describe("rentals over REST", () => {
  let f: WebFixture;
  afterEach(() => f.stop());

  it("come in pages, and one by one", async () => {
    f = await startFixture({ slots: 12 });
    const headers = await f.token("read");
    const ask = async (query: string) =>
      rentalsReply.parse((await f.call("GET", `/api/v1/rentals${query}`, { headers })).json);
    const all = (await ask("")).rentals;
    const first = await ask("?limit=2");
    const second = await ask(`?limit=500&after=${first.next}`);
    expect([...first.rentals, ...second.rentals]).toEqual(all);
    expect(second.next).toBeNull();
    const one = await f.call("GET", `/api/v1/rentals/${all[0]?.id}`, { headers });
    expect(one.json).toEqual(all[0]);
    const none = await f.call("GET", `/api/v1/rentals/${"0".repeat(32)}`, { headers });
    expect([none.status, none.json?.code]).toEqual([404, "rental.unknown"]);
  });
});
