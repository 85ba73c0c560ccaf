// Packing and translating GSM 7-bit text (TS 23.038 6.1.2.1, 6.2.1).
import { describe, expect, it } from "vitest";
import { packedText, packSeptets, textToSeptets } from "../../src/sms/gsm7.ts";
import { alphabetOf, DEFAULT_GSM7 } from "../../src/sms/gsm7-alphabet.ts";

const TURKISH = alphabetOf("turkish", "turkish");
const BENGALI = alphabetOf("bengali", null);

/** The text of unpacked septets. */
const text = (septets: readonly number[], alphabet = DEFAULT_GSM7): string =>
  packedText(packSeptets(septets, 0), { from: 0, to: septets.length }, alphabet);

describe("packing", () => {
  it("is that of 6.1.2.1.1: the first septet in the low bits of the first octet", () => {
    const hello = [0x68, 0x65, 0x6c, 0x6c, 0x6f];
    expect(packSeptets(hello, 0)).toEqual(Uint8Array.of(0xe8, 0x32, 0x9b, 0xfd, 0x06));
    expect(packSeptets([0x7f, 0, 0, 0, 0, 0, 0, 0x7f], 0)).toEqual(Uint8Array.of(0x7f, 0, 0, 0, 0, 0, 0xfe));
  });

  it("leaves room before an offset", () => {
    expect(packSeptets([0x68], 8)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x68));
    expect(packSeptets([], 0)).toEqual(new Uint8Array(0));
  });

  it("reads what lies beyond the octets as zeros", () => {
    expect(packedText(Uint8Array.of(0xe8), { from: 0, to: 3 }, DEFAULT_GSM7)).toBe("h£@");
  });
});

describe("the escape", () => {
  it("selects the extension table", () => {
    expect(text([0x1b, 0x65, 0x1b, 0x3c])).toBe("€[");
  });

  it("before a code without extension shows the character of the locking table", () => {
    expect(text([0x1b, 0x61])).toBe("a");
    expect(text([0x1b, 0x0c], TURKISH)).toBe("ğ");
    expect(text([0x1b, 0x0d])).toBe("\r");
  });

  it("twice, or at the end, shows a space", () => {
    expect(text([0x1b, 0x1b, 0x61])).toBe(" a");
    expect(text([0x61, 0x1b])).toBe("a ");
  });

  it("selects the national single shift table", () => {
    expect(text([0x1b, 0x73], TURKISH)).toBe("ş");
  });
});

describe("a code that no table defines", () => {
  it("is U+FFFD", () => {
    expect(text([0x0c, 0x00], BENGALI)).toBe("\ufffd\u0981");
    expect(text([0x1b, 0x0c], BENGALI)).toBe("\ufffd");
  });
});

describe("encoding", () => {
  it("gives one septet, or an escape and one", () => {
    expect(textToSeptets("a€", DEFAULT_GSM7)).toEqual([[0x61], [0x1b, 0x65]]);
    expect(textToSeptets("€", TURKISH)).toEqual([[0x04]]);
  });

  it("has no answer for a character outside the alphabet", () => {
    expect(textToSeptets("aŵ", DEFAULT_GSM7)).toBeNull();
    expect(textToSeptets("\0", DEFAULT_GSM7)).toBeNull();
    expect(textToSeptets("😀", DEFAULT_GSM7)).toBeNull();
  });
});
