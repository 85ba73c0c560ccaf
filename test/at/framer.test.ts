// The framer on the byte streams of healthy, noisy and broken modems.
import { describe, expect, it } from "vitest";
import { type AtFrame, AtFramer, MAX_LINE_BYTES } from "../../src/at/index.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const line = (text: string): AtFrame => ({ kind: "line", text });
const prompt: AtFrame = { kind: "prompt" };
const discarded = (length: number, reason: "overlong" | "control" | "partial"): AtFrame => ({
  kind: "discarded",
  length,
  reason,
});

/** Frames of the chunks, pushed one after the other into one framer. */
function frames(...chunks: readonly string[]): AtFrame[] {
  const framer = new AtFramer();
  return chunks.flatMap((chunk) => framer.push(latin1(chunk)));
}

describe("lines", () => {
  it("come out without line end, and empty lines do not come out", () => {
    expect(frames("\r\n+CSQ: 17,99\r\n\r\nOK\r\n")).toEqual([line("+CSQ: 17,99"), line("OK")]);
  });

  it("end at CR alone, as echoes do, and at LF alone, as some modems send", () => {
    expect(frames("AT+CSQ\r\r\n+CSQ: 1,2\nOK\n")).toEqual([line("AT+CSQ"), line("+CSQ: 1,2"), line("OK")]);
  });

  it("keep bytes above 0x7F as Latin-1 characters, 0x80-0x9F included", () => {
    expect(frames('+COPS: 0,0,"\x80\x9f\xff"\r\n')).toEqual([line('+COPS: 0,0,"\x80\x9f\xff"')]);
  });

  it("keep leading and trailing spaces and tabs", () => {
    expect(frames(" a\tb \r\n")).toEqual([line(" a\tb ")]);
  });

  it("wait for their end across chunks", () => {
    expect(frames("O", "", "K")).toEqual([]);
    expect(frames("O", "", "K", "\r")).toEqual([line("OK")]);
  });
});

describe("control bytes", () => {
  it("are removed from a line and counted in front of it", () => {
    expect(frames("\0\0\0\r\n\0O\x1bK\x7f\r\n")).toEqual([
      discarded(3, "control"),
      discarded(3, "control"),
      line("OK"),
    ]);
  });

  it("alone on a line leave no line", () => {
    expect(frames("\x01\x02\r\nOK\r\n")).toEqual([discarded(2, "control"), line("OK")]);
  });
});

describe("overlong lines", () => {
  it("of exactly the limit are kept", () => {
    expect(frames(`${"x".repeat(MAX_LINE_BYTES)}\r\n`)).toEqual([line("x".repeat(MAX_LINE_BYTES))]);
  });

  it("of one byte more are discarded whole, and the next line is intact", () => {
    expect(frames(`${"x".repeat(MAX_LINE_BYTES + 1)}\r\nOK\r\n`)).toEqual([
      discarded(MAX_LINE_BYTES + 1, "overlong"),
      line("OK"),
    ]);
  });

  it("of a megabyte, control bytes among them, are counted to the last byte", () => {
    expect(frames(`${"x\0".repeat(500_000)}\r\nOK\r\n`)).toEqual([discarded(1_000_000, "overlong"), line("OK")]);
  });
});

describe("the prompt", () => {
  it("fires without a line end", () => {
    expect(frames("\r\n> ")).toEqual([prompt]);
  });

  it("fires when its two bytes come apart", () => {
    expect(frames("\r\n>", " ")).toEqual([prompt]);
  });

  it("fires behind a stray control byte", () => {
    expect(frames("\r\n\0> ")).toEqual([prompt]);
  });

  it("does not fire inside a line", () => {
    expect(frames("a > b\r\n>> c\r\n")).toEqual([line("a > b"), line(">> c")]);
  });

  it("fires once per line, and an echo after it is a line of its own", () => {
    expect(frames("> > 0791\x1a\r\n+CMGS: 4\r\n")).toEqual([
      prompt,
      discarded(1, "control"),
      line("> 0791"),
      line("+CMGS: 4"),
    ]);
  });

  it("fires again on the next line", () => {
    expect(frames("> \r\n> ")).toEqual([prompt, prompt]);
  });
});

describe("flush", () => {
  const flushed = (text: string): { frames: AtFrame[]; framer: AtFramer } => {
    const framer = new AtFramer();
    expect(framer.push(latin1(text))).toEqual([]);
    return { frames: framer.flush(), framer };
  };

  it("of nothing gives nothing", () => {
    expect(flushed("\r\n").frames).toEqual([]);
  });

  it.each(["OK", "ERROR", "+CMS ERROR: 321", "NO CARRIER"])(
    "gives a final result that came without its end: %s",
    (text) => {
      expect(flushed(text).frames).toEqual([line(text)]);
    },
  );

  it("takes a late line end of such a result as an empty line", () => {
    expect(flushed("OK").framer.push(latin1("\r\nRING\r\n"))).toEqual([line("RING")]);
  });

  it("gives a prompt that came without its space", () => {
    expect(flushed("\0>").frames).toEqual([discarded(1, "control"), prompt]);
  });

  it("does not take the echo of a typed > for a second prompt", () => {
    const framer = new AtFramer();
    expect(framer.push(latin1("> >"))).toEqual([prompt]);
    expect(framer.flush()).toEqual([discarded(1, "partial")]);
  });

  it("reports control bytes that no line end followed, and stays at the start of the line", () => {
    const { frames: found, framer } = flushed("\0\0");
    expect(found).toEqual([discarded(2, "control")]);
    expect(framer.push(latin1("OK\r\n"))).toEqual([line("OK")]);
  });

  it("discards half a line, and its late rest too, so that no tail of a PDU passes for a PDU", () => {
    const { frames: found, framer } = flushed("\x000791");
    expect(found).toEqual([discarded(5, "partial")]);
    expect(framer.push(latin1("4306"))).toEqual([]);
    expect(framer.flush()).toEqual([discarded(4, "partial")]);
    expect(framer.flush()).toEqual([]);
    expect(framer.push(latin1("07\r\nOK\r\n"))).toEqual([discarded(2, "partial"), line("OK")]);
  });

  it("reports what it has of an overlong line and goes on discarding", () => {
    const { frames: found, framer } = flushed("x".repeat(MAX_LINE_BYTES + 10));
    expect(found).toEqual([discarded(MAX_LINE_BYTES + 10, "overlong")]);
    expect(framer.push(latin1("xx\r\nOK\r\n"))).toEqual([discarded(2, "overlong"), line("OK")]);
  });
});
