// GSM 7-bit text: packing (TS 23.038 6.1.2.1) and translation with locking and single shift tables (6.2.1).

import { ESCAPE, type Gsm7Alphabet } from "./gsm7-alphabet.ts";

const SPACE = 0x20;
// A code for which the tables define nothing: what was sent can't be known, so it must not look like text.
export const UNDEFINED_CODE = 0xfffd;

/** Octets that `count` septets fill. */
export function packedLength(count: number): number {
  return Math.ceil((count * 7) / 8);
}

/** The septet at position `index` of packed octets; bits beyond the last octet read as 0. */
function septetAt(packed: Uint8Array, index: number): number {
  const bit = index * 7;
  const at = bit >> 3;
  const pair = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
  return (pair >> (bit & 7)) & 0x7f;
}

/** Packs septets so that the first one stands at septet position `offset` (the octets before it stay 0). */
export function packSeptets(septets: readonly number[], offset: number): Uint8Array {
  const packed = new Uint8Array(packedLength(offset + septets.length));
  septets.forEach((septet, index) => {
    const bit = (offset + index) * 7;
    const at = bit >> 3;
    const pair = septet << (bit & 7);
    packed[at] = (packed[at] ?? 0) | (pair & 0xff);
    if (pair > 0xff) packed[at + 1] = (packed[at + 1] ?? 0) | (pair >> 8);
  });
  return packed;
}

/** Which septets of packed octets to read: `from` inclusive, `to` exclusive. */
export interface SeptetRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The text of packed septets. An escape before a code without a meaning shows the code's character of the locking table (6.2.1.1), a
 * second escape or one at the end shows a space; a code that no table defines becomes U+FFFD.
 */
export function packedText(packed: Uint8Array, range: SeptetRange, alphabet: Gsm7Alphabet): string {
  const locking = alphabet.locking.toUnicode;
  const shift = alphabet.shift.toUnicode;
  const codes: number[] = [];
  for (let i = range.from; i < range.to; i++) {
    let septet = septetAt(packed, i);
    let code = 0;
    if (septet === ESCAPE) {
      i++;
      septet = i < range.to ? septetAt(packed, i) : ESCAPE;
      code = septet === ESCAPE ? SPACE : (shift[septet] ?? 0);
    }
    codes.push(code || locking[septet] || UNDEFINED_CODE);
  }
  return String.fromCharCode(...codes);
}

/** The septets of one UTF-16 code: one, or an escape and one; null where the alphabet lacks it. */
export function septetsOf(code: number, alphabet: Gsm7Alphabet): readonly number[] | null {
  const direct = alphabet.locking.fromUnicode.get(code);
  if (direct !== undefined) return [direct];
  const shifted = alphabet.shift.fromUnicode.get(code);
  return shifted === undefined ? null : [ESCAPE, shifted];
}

/** The septets of each character of `text` in order, or null when the alphabet lacks one of them. */
export function textToSeptets(text: string, alphabet: Gsm7Alphabet): (readonly number[])[] | null {
  const units: (readonly number[])[] = [];
  for (let i = 0; i < text.length; i++) {
    const septets = septetsOf(text.charCodeAt(i), alphabet);
    if (septets === null) return null;
    units.push(septets);
  }
  return units;
}
