import { describe, expect, it } from "vitest";
import { AppError, seconds } from "../../src/base/index.ts";
import { clientFault } from "../../src/relay/server/client-faults.ts";
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

  it.each(["relay.bad_body", "relay.bad_json", "relay.bad_query"] as const)("says what to do next: %s", (code) => {
    expect(problemOf(refusal(code, "something is wrong")).body.hint).toMatch(/again|Send/);
  });

  it("tells a slow request and a large head from what is no HTTP", () => {
    const told = (code: string) => {
      const { status, retryAfterSeconds, body } = problemOf(clientFault(code, 8192));
      return [status, body.code, retryAfterSeconds];
    };
    // A box gives a message up for good at 400.
    expect(told("ERR_HTTP_REQUEST_TIMEOUT")).toEqual([408, "relay.too_slow", 1]);
    expect(told("HPE_HEADER_OVERFLOW")).toEqual([413, "relay.too_large", undefined]);
    expect(told("HPE_INVALID_METHOD")).toEqual([400, "relay.bad_body", undefined]);
    expect(clientFault("ERR_HTTP_REQUEST_TIMEOUT", 8192).context.limit).toBe("slow_request");
  });
});
