import { describe, expect, it } from "vitest";
import { grantRequest } from "../../../src/protocol/index.ts";
import { type GrantForm, requestOf } from "../../../src/web/pages/views/grant-form.ts";

const form: GrantForm = {
  line: "line-1",
  keys: { kind: "good", keys: { verify: "A".repeat(43), encrypt: `${"B".repeat(42)}A` } },
  ...{ days: "30", version: 2, credit: "" },
};

describe("requestOf", () => {
  it("makes a request that the box's schema takes", () => {
    const request = requestOf({ ...form, credit: " 500 " });
    expect(grantRequest.parse(request)).toEqual(request);
    expect(request).toMatchObject({ days: 30, envelope_version: 2, credit: 500 });
  });

  it("takes an empty credit for no limit", () => {
    expect(requestOf(form)?.credit).toBeNull();
  });

  it.each([
    ["no line", { line: "" }],
    ["no keys", { keys: { kind: "empty" } }],
    ["refused keys", { keys: { kind: "refused", reason: "private" } }],
    ["no days", { days: "" }],
    ["zero days", { days: "0" }],
    ["367 days", { days: "367" }],
    ["half a day", { days: "0.5" }],
    ["a negative credit", { credit: "-1" }],
    ["a credit in words", { credit: "many" }],
  ] as const)("makes none of a form with %s", (_what, change) => {
    expect(requestOf({ ...form, ...change })).toBeNull();
  });
});
