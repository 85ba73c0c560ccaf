// Splits the parameters of a response (V.250 5.7.2) as real modems send them: quotes left open, brackets that do not match, empty
// members, stray commas. Never throws.

export type AtParameter =
  /** Nothing between two commas. */
  | { readonly kind: "empty" }
  /** A quoted string, without its quotes. */
  | { readonly kind: "text"; readonly value: string }
  /** Anything unquoted, trimmed. */
  | { readonly kind: "word"; readonly value: string }
  /** `low-high`, inside a list only. */
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | { readonly kind: "list"; readonly items: readonly AtParameter[] };

// Brackets nested deeper than any modem sends are ignored, so that a line of brackets costs no deep structure.
const MAX_DEPTH = 4;
const EMPTY: AtParameter = { kind: "empty" };
const CLOSING_QUOTE = /"(?=\s*(?:[,)]|$))/;
const SEPARATOR = /[,)]/;
const RANGE = /^(\d{1,9})\s*-\s*(\d{1,9})$/;

/** One bracket level: the members so far, and the member that waits for its comma. */
interface Level {
  readonly items: AtParameter[];
  member: AtParameter | null;
}

function addMember(level: Level, member: AtParameter): void {
  // Two members without a comma between them are still two.
  if (level.member !== null) level.items.push(level.member);
  level.member = member;
}

/** `"` closes only before a separator; a string that nothing closes ends at the next separator. */
function readText(rest: string): { readonly member: AtParameter; readonly length: number } {
  const body = rest.slice(1);
  const closing = body.search(CLOSING_QUOTE);
  if (closing !== -1) return { member: { kind: "text", value: body.slice(0, closing) }, length: closing + 2 };
  const separator = body.search(SEPARATOR);
  const end = separator === -1 ? body.length : separator;
  return { member: { kind: "text", value: body.slice(0, end) }, length: end + 1 };
}

function readWord(rest: string, inList: boolean): { readonly member: AtParameter; readonly length: number } {
  const separator = rest.search(SEPARATOR);
  const length = separator === -1 ? rest.length : separator;
  const value = rest.slice(0, length).trim();
  const range = inList ? RANGE.exec(value) : null;
  if (range === null) return { member: { kind: "word", value }, length };
  return { member: { kind: "range", low: Number(range[1]), high: Number(range[2]) }, length };
}

/** The members of a finished level; a lone nothing is no member, so `()` is an empty list. */
function finish(level: Level): readonly AtParameter[] {
  if (level.member === null && level.items.length === 0) return [];
  return [...level.items, level.member ?? EMPTY];
}

function closeList(levels: Level[]): void {
  const inner = levels.pop();
  const outer = levels.at(-1);
  if (inner !== undefined && outer !== undefined) addMember(outer, { kind: "list", items: finish(inner) });
}

/**
 * The members of `text`, which is a response line without its `+XXX:`. A list left open is closed at the end, a stray `)` is
 * ignored, `1,` has two members and the empty text has none.
 */
export function parseParameters(text: string): AtParameter[] {
  const root: Level = { items: [], member: null };
  const levels: Level[] = [root];
  for (let at = 0; at < text.length; ) {
    const level = levels.at(-1) ?? root;
    const character = text[at];
    let length = 1;
    if (character === ",") {
      level.items.push(level.member ?? EMPTY);
      level.member = null;
    } else if (character === "(") {
      if (levels.length <= MAX_DEPTH) levels.push({ items: [], member: null });
    } else if (character === ")") {
      if (levels.length > 1) closeList(levels);
    } else if (character !== " " && character !== "\t") {
      const rest = text.slice(at);
      const read = character === '"' ? readText(rest) : readWord(rest, levels.length > 1);
      addMember(level, read.member);
      length = read.length;
    }
    at += length;
  }
  while (levels.length > 1) closeList(levels);
  return [...finish(root)];
}

/** The characters of a word or a text, null for anything else. */
export function textOf(parameter: AtParameter | undefined): string | null {
  return parameter?.kind === "text" || parameter?.kind === "word" ? parameter.value : null;
}

/** As `textOf`, with the empty text as null too. */
export function filledTextOf(parameter: AtParameter | undefined): string | null {
  return textOf(parameter)?.trim() || null;
}

// Two or more units of Latin, Greek, Cyrillic, Arabic and other letters, or of ideographs. No name and no number looks like it.
const UCS2_HEX = /^(?:(?:0[0-9A-F]{3}){2,}|(?:[4-9][0-9A-F]{3}){2,})$/i;

/** `text`, whose characters are bytes, read as UTF-8 where it is that: modems with a Linux inside send names so. */
function utf8Read(text: string): string {
  const read = new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  return read.includes("\ufffd") ? text : read;
}

/** As `filledTextOf`; a modem that is set to UCS-2 (+CSCS) sends names and numbers in hex, others in UTF-8: both are understood. */
export function readableOf(parameter: AtParameter | undefined): string | null {
  const text = filledTextOf(parameter);
  if (text === null) return null;
  if (!UCS2_HEX.test(text)) return utf8Read(text);
  const units = text.match(/.{4}/g) ?? [];
  return String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
}

/** A decimal integer of at most nine digits, quoted or not, with leading zeros or not; null for anything else. */
export function integerOf(parameter: AtParameter | undefined): number | null {
  const text = textOf(parameter)?.trim() ?? "";
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : null;
}

/** A non-negative decimal integer; null for anything else. */
export function countOf(parameter: AtParameter | undefined): number | null {
  const value = integerOf(parameter);
  return value !== null && value >= 0 ? value : null;
}
