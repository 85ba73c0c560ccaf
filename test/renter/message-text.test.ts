import { describe, expect, it } from "vitest";
import { isOddText, linkFacts, textPieces } from "../../src/renter/index.ts";

const kinds = (text: string) => textPieces(text).map(({ kind, text: part }) => [kind, part]);

describe("textPieces", () => {
  it("leaves ordinary text whole, whatever its language: lines, tabs, emoji, joiners and accents", () => {
    for (const text of [
      "Your code is 1234.\n\tBye\r\n",
      "👩‍👩‍👧 ❤️ é é",
      "می‌خواهم",
      "Ваш код 12",
      "你好",
      "<b>&amp;</b>",
    ]) {
      expect(kinds(text)).toEqual([["text", text]]);
    }
    expect(textPieces("")).toEqual([]);
  });

  it.each([
    ["\u202e", "<U+202E>"],
    ["\u2066", "<U+2066>"],
    ["\u200b", "<U+200B>"],
    ["\u200f", "<U+200F>"],
    ["\u00ad", "<U+00AD>"],
    ["\u3164", "<U+3164>"],
    ["\u2028", "<U+2028>"],
    ["\ud800", "<U+D800>"],
    ["\u0000", "\u2400"],
    ["\u001b", "\u241b"],
    ["\u007f", "\u2421"],
    ["\u{e0041}", "<U+E0041>"],
  ])("names a character that hides or moves others: %j", (char, shown) => {
    expect(textPieces(`a${char}b`)).toEqual([
      { kind: "text", text: "a" },
      { kind: "hidden", text: char, shown },
      { kind: "text", text: "b" },
    ]);
  });

  it("marks a word of mixed alphabets, and no other", () => {
    expect(kinds("Go to раypal now")).toEqual([
      ["text", "Go to "],
      ["mixed", "раypal"],
      ["text", " now"],
    ]);
    expect(isOddText(textPieces("Привет from Москва, order B2B-12, Ωmega"))).toBe(true);
    expect(isOddText(textPieces("Привет from Москва, order B2B-12"))).toBe(false);
  });

  it("finds links, and says which are not what they look like", () => {
    const piece = (text: string) => textPieces(text).find(({ kind }) => kind === "link");
    expect(piece("see https://example.com/a?b=1 now")).toEqual({
      kind: "link",
      text: "https://example.com/a?b=1",
      isOdd: false,
    });
    expect(piece("http://pаypal.example/")).toMatchObject({ isOdd: true });
    expect(piece("https://bank.example@evil.example/")).toMatchObject({ isOdd: true });
    expect(piece("https://")).toBeUndefined();
    expect(piece("javascript:alert(1)")).toBeUndefined();
    expect(piece("data:text/html,<b>")).toBeUndefined();
  });

  it("takes apart a link in which something hides", () => {
    const pieces = textPieces("https://bank.example\u202e/moc");
    expect(pieces.some(({ kind }) => kind === "link")).toBe(false);
    expect(pieces.find(({ kind }) => kind === "hidden")).toMatchObject({ shown: "<U+202E>" });
  });
});

describe("linkFacts", () => {
  it("shows where an address leads as the address bar would", () => {
    expect(linkFacts("https://PаYPAL.example/x")).toMatchObject({
      host: "xn--pypal-4ve.example",
      isDisguised: true,
      isEncrypted: true,
    });
    expect(linkFacts("http://example.com:81/")).toMatchObject({
      host: "example.com:81",
      isEncrypted: false,
      isDisguised: false,
    });
    expect(linkFacts("https://a:b@example.com")).toMatchObject({ hasUser: true, host: "example.com" });
  });

  it.each(["javascript:alert(1)", "ftp://example.com", "nothing", "https://", ""])("opens no %j", (text) => {
    expect(linkFacts(text)).toBeNull();
  });
});
