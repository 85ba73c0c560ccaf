import { describe, expect, it } from "vitest";
import { codeIn } from "../../src/page-parts/index.ts";

describe("the code in a message", () => {
  it.each([
    ["Your code is 4471", "4471"],
    ["G-123456 is your Google verification code.", "123456"],
    ["123 456 is your Instagram code", "123456"],
    ["Ваш код: 90210. Никому не говорите.", "90210"],
    ["2026: use 83412 as your PIN", "83412"],
    ["Tu código es 0042", "0042"],
    ["778899", "778899"],
  ])("%s", (text, code) => expect(codeIn(text)).toBe(code));

  it.each([
    "Call +15550100 now",
    "See you at 12:30 on 01/02/2026",
    "You owe 1234.50 EUR",
    "Card 4111111111111111",
    "no digits here",
    "",
  ])("none in: %s", (text) => expect(codeIn(text)).toBeNull());
});
