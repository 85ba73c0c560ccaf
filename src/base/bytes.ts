// Byte helpers without node: modules, so that the same code runs in the browser.

import { AppError } from "./errors.ts";

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true });

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const NO_DIGIT = 255;
/** The value of each hex digit, by its code. */
const HEX_VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  for (const form of [digit, digit.toUpperCase()]) HEX_VALUES[form.charCodeAt(0)] = value;
}

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64_CODES = encoder.encode(`${LETTERS_AND_DIGITS}+/`);
const BASE64URL_CODES = encoder.encode(`${LETTERS_AND_DIGITS}-_`);
const NO_VALUE = 64;
/** The value of each character of either alphabet, by its code. */
const BASE64_VALUES = new Uint8Array(128).fill(NO_VALUE);
for (const codes of [BASE64_CODES, BASE64URL_CODES]) {
  for (const [value, code] of codes.entries()) BASE64_VALUES[code] = value;
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Decodes strictly; throws `base.bad_utf8` on malformed input. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch (cause) {
    throw new AppError("base.bad_utf8", "bytes are not UTF-8", { cause });
  }
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function toHex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += HEX_PAIRS[byte];
  return out;
}

/** Throws `base.bad_hex` on an odd length or a character outside 0-9 a-f A-F. */
export function fromHex(text: string): Uint8Array {
  const out = new Uint8Array(text.length >> 1);
  let sound = text.length % 2 === 0;
  for (let i = 0; i < out.length; i++) {
    const high = HEX_VALUES[text.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = HEX_VALUES[text.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    sound &&= high !== NO_DIGIT && low !== NO_DIGIT;
    out[i] = (high << 4) | low;
  }
  if (!sound) throw new AppError("base.bad_hex", "text is not hex", { context: { length: text.length } });
  return out;
}

/** Unpadded. Own loops, here and in decoding: `btoa` and `atob` need a string of characters in between and are ten times slower. */
function encodeBase64(bytes: Uint8Array, codes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; at++) {
      count -= 6;
      out[at] = codes[(bits >> count) & 63] ?? 0;
    }
  }
  if (count > 0) out[at] = codes[(bits << (6 - count)) & 63] ?? 0;
  return strictDecoder.decode(out);
}

/** Standard base64 with padding: the encoding of Privateness keyfiles. */
export function toBase64(bytes: Uint8Array): string {
  const text = encodeBase64(bytes, BASE64_CODES);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** Base64url without padding: the encoding of every key, signature and envelope in our API. */
export function toBase64url(bytes: Uint8Array): string {
  return encodeBase64(bytes, BASE64URL_CODES);
}

/**
 * Decodes base64 or base64url, padded or not, as the ecosystem's tools do. Throws `base.bad_base64` on other characters, an
 * impossible length, or non-zero trailing bits (two texts must not decode to the same bytes).
 */
export function fromBase64url(text: string): Uint8Array {
  const length = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const out = new Uint8Array(Math.floor((length * 3) / 4));
  let at = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const value = BASE64_VALUES[text.charCodeAt(i)] ?? NO_VALUE;
    if (value === NO_VALUE) throw badBase64("text is not base64url", text);
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out[at++] = (bits >> count) & 0xff;
    }
  }
  if (count === 6) throw badBase64("text is not base64url", text);
  if ((bits & ((1 << count) - 1)) !== 0) throw badBase64("text has stray trailing bits", text);
  return out;
}

function badBase64(message: string, text: string): AppError {
  return new AppError("base.bad_base64", message, { context: { length: text.length } });
}

/** Equality in time that depends only on the lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites key material that is no longer needed (best effort: the engine may have copied it). */
export function wipe(bytes: Uint8Array): void {
  bytes.fill(0);
}
