import { describe, expect, it } from "vitest";
import { fromHex, Secret, toHex, utf8 } from "../../src/base/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./error-code.ts";
import { flipBit, formsOf, shownBy, suites } from "./fixtures.ts";

const key = new Secret(new Uint8Array(32).fill(9));
const domain = "numberbox/part/v1";
const plaintext = utf8("part 2 of 3");
const box = encryptLocal({ key, random: new SeededRandom("box"), domain, plaintext });

describe("local boxes", () => {
  it("open with their key and domain", () => {
    expect(box).toHaveLength(24 + plaintext.length + 16);
    expect(decryptLocal({ key, domain, box })).toEqual(plaintext);
  });

  it("differ each time the same bytes are sealed", () => {
    const random = new SeededRandom("box");
    const one = encryptLocal({ key, random, domain, plaintext });
    expect(encryptLocal({ key, random, domain, plaintext })).not.toEqual(one);
  });

  it("open under no other key or domain, and say nothing of the key", () => {
    const other = new Secret(new Uint8Array(32).fill(8));
    expect(codeOf(() => decryptLocal({ key, domain: "numberbox/part/v2", box }))).toBe("envelope.bad_box");
    try {
      decryptLocal({ key: other, domain, box });
    } catch (error) {
      for (const form of formsOf(other.reveal())) expect(shownBy(error)).not.toContain(form);
    }
    expect.assertions(4);
  });

  it("do not open after a change of any byte or any truncation", () => {
    for (let i = 0; i < box.length; i++) {
      expect(codeOf(() => decryptLocal({ key, domain, box: flipBit(box, i) }))).toBe("envelope.bad_box");
      expect(codeOf(() => decryptLocal({ key, domain, box: box.subarray(0, i) }))).toBe("envelope.bad_box");
    }
  });

  it("refuse a key that is not 32 bytes", () => {
    const short = new Secret(new Uint8Array(16));
    const random = new SeededRandom("box");
    expect(codeOf(() => encryptLocal({ key: short, random, domain, plaintext }))).toBe("crypto.bad_length");
    expect(codeOf(() => decryptLocal({ key: short, domain, box }))).toBe("crypto.bad_length");
  });
});

describe.each(suites)("deriveKey over $name", ({ suite }) => {
  it("gives HKDF-SHA256 with the domain as info, and another key for another domain", () => {
    const derived = deriveKey(suite, new Secret(fromHex("0b".repeat(22))), "").reveal();
    // RFC 5869 appendix A.3, first 32 bytes.
    expect(toHex(derived)).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    expect(deriveKey(suite, key, "a").reveal()).not.toEqual(deriveKey(suite, key, "b").reveal());
  });
});
