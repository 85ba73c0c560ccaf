// Scripts as sequences of opcodes and pushed data, and the few templates that the coin's addresses and our escrow use.

import { AppError, concatBytes, equalBytes } from "../base/index.ts";
import { ByteReader, u16, u32 } from "./byte-stream.ts";

/** The opcodes that occur here (script.h). */
export const OP = {
  FALSE: 0x00,
  PUSHDATA1: 0x4c,
  PUSHDATA2: 0x4d,
  PUSHDATA4: 0x4e,
  ONE: 0x51,
  SIXTEEN: 0x60,
  RETURN: 0x6a,
  TWO_DROP: 0x6d,
  DROP: 0x75,
  DUP: 0x76,
  EQUAL: 0x87,
  EQUALVERIFY: 0x88,
  HASH160: 0xa9,
  CHECKSIG: 0xac,
  CHECKMULTISIG: 0xae,
} as const;

export interface ScriptStep {
  readonly opcode: number;
  /** What it pushes; null for an opcode that pushes no data of its own. */
  readonly data: Uint8Array | null;
  /** Offset behind it. */
  readonly end: number;
}

/** Where a script stops making sense, `emercoin.bad_script`. */
export function badScript(what: string): AppError {
  return new AppError("emercoin.bad_script", `a script is malformed: ${what}`);
}

/** The push of some bytes by their length, as `CScript << vector` writes it. */
export function push(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length < OP.PUSHDATA1) return concatBytes(Uint8Array.of(length), data);
  if (length < 0x100) return concatBytes(Uint8Array.of(OP.PUSHDATA1, length), data);
  if (length < 0x10000) return concatBytes(Uint8Array.of(OP.PUSHDATA2), u16(length), data);
  return concatBytes(Uint8Array.of(OP.PUSHDATA4), u32(length), data);
}

/** A script of opcodes (numbers) and pushes (bytes). */
export function script(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return concatBytes(...parts.map((part) => (typeof part === "number" ? Uint8Array.of(part) : push(part))));
}

function dataLength(opcode: number, reader: ByteReader): number | null {
  if (opcode < OP.PUSHDATA1) return opcode;
  if (opcode === OP.PUSHDATA1) return reader.u8();
  if (opcode === OP.PUSHDATA2) return reader.u16();
  return opcode === OP.PUSHDATA4 ? reader.u32() : null;
}

/** Every step of a script. Throws `emercoin.bad_script` for a push beyond the end. */
export function readScript(bytes: Uint8Array): readonly ScriptStep[] {
  const reader = new ByteReader(bytes, badScript);
  const steps: ScriptStep[] = [];
  while (reader.remaining > 0) {
    const opcode = reader.u8();
    const length = dataLength(opcode, reader);
    const data = length === null ? null : reader.take(length);
    steps.push({ opcode, data, end: bytes.length - reader.remaining });
  }
  return steps;
}

/** The pushes of a script that only pushes, such as an input's; null for any other. */
export function pushesOf(bytes: Uint8Array): readonly Uint8Array[] | null {
  try {
    const pushed = readScript(bytes).map((step) => step.data);
    return pushed.every((data) => data !== null) ? pushed : null;
  } catch {
    // A push beyond the end.
    return null;
  }
}

/** The `length` bytes between `before` and `after` if the script is exactly that; null otherwise. */
export function between(
  bytes: Uint8Array,
  before: readonly number[],
  length: number,
  after: readonly number[] = [],
): Uint8Array | null {
  const end = before.length + length;
  const matches =
    bytes.length === end + after.length &&
    equalBytes(bytes.subarray(0, before.length), Uint8Array.from(before)) &&
    equalBytes(bytes.subarray(end), Uint8Array.from(after));
  return matches ? bytes.slice(before.length, end) : null;
}

/** Pays to a bare public key, as coinbases do. */
export function publicKeyScript(key: Uint8Array): Uint8Array {
  return script(key, OP.CHECKSIG);
}

/** The key of a script that pays to a bare public key; null for any other. */
export function publicKeyOfScript(bytes: Uint8Array): Uint8Array | null {
  return between(bytes, [33], 33, [OP.CHECKSIG]) ?? between(bytes, [65], 65, [OP.CHECKSIG]);
}

export interface Multisig {
  /** Signatures needed, 1 to the number of keys. */
  readonly required: number;
  /** 1 to 16, in the order of the script, which is the order of the signatures. */
  readonly keys: readonly Uint8Array[];
}

/** `required` of the keys must sign. Throws `emercoin.bad_script` for numbers that no such script can have. */
export function multisigScript({ required, keys }: Multisig): Uint8Array {
  if (!Number.isInteger(required) || required < 1 || required > keys.length || keys.length > 16) {
    throw badScript("a multisig needs 1 to 16 keys, and no more signatures than keys");
  }
  return script(OP.ONE - 1 + required, ...keys, OP.ONE - 1 + keys.length, OP.CHECKMULTISIG);
}

/** Reads what `multisigScript` writes; null for anything else. */
export function multisigOfScript(bytes: Uint8Array): Multisig | null {
  const required = (bytes[0] ?? 0) - OP.ONE + 1;
  const count = (bytes.at(-2) ?? 0) - OP.ONE + 1;
  if (required < 1 || required > count || count > 16 || bytes.at(-1) !== OP.CHECKMULTISIG) return null;
  const keys = pushesOf(bytes.subarray(1, -2));
  if (keys === null || keys.length !== count) return null;
  if (!keys.every((key) => key.length === 33 || key.length === 65)) return null;
  return equalBytes(multisigScript({ required, keys }), bytes) ? { required, keys } : null;
}
