// Look-up tables of the GSM 7-bit alphabets, built once from the printed tables, and the national language identifiers.

import {
  BENGALI_LOCKING,
  DEFAULT_ALPHABET,
  GUJARATI_LOCKING,
  HINDI_LOCKING,
  KANNADA_LOCKING,
  MALAYALAM_LOCKING,
  ORIYA_LOCKING,
  PORTUGUESE_LOCKING,
  PUNJABI_LOCKING,
  TAMIL_LOCKING,
  type TableText,
  TELUGU_LOCKING,
  TURKISH_LOCKING,
  URDU_LOCKING,
} from "./gsm7-locking-tables.ts";
import {
  BENGALI_SHIFT,
  DEFAULT_EXTENSION,
  GUJARATI_SHIFT,
  HINDI_SHIFT,
  KANNADA_SHIFT,
  MALAYALAM_SHIFT,
  ORIYA_SHIFT,
  PORTUGUESE_SHIFT,
  PUNJABI_SHIFT,
  SPANISH_SHIFT,
  TAMIL_SHIFT,
  TELUGU_SHIFT,
  TURKISH_SHIFT,
  URDU_SHIFT,
} from "./gsm7-shift-tables.ts";

/** The escape to the single shift table (TS 23.038 6.2.1). */
export const ESCAPE = 0x1b;

/** One table of 128 codes in both directions. */
export interface Gsm7Table {
  /** UTF-16 code of each septet; 0 where the table defines none. */
  readonly toUnicode: Uint16Array;
  /** Septet of each character; the lowest where a character stands twice. */
  readonly fromUnicode: ReadonlyMap<number, number>;
}

/** The pair of tables that is in force for one message. */
export interface Gsm7Alphabet {
  readonly locking: Gsm7Table;
  readonly shift: Gsm7Table;
}

/** Languages with tables in TS 23.038 annex A; Spanish has a single shift table only. */
export const NATIONAL_LANGUAGES = [
  "turkish",
  "spanish",
  "portuguese",
  "bengali",
  "gujarati",
  "hindi",
  "kannada",
  "malayalam",
  "oriya",
  "punjabi",
  "tamil",
  "telugu",
  "urdu",
] as const;
export type NationalLanguage = (typeof NATIONAL_LANGUAGES)[number];
export type LockingLanguage = Exclude<NationalLanguage, "spanish">;

const NAMED_CELLS: Readonly<Record<string, number>> = { SP: 0x20, LF: 0x0a, CR: 0x0d, PB: 0x0c, ESC: 0, "..": 0 };

function cellCode(cell: string, page: number): number {
  return NAMED_CELLS[cell] ?? (cell.length === 1 ? cell.charCodeAt(0) : page * 0x100 + Number.parseInt(cell, 16));
}

function buildTable(text: TableText): Gsm7Table {
  const cells = text.rows.split(/\s+/).filter((cell) => cell !== "");
  const toUnicode = Uint16Array.from(cells, (cell) => cellCode(cell, text.page));
  const fromUnicode = new Map<number, number>();
  toUnicode.forEach((code, septet) => {
    if (code !== 0 && !fromUnicode.has(code)) fromUnicode.set(code, septet);
  });
  return { toUnicode, fromUnicode };
}

const DEFAULT_LOCKING = buildTable(DEFAULT_ALPHABET);
const DEFAULT_SHIFT = buildTable(DEFAULT_EXTENSION);

const LOCKING: Readonly<Record<LockingLanguage, Gsm7Table>> = {
  turkish: buildTable(TURKISH_LOCKING),
  portuguese: buildTable(PORTUGUESE_LOCKING),
  bengali: buildTable(BENGALI_LOCKING),
  gujarati: buildTable(GUJARATI_LOCKING),
  hindi: buildTable(HINDI_LOCKING),
  kannada: buildTable(KANNADA_LOCKING),
  malayalam: buildTable(MALAYALAM_LOCKING),
  oriya: buildTable(ORIYA_LOCKING),
  punjabi: buildTable(PUNJABI_LOCKING),
  tamil: buildTable(TAMIL_LOCKING),
  telugu: buildTable(TELUGU_LOCKING),
  urdu: buildTable(URDU_LOCKING),
};

const SHIFT: Readonly<Record<NationalLanguage, Gsm7Table>> = {
  turkish: buildTable(TURKISH_SHIFT),
  spanish: buildTable(SPANISH_SHIFT),
  portuguese: buildTable(PORTUGUESE_SHIFT),
  bengali: buildTable(BENGALI_SHIFT),
  gujarati: buildTable(GUJARATI_SHIFT),
  hindi: buildTable(HINDI_SHIFT),
  kannada: buildTable(KANNADA_SHIFT),
  malayalam: buildTable(MALAYALAM_SHIFT),
  oriya: buildTable(ORIYA_SHIFT),
  punjabi: buildTable(PUNJABI_SHIFT),
  tamil: buildTable(TAMIL_SHIFT),
  telugu: buildTable(TELUGU_SHIFT),
  urdu: buildTable(URDU_SHIFT),
};

/** National language identifier of a language, 1-13 (TS 23.038 6.2.1.2.4). */
export function languageIdentifier(language: NationalLanguage): number {
  return NATIONAL_LANGUAGES.indexOf(language) + 1;
}

/** The language of a national language identifier, or null for 0 and the reserved values from 14. */
export function languageOf(identifier: number): NationalLanguage | null {
  return NATIONAL_LANGUAGES[identifier - 1] ?? null;
}

/** Whether TS 23.038 has a locking shift table for the language. */
export function hasLocking(language: NationalLanguage): language is LockingLanguage {
  return language !== "spanish";
}

/** The locking and single shift tables of languages; null stands for the default table (6.2.1, 6.2.1.1). */
export function alphabetOf(locking: LockingLanguage | null, shift: NationalLanguage | null): Gsm7Alphabet {
  return {
    locking: locking === null ? DEFAULT_LOCKING : LOCKING[locking],
    shift: shift === null ? DEFAULT_SHIFT : SHIFT[shift],
  };
}

/** The alphabet of a message that names no language, and of every name as address. */
export const DEFAULT_GSM7: Gsm7Alphabet = alphabetOf(null, null);
