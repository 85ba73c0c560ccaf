// Base32 of RFC 4648 in lower case without padding: the alphabet of CIDs.

import { AppError } from "../base/index.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

export function toBase32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) out += ALPHABET[(bits >> (count - 5)) & 31];
  }
  if (count > 0) out += ALPHABET[(bits << (5 - count)) & 31];
  return out;
}

/** Throws `registry.bad_base32` for other characters, an impossible length, or stray bits at the end. */
export function fromBase32(text: string): Uint8Array {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let at = 0;
  let bits = 0;
  let count = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw badBase32();
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      out[at++] = (bits >> count) & 0xff;
    }
  }
  if (count >= 5 || (bits & ((1 << count) - 1)) !== 0) throw badBase32();
  return out;
}

function badBase32(): AppError {
  return new AppError("registry.bad_base32", "a text is not base32 in lower case without padding");
}
