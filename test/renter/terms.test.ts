import { describe, expect, it } from "vitest";
import { senderPolicyText, shownTerms, sipOf } from "../../src/renter/index.ts";
import { TERMS } from "../protocol/sip-samples.ts";

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

describe("sipOf", () => {
  it("is the account, or null for terms without one", () => {
    expect(sipOf({ envelope_version: 1, sip: { ...TERMS } })).toEqual(TERMS);
    for (const terms of [{ envelope_version: 1 }, {}, null, "sip"]) expect(sipOf(terms)).toBeNull();
  });

  it.each([
    [{ ...TERMS, v: 2 }],
    [{ ...TERMS, more: 1 }],
    [{ ...TERMS, password: "secret" }],
    [{ ...TERMS, host: "sip.example.org/x" }],
    [null],
    ["sip:a@b"],
  ])("refuses %j, and says nothing of it", (sip) => {
    const refused = expect.objectContaining({ code: "renter.bad_sip", message: expect.not.stringContaining("secret") });
    expect(() => sipOf({ sip })).toThrowError(refused);
  });
});

describe("shownTerms", () => {
  it("leaves the account out, of whatever form, and says that there is one", () => {
    expect(shownTerms({ a: 1, sip: { ...TERMS } })).toEqual({ terms: { a: 1 }, calls: true });
    expect(shownTerms({ a: 1, sip: "odd" })).toEqual({ terms: { a: 1 }, calls: true });
    expect(shownTerms({ a: 1 })).toEqual({ terms: { a: 1 }, calls: false });
  });
});
