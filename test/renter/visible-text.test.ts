import { describe, expect, it } from "vitest";
import { visibleJson, visibleLine, visibleLines } from "../../src/renter/index.ts";

describe("visibleLine", () => {
  it("shows an escape sequence instead of sending it to the terminal", () => {
    expect(visibleLine("\u001b[2Jgone\u001b]0;title\u0007")).toBe("\u241b[2Jgone\u241b]0;title\u2407");
  });

  it("shows DEL and C1 controls, which some terminals take for escape sequences", () => {
    expect(visibleLine("a\u007fb\u009b31mc")).toBe("a\u2421b<U+009B>31mc");
  });

  it("shows carriage return and line feed, so that a line cannot be overwritten", () => {
    expect(visibleLine("safe\r\nforged")).toBe("safe\u240d\u240aforged");
  });

  it.each(["\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\u2060", "\ufeff", "\u2028", "\u00ad", "\u{e0041}"])(
    "names the hidden character %j",
    (char) => {
      const code = char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
      expect(visibleLine(`x${char}y`)).toBe(`x<U+${code}>y`);
    },
  );

  it("names a lone surrogate", () => {
    expect(visibleLine("a\ud800b")).toBe("a<U+D800>b");
  });

  it("leaves letters of every script, emoji with joiners and quotes as they are", () => {
    const text = 'Grüße, שלום, می‌خواهم, 你好, 👩‍👩‍👧 "x"';
    expect(visibleLine(text)).toBe(text);
  });
});

describe("visibleLines", () => {
  it("ends a line at CRLF, LF and CR, and makes a tab a space", () => {
    expect(visibleLines("a\r\nb\nc\rd\te")).toEqual(["a", "b", "c", "d e"]);
  });

  it("makes controls inside a line visible", () => {
    expect(visibleLines("a\u001bb")).toEqual(["a\u241bb"]);
  });
});

describe("visibleJson", () => {
  it("writes C1 controls, overrides and tags as escapes and means the same value", () => {
    const value = { body: "\u009b31m \u202e \u{e0041} \u001b[0m ü" };
    const text = visibleJson(value);
    expect(text).toBe('{"body":"\\u009b31m \\u202e \\udb40\\udc41 \\u001b[0m ü"}');
    expect(JSON.parse(text)).toEqual(value);
  });
});
