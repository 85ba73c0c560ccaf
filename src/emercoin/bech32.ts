// Bech32 addresses of witness version 0 (BIP 173): 20-byte programs are key hashes, 32-byte programs script hashes.

const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: readonly number[] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((term, bit) => {
      if ((top >>> bit) & 1) check ^= term;
    });
  }
  return check >>> 0;
}

function expand(hrp: string): readonly number[] {
  const codes = [...hrp].map((char) => char.charCodeAt(0));
  return [...codes.map((code) => code >>> 5), 0, ...codes.map((code) => code & 31)];
}

/** Regroups bits; null when what is left over is not zero padding of less than a group. */
function regroup(values: Iterable<number>, from: number, to: number, pad: boolean): number[] | null {
  let buffer = 0;
  let bits = 0;
  const out: number[] = [];
  for (const value of values) {
    buffer = ((buffer << from) | value) & 0xfff;
    for (bits += from; bits >= to; bits -= to) out.push((buffer >>> (bits - to)) & ((1 << to) - 1));
  }
  const rest = (buffer << (to - bits)) & ((1 << to) - 1);
  if (pad) return bits > 0 ? [...out, rest] : out;
  return bits < from && rest === 0 ? out : null;
}

/** The address of a version 0 witness program. */
export function encodeWitnessAddress(hrp: string, program: Uint8Array): string {
  const data = [0, ...(regroup(program, 8, 5, true) ?? [])];
  const check = polymod([...expand(hrp), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = [0, 1, 2, 3, 4, 5].map((at) => (check >>> (5 * (5 - at))) & 31);
  return `${hrp}1${[...data, ...tail].map((value) => ALPHABET[value]).join("")}`;
}

/** The program of a version 0 address with this human-readable part; null for anything else. */
export function decodeWitnessAddress(hrp: string, text: string): Uint8Array | null {
  const lower = text.toLowerCase();
  if (text.length > 90 || (text !== lower && text !== text.toUpperCase())) return null;
  if (!lower.startsWith(`${hrp}1`) || lower.lastIndexOf("1") !== hrp.length) return null;
  const values = [...lower.slice(hrp.length + 1)].map((char) => ALPHABET.indexOf(char));
  if (values.length < 7 || values.includes(-1) || polymod([...expand(hrp), ...values]) !== 1) return null;
  const program = values[0] === 0 ? regroup(values.slice(1, -6), 5, 8, false) : null;
  return program !== null && (program.length === 20 || program.length === 32) ? Uint8Array.from(program) : null;
}
