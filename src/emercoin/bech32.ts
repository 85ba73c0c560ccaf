// Bech32 addresses of version 0 witness programs (BIP 173). Emercoin 0.8.6 knows no later version, so no bech32m.

import { AppError } from "../base/index.ts";

const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const MAX_LENGTH = 90;
const CHECKSUM_LENGTH = 6;

function bad(what: string): AppError {
  return new AppError("emercoin.bad_bech32", `a bech32 text is not valid: ${what}`, {
    hint: "Copy the whole address again; one letter may be missing or wrong.",
  });
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, factor] of GENERATOR.entries()) if ((top >>> bit) & 1) sum ^= factor;
  }
  return sum >>> 0;
}

function expandHrp(hrp: string): number[] {
  const codes = [...hrp].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

/** Groups of `from` bits as groups of `to` bits; null where BIP 173 forbids the padding. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] | null {
  const out: number[] = [];
  let bits = 0;
  let count = 0;
  for (const value of values) {
    bits = ((bits << from) | value) & 0xfff;
    for (count += from; count >= to; ) {
      count -= to;
      out.push((bits >> count) & ((1 << to) - 1));
    }
  }
  const rest = (bits << (to - count)) & ((1 << to) - 1);
  if (pad) return count > 0 ? [...out, rest] : out;
  return count < from && rest === 0 ? out : null;
}

/** The address of a version 0 program. */
export function bech32Address(hrp: string, program: Uint8Array): string {
  const data = [0, ...(regroup(program, 8, 5, true) ?? [])];
  const sum = polymod([...expandHrp(hrp), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const checksum = Array.from({ length: CHECKSUM_LENGTH }, (_, at) => (sum >>> (5 * (5 - at))) & 31);
  return `${hrp}1${[...data, ...checksum].map((value) => ALPHABET[value]).join("")}`;
}

/** The text's parts when letters, length and checksum are right, whatever it is a text of. Throws `emercoin.bad_bech32`. */
export function decodeBech32(text: string): { readonly hrp: string; readonly data: readonly number[] } {
  const lower = text.toLowerCase();
  if (text.length > MAX_LENGTH) throw bad("it is too long");
  if (text !== lower && text !== text.toUpperCase()) throw bad("it mixes small and capital letters");
  if (!/^[\x21-\x7e]*$/.test(lower)) throw bad("it holds a letter that bech32 does not have");
  const split = lower.lastIndexOf("1");
  if (split < 1 || lower.length - split - 1 < CHECKSUM_LENGTH) throw bad("it is too short");
  const data = [...lower.slice(split + 1)].map((letter) => ALPHABET.indexOf(letter));
  if (data.includes(-1)) throw bad("it holds a letter that bech32 does not have");
  const hrp = lower.slice(0, split);
  if (polymod([...expandHrp(hrp), ...data]) !== 1) throw bad("the checksum is wrong");
  return { hrp, data: data.slice(0, -CHECKSUM_LENGTH) };
}

/** The version 0 program (20 or 32 bytes) of an address with this human-readable part. Throws `emercoin.bad_bech32`. */
export function bech32Program(hrp: string, text: string): Uint8Array {
  const parts = decodeBech32(text);
  if (parts.hrp !== hrp) throw bad("it belongs to another network");
  const [version, ...rest] = parts.data;
  if (version !== 0) throw bad("its witness version is not 0");
  const program = regroup(rest, 5, 8, false);
  if (program === null || (program.length !== 20 && program.length !== 32)) throw bad("its program has a wrong length");
  return Uint8Array.from(program);
}
