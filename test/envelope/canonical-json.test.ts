import { describe, expect, it } from "vitest";
import { fromUtf8, isAppError, toHex } from "../../src/base/index.ts";
import { canonicalBytes, canonicalJson, parseCanonicalInput } from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";
import { type NessVectors, suites } from "./fixtures.ts";
import { haveVectors, vectorBytes, vectorJson, vectorsNote } from "./vectors.ts";

function pathOf(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    if (isAppError(error)) return error.context.path;
  }
  return "nothing";
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

describe("canonicalJson", () => {
  it("sorts members, drops white space and keeps other scripts as they are", () => {
    const value = { b: [1, true, null], a: { z: "é€😀", A: '\u0001\u007f"\\/\n' }, "1": -5 };
    expect(canonicalJson(value)).toBe('{"1":-5,"a":{"A":"\\u0001\u007f\\"\\\\/\\n","z":"é€😀"},"b":[1,true,null]}');
  });

  it("gives UTF-8 bytes", () => {
    expect(fromUtf8(canonicalBytes({ a: "é" }))).toBe('{"a":"é"}');
    expect(canonicalBytes("é")).toHaveLength(4);
  });

  it("writes negative zero as 0 (RFC 8785 section 3.2.2.3)", () => {
    expect(canonicalJson(-0)).toBe("0");
  });

  it("accepts objects without a prototype", () => {
    expect(canonicalJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  it.each([
    ["a fraction", { a: [1, 0.5] }, "canonical.not_integer", "$.a[1]"],
    ["not a number", Number.NaN, "canonical.not_integer", "$"],
    ["infinity", [Number.POSITIVE_INFINITY], "canonical.not_integer", "$[0]"],
    ["2^53", { n: 2 ** 53 }, "canonical.too_large", "$.n"],
    ["undefined", { a: { b: undefined } }, "canonical.bad_type", "$.a.b"],
    ["a hole in a list", { a: new Array(1) }, "canonical.bad_type", "$.a[0]"],
    ["a function", { f: () => 1 }, "canonical.bad_type", "$.f"],
    ["a big integer", [1n], "canonical.bad_type", "$[0]"],
    ["a date", { at: new Date(0) }, "canonical.bad_type", "$.at"],
    ["a map", new Map(), "canonical.bad_type", "$"],
    ["bytes", { b: new Uint8Array(1) }, "canonical.bad_type", "$.b"],
    ["a lone surrogate", { s: "a\ud800" }, "canonical.bad_string", "$.s"],
    ["a name beyond ASCII", { a: { é: 1 } }, "canonical.bad_name", "$.a"],
    ["a control character in a name", { "a\nb": 1 }, "canonical.bad_name", "$"],
    ["a very long name's value", { ["n".repeat(60)]: 0.5 }, "canonical.not_integer", `$.${"n".repeat(40)}…`],
  ])("refuses %s, naming the path", (_what, value, code, path) => {
    expect(codeOf(() => canonicalJson(value))).toBe(code);
    expect(pathOf(() => canonicalJson(value))).toBe(path);
  });

  it("accepts 32 levels and refuses 33, and refuses a cycle", () => {
    expect(codeOf(() => canonicalJson(nested(32)))).toBe("nothing");
    expect(codeOf(() => canonicalJson(nested(33)))).toBe("canonical.too_deep");
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(codeOf(() => canonicalJson(cycle))).toBe("canonical.too_deep");
  });

  it("names no value in an error", () => {
    try {
      canonicalJson({ secret: "hunter2\ud800" });
    } catch (error) {
      expect(isAppError(error) && JSON.stringify(error)).not.toContain("hunter2");
    }
    expect.assertions(1);
  });
});

describe("parseCanonicalInput", () => {
  it("reads what JSON.parse reads, within the profile", () => {
    const text = ' { "a" : [ 1 , -2, true,false, null, "x\\u00e9\\n\\"" ], "b":{}, "c" :[] }\r\n\t';
    expect(parseCanonicalInput(text)).toEqual(JSON.parse(text));
  });

  it("keeps a member called __proto__ as a member", () => {
    const value = parseCanonicalInput('{"__proto__":{"polluted":1}}');
    expect(Object.keys(Object(value))).toEqual(["__proto__"]);
    expect(canonicalJson(value)).toBe('{"__proto__":{"polluted":1}}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it.each([
    ['{"a":1,"a":1}', "canonical.duplicate_name", "$.a"],
    ['{"a":1,"\\u0061":2}', "canonical.duplicate_name", "$.a"],
    ['{"a":{"b":[0,1.0]}}', "canonical.not_integer", "$.a.b[1]"],
    ["1e3", "canonical.not_integer", "$"],
    ["-0", "canonical.not_integer", "$"],
    ["9007199254740992", "canonical.too_large", "$"],
    ["-9007199254740992", "canonical.too_large", "$"],
    ['"\\ud800"', "canonical.bad_string", "$"],
    ['{"\\u00e9":1}', "canonical.bad_name", "$"],
    ["", "canonical.bad_syntax", "$"],
    ["{", "canonical.bad_syntax", "$"],
    ['{"a"', "canonical.bad_syntax", "$.a"],
    ['{"a":', "canonical.bad_syntax", "$.a"],
    ['{"a":1,}', "canonical.bad_syntax", "$"],
    ["{a:1}", "canonical.bad_syntax", "$"],
    ["[1,]", "canonical.bad_syntax", "$[1]"],
    ["[1 2]", "canonical.bad_syntax", "$"],
    ["01", "canonical.bad_syntax", "$"],
    ["+1", "canonical.bad_syntax", "$"],
    ["NaN", "canonical.bad_syntax", "$"],
    ["nul", "canonical.bad_syntax", "$"],
    ["1 1", "canonical.bad_syntax", "$"],
    ['"a', "canonical.bad_syntax", "$"],
    ['"a\\', "canonical.bad_syntax", "$"],
    ['"\\x"', "canonical.bad_syntax", "$"],
    ['"a\nb"', "canonical.bad_syntax", "$"],
    ["'a'", "canonical.bad_syntax", "$"],
  ])("refuses %s as %s", (text, code, path) => {
    expect(codeOf(() => parseCanonicalInput(text))).toBe(code);
    expect(pathOf(() => parseCanonicalInput(text))).toBe(path);
  });

  it("bounds depth and length", () => {
    expect(codeOf(() => parseCanonicalInput("[".repeat(32) + "]".repeat(32)))).toBe("nothing");
    expect(codeOf(() => parseCanonicalInput("[".repeat(33) + "]".repeat(33)))).toBe("canonical.too_deep");
    expect(codeOf(() => parseCanonicalInput("[".repeat(1_000_000)))).toBe("canonical.too_deep");
    expect(codeOf(() => parseCanonicalInput('"1234"', 6))).toBe("nothing");
    expect(codeOf(() => parseCanonicalInput('"12345"', 6))).toBe("canonical.too_long");
  });
});

describe.skipIf(!haveVectors)(`canonical JSON against the reference vectors${vectorsNote}`, () => {
  const vectors = haveVectors ? vectorJson<NessVectors>("ness/vectors.json") : undefined;
  const listing = vectors?.listing;

  it("gives the canonical listing, its commitment C1 and the commitments with line feed and signature", () => {
    const canonical = canonicalJson(listing?.record_unsigned);
    expect(canonical).toBe(listing?.canonical_unsigned);
    expect(canonicalBytes(listing?.record_unsigned)).toEqual(vectorBytes("ness/listing_canonical_unsigned.bin"));
    const signed = canonicalJson(vectorJson("ness/listing_signed.json"));
    expect(canonicalBytes(vectorJson("ness/listing_signed.json"))).toEqual(
      vectorBytes("ness/listing_canonical_signed.bin"),
    );
    for (const { suite } of suites) {
      const hash = (text: string): string => toHex(suite.sha256(new TextEncoder().encode(text)));
      expect(hash(canonical)).toBe(listing?.commitments.C1_unsigned_canonical);
      expect(hash(`${canonical}\n`)).toBe(listing?.commitments.C2_unsigned_canonical_lf);
      expect(hash(signed)).toBe(listing?.commitments.C3_signed_canonical);
      expect(hash(`${signed}\n`)).toBe(listing?.commitments.C4_signed_canonical_lf);
    }
  });

  it("verifies the signatures of both listings over their canonical bytes", () => {
    const full = vectors?.listing_full;
    const { signature, ...body } = full?.record_signed ?? { signature: "" };
    expect(canonicalBytes(body)).toEqual(vectorBytes("ness/listing_full_canonical_unsigned.bin"));
    const key = Buffer.from(vectors?.identities.provider123.verify_hex ?? "", "hex");
    for (const { suite } of suites) {
      expect(toHex(suite.sha256(canonicalBytes(body)))).toBe(full?.canonical_unsigned_sha256_C1);
      expect(suite.ed25519Verify(key, canonicalBytes(body), Buffer.from(signature, "base64url"))).toBe(true);
      const small = Buffer.from(listing?.signature_b64url ?? "", "base64url");
      expect(suite.ed25519Verify(key, canonicalBytes(listing?.record_unsigned), small)).toBe(true);
    }
  });

  it("agrees with the JCS project's arrays, and refuses its floats by the input profile", () => {
    type Jcs = { readonly id: string; readonly input?: string; readonly output?: string; readonly outhex?: string };
    const all = vectorJson<readonly Jcs[]>("peers/dev-jcs.json");
    const byId = (id: string): Jcs | undefined => all.find((record) => record.id === id);
    const arrays = byId("jcs-arrays");
    expect(toHex(canonicalBytes(parseCanonicalInput(arrays?.input ?? "")))).toBe(arrays?.outhex);
    const values = byId("jcs-values")?.input ?? "";
    expect(codeOf(() => parseCanonicalInput(values))).toBe("canonical.not_integer");
    const { string, literals } = JSON.parse(values) as Record<string, unknown>;
    const expected = JSON.parse(byId("jcs-values")?.output ?? "") as Record<string, unknown>;
    expect(canonicalJson({ string, literals })).toBe(
      `{"literals":[null,true,false],"string":${JSON.stringify(expected.string)}}`,
    );
  });
});
