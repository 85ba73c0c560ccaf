import { describe, expect, it } from "vitest";
import { senderPolicyText } from "../../src/renter/index.ts";

describe("senderPolicyText", () => {
  it.each([
    [
      { sender_policy: { presets: ["banks-and-payments"], custom: false } },
      "The provider does not deliver messages from: banks-and-payments.",
    ],
    [
      { envelope_version: 1, sender_policy: { presets: ["a", "b"], custom: true } },
      "The provider does not deliver messages from: a, b, senders of the provider's own list.",
    ],
    [{ sender_policy: { presets: [], custom: false } }, null],
    [{ envelope_version: 1 }, null],
    [{ sender_policy: "all" }, null],
    [null, null],
  ])("of %j is %j", (terms, text) => {
    expect(senderPolicyText(terms)).toBe(text);
  });
});
