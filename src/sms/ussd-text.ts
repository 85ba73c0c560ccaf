// The text of a USSD string as modems print it, and a request as they want it. The coding scheme (TS 23.038 5) says what should be
// there; modems print text, hex of packed septets, of UCS-2 or of octets, whatever it says, so the string itself is asked too.

import { packedLength, packedText, packSeptets, textToSeptets } from "./gsm7.ts";
import { DEFAULT_GSM7 } from "./gsm7-alphabet.ts";
import { parseHex, upperHex } from "./hex.ts";
import { type UssdScheme, ussdScheme } from "./ussd-scheme.ts";

/** How a modem wants a request: as text, as hex of UCS-2, or as hex of packed septets. */
export type UssdForm = "text" | "hex_ucs2" | "hex_packed";

/** A string of at most 160 octets (TS 24.080 4.4.1) in hex; some modems print the rest of their buffer behind it. */
const MAX_TEXT = 1000;
const CR = 0x0d;
const READABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\t\r\n]+$/u;
const ASCII = /^[\x20-\x7e\t\r\n]+$/;
/** Without blanks: those are in text. */
const HEX = /^[0-9A-F]{4,}$/i;
const ONLY_DIGITS = /^[0-9]+$/;
/** Fewer octets of packed text than this can look like ASCII by chance. */
const FEW_OCTETS = 6;

const readable = (text: string): boolean => READABLE.test(text) && !text.includes("\ufffd");

/** Up to the first U+0000: what follows it is the rest of the modem's buffer. */
function ucs2(octets: Uint8Array): string {
  const codes: number[] = [];
  for (let i = 0; i + 1 < octets.length; i += 2) {
    const code = ((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0);
    if (code === 0) break;
    codes.push(code);
  }
  return String.fromCharCode(...codes);
}

/** TS 23.038 6.1.2.3.1: where seven bits are left over they hold CR; networks that fill them with zeros leave an `@`. */
function packed(octets: Uint8Array): string {
  const count = Math.floor((octets.length * 8) / 7);
  const text = packedText(octets, { from: 0, to: count }, DEFAULT_GSM7);
  return count % 8 === 0 && count > 0 ? text.replace(/[\r@]$/, "") : text;
}

const latin1 = (octets: Uint8Array): string => String.fromCharCode(...octets);

/** Text of one alphabet besides Latin: every character of it, of Latin-1 or of U+20xx (spaces, dashes, currency signs). */
function ofOneAlphabet(octets: Uint8Array, text: string): boolean {
  if (octets.length % 2 === 1 || text === "" || !readable(text)) return false;
  const pages = new Set([...text].map((character) => character.charCodeAt(0) >> 8));
  pages.delete(0x00);
  pages.delete(0x20);
  const [page = 0] = pages;
  // Above U+1FFF each script has thousands of characters, as any octets do.
  return pages.size <= 1 && page < 0x20;
}

/** A language with accents has fewer of them than of other letters. */
function mostlyAscii(text: string): boolean {
  return readable(text) && text.replace(/[^\x20-\x7e\n]/g, "").length >= text.length / 2;
}

const EAST_ASIAN = /^[\x20-\x7e\r\n\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]+$/;

/** What hex under a 7-bit scheme is, the surest reading first; null when none gives text. */
function guess(octets: Uint8Array, digits: string): string | null {
  const wide = ucs2(octets);
  // An amount or a phone number is text as it is, unless each of its characters has its 00.
  if (ONLY_DIGITS.test(digits)) return octets.length % 2 === 0 && ASCII.test(wide) ? wide : null;
  if (ofOneAlphabet(octets, wide)) return wide;
  const narrow = latin1(octets);
  if (octets.length >= FEW_OCTETS && ASCII.test(narrow)) return narrow;
  const septets = packed(octets);
  if (ASCII.test(septets)) return septets;
  if (octets.length % 2 === 0 && EAST_ASIAN.test(wide)) return wide;
  return octets.length >= FEW_OCTETS && mostlyAscii(septets) ? septets : null;
}

/** Behind the language that opens a text of the schemes 0x10 and 0x11 (TS 23.038 5). */
function withoutLanguage(text: string, scheme: UssdScheme): string {
  return scheme.languageFirst ? text.replace(/^[A-Za-z]{2}\r/, "") : text;
}

function fromHex(octets: Uint8Array, digits: string, scheme: UssdScheme): string | null {
  switch (scheme.encoding) {
    case "ucs2": {
      // Two packed letters, filled up to two octets, stand in front (TS 23.038 5, 0x11).
      const language = scheme.languageFirst ? packed(octets.subarray(0, 2)) : "";
      const text = ucs2(/^[a-z]{2}/i.test(language) ? octets.subarray(2) : octets);
      return readable(text) ? text : guess(octets, digits);
    }
    case "8bit": {
      const text = utf8Text(latin1(octets));
      return readable(text) ? text : guess(octets, digits);
    }
    case "gsm7":
      return guess(octets, digits);
  }
}

/** A modem that speaks UTF-8 is seen octet by octet, as Latin-1. */
function utf8Text(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  try {
    return decodeURIComponent([...text].map((one) => `%${upperHex(Uint8Array.of(one.charCodeAt(0)))}`).join(""));
  } catch {
    return text;
  }
}

function tidy(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "").trimEnd();
}

/**
 * The text of a +CUSD string under its coding scheme (0-255; null where the modem told none). What makes no sense in any coding stays
 * as it was sent. Never throws.
 */
export function decodeUssd(sent: string, dcs: number | null): string {
  const text = sent.slice(0, MAX_TEXT);
  const scheme = ussdScheme(dcs ?? 0x0f);
  const digits = text.trim();
  const octets = HEX.test(digits) ? parseHex(digits) : null;
  const decoded = octets === null ? null : fromHex(octets, digits, scheme);
  return tidy(withoutLanguage(decoded ?? utf8Text(text), scheme));
}

function packedHex(text: string): string | null {
  const units = textToSeptets(text, DEFAULT_GSM7);
  if (units === null) return null;
  const septets = units.flat();
  // 6.1.2.3.1: seven bits left over would read as `@`, and a text that fills its octets and ends in CR would lose it.
  const left = packedLength(septets.length) * 8 - septets.length * 7;
  if (left === 7 || (left === 0 && septets.at(-1) === CR)) septets.push(CR);
  return upperHex(packSeptets(septets, 0));
}

function ucs2Hex(text: string): string {
  return upperHex(
    Uint8Array.from(
      [...Array(text.length).keys()].flatMap((i) => [text.charCodeAt(i) >> 8, text.charCodeAt(i) & 0xff]),
    ),
  );
}

/** A request as a modem of this form wants it; null for a character that GSM 7-bit lacks where the form needs it. */
export function encodeUssd(text: string, form: UssdForm): string | null {
  switch (form) {
    case "text":
      return text;
    case "hex_ucs2":
      return ucs2Hex(text);
    case "hex_packed":
      return packedHex(text);
  }
}
