import { describe, expect, it } from "vitest";
import { AppError, seconds } from "../../src/base/index.ts";
import { problemOf, refusal } from "../../src/relay/server/problems.ts";

describe("problemOf", () => {
  it("gives a refusal its status, its hint and its wait", () => {
    const problem = problemOf(refusal("relay.rate_limited", "too many", seconds(1.2)));
    expect(problem).toMatchObject({ status: 429, retryAfterSeconds: 2, body: { code: "relay.rate_limited" } });
    expect(problem.body.hint).toContain("Retry-After");
  });

  it("turns a busy or full database into 503 with a wait, and tells nothing of it", () => {
    const cause = new AppError("store.full", "/var/lib/numberbox is full", { retryable: true });
    const { status, retryAfterSeconds, body } = problemOf(cause);
    expect([status, retryAfterSeconds, body.code]).toEqual([503, 5, "relay.busy"]);
    expect(JSON.stringify(body)).not.toContain("numberbox is full");
  });

  it.each([new AppError("store.failed", "no such table: secrets"), new Error("at line 5"), "text", undefined])(
    "turns anything else into 500 without a word of it: %s",
    (thrown) => {
      expect(problemOf(thrown)).toMatchObject({ status: 500, body: { code: "relay.internal" } });
      expect(JSON.stringify(problemOf(thrown))).not.toMatch(/secrets|line 5|text/);
    },
  );

  it("cuts an error that quotes a very long member name", () => {
    const { body } = problemOf(refusal("relay.bad_body", "x".repeat(100_000)));
    expect(body.error.length).toBeLessThanOrEqual(600);
  });
});
