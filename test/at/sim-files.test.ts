// Files of the SIM through +CRSM.
import { describe, expect, it } from "vitest";
import { parseCrsm, parseIccid, parseMncLength, parseProviderName, simText } from "../../src/at/index.ts";

const badResponse = expect.objectContaining({ code: "at.bad_response" });
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

describe("parseCrsm", () => {
  it.each([
    ['144,0,"98231420326409614067"', { sw1: 144, sw2: 0, data: "98231420326409614067" }],
    ["144, 0,0054ff", { sw1: 144, sw2: 0, data: "0054FF" }],
    ["106,130", { sw1: 106, sw2: 130, data: null }],
    ['148,4,""', { sw1: 148, sw2: 4, data: null }],
  ])("%s", (rest, answer) => {
    expect(parseCrsm([`+CRSM: ${rest}`])).toEqual(answer);
  });

  it.each(["", "144", "144,0,xyz", "144,0,123"])("refuses %j", (rest) => {
    expect(() => parseCrsm([`+CRSM: ${rest}`])).toThrow(badResponse);
  });
});

describe("the file of the card's number", () => {
  it("is read by parseIccid as any other form", () => {
    expect(parseIccid(['+CRSM: 144,0,"98231420326409614067"'])).toBe("89324102234690160476");
    expect(() => parseIccid(["+CRSM: 106,130"])).toThrow(badResponse);
  });
});

describe("parseProviderName", () => {
  it.each([
    ["0154657374204E6574FFFFFFFFFFFFFFFF", "Test Net"],
    ["01060F1B21FFFFFFFFFFFFFFFFFFFFFFFF", "ùå !"],
    ["008004220430FFFFFFFFFFFFFFFFFFFFFF", "\u0422\u0430"],
    ["01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", null],
  ])("%s", (data, name) => {
    expect(parseProviderName([`+CRSM: 144,0,"${data}"`])).toBe(name);
  });

  it("refuses a file that is not there", () => {
    expect(() => parseProviderName(["+CRSM: 106,130"])).toThrow(badResponse);
  });
});

describe("simText", () => {
  it("reads pages of UCS-2 (TS 102 221 annex A)", () => {
    // 81: three characters in the half page 0x0400, the first from the GSM alphabet.
    expect(simText(hex("810308418595FF"))).toBe("A\u0405\u0415");
    // 82: base 0x0530.
    expect(simText(hex("8202053081B2FF"))).toBe("\u0531\u0562");
  });
});

describe("parseMncLength", () => {
  it.each([
    ["00000002", 2],
    ["00000003", 3],
    ["000000FF", null],
    ["000000", null],
  ])("%s", (data, length) => {
    expect(parseMncLength([`+CRSM: 144,0,"${data}"`])).toBe(length);
  });
});
