// Text of strangers on a terminal: whoever can send an SMS must not be able to move the cursor, hide words, reorder a line or start
// an escape sequence. Everything of that kind is shown as what it is.

// Control characters (C0, DEL, C1: ECMA-48), lone surrogates, line and paragraph separators; then invisible fillers, bidi embeddings,
// overrides and isolates (UAX #9), interlinear annotation, tag characters. Joiners stay: emoji and Persian need them.
const DANGEROUS =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The picture of a character that shows nothing by itself: U+2400 and on for control characters, else `<U+XXXX>`. */
export function picture(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** One line that is safe on a terminal: control characters become their pictures (U+2400…), other hidden ones `<U+XXXX>`. */
export function visibleLine(text: string): string {
  return text.replace(DANGEROUS, picture);
}

/** The lines of a text (CRLF, LF and CR end a line), each safe on a terminal; a tab becomes a space. */
export function visibleLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).map((line) => visibleLine(line.replaceAll("\t", " ")));
}

/** JSON on one line that is safe on a terminal too: the same value, with every dangerous character written as `\uXXXX`. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(DANGEROUS, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
}
