import { describe, expect, it } from "vitest";
import { emcText, microEmc, parseEmc, shortEmc } from "../../src/base/index.ts";

describe("micro-EMC", () => {
  it.each([
    ["0", 0, "0.000000", "0"],
    ["0.001", 1000, "0.001000", "0.001"],
    ["1.00", 1_000_000, "1.000000", "1"],
    ["-12.5", -12_500_000, "-12.500000", "-12.5"],
    ["0.000001", 1, "0.000001", "0.000001"],
    ["1234567890.123456", 1_234_567_890_123_456, "1234567890.123456", "1234567890.123456"],
  ])("reads %s as %d and prints it with all and with as few decimals as it takes", (text, value, full, short) => {
    expect(parseEmc(text)).toBe(value);
    expect(emcText(microEmc(value))).toBe(full);
    expect(shortEmc(microEmc(value))).toBe(short);
  });

  it.each(["", ".5", "1.", "1e3", "0.0000001", "+1", " 1", "1,5", "12345678901", "NaN", "0x10"])(
    "refuses %j",
    (text) => {
      expect(() => parseEmc(text)).toThrow(expect.objectContaining({ code: "emercoin.bad_amount" }));
    },
  );

  it("refuses what is not a whole number of micro-EMC and knows no negative zero", () => {
    for (const value of [0.5, 2 ** 53, Number.NaN]) expect(() => microEmc(value)).toThrow();
    expect(Object.is(parseEmc("-0"), 0)).toBe(true);
  });
});
