import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64url, hasCode, toBase64, toBase64url } from "../../src/base/index.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const codeOf = (text: string): boolean => {
  try {
    fromBase64url(text);
    return false;
  } catch (error) {
    return hasCode(error, "base.bad_base64");
  }
};

describe("base64", () => {
  it("writes what Buffer writes", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(toBase64url(data)).toBe(Buffer.from(data).toString("base64url"));
        expect(toBase64(data)).toBe(Buffer.from(data).toString("base64"));
      }),
    );
  });

  it("reads both alphabets, padded or not", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        for (const text of [toBase64(data), toBase64url(data), toBase64(data).replace(/=+$/, "")]) {
          expect(fromBase64url(text)).toEqual(data);
        }
      }),
    );
  });

  it("reads any text to bytes that write that text again, or refuses it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AQgw-_+/9z="), maxLength: 12 }), (text) => {
        if (codeOf(text)) return;
        const bare = text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
        expect(toBase64url(fromBase64url(text))).toBe(bare);
      }),
    );
  });

  it.each(["A", "AAAAA", "AB", "AAB", "A A=", "AA===", "A=A=", "AAé", "AA\u{1f600}", "AA\n"])("refuses %j", (text) => {
    expect(codeOf(text)).toBe(true);
  });

  it("reads the empty text", () => {
    expect(fromBase64url("")).toEqual(new Uint8Array(0));
  });
});
