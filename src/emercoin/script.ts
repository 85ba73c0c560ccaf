// Scripts: how they are cut into operations, and the forms that outputs of ours have.

import { AppError, concatBytes } from "../base/index.ts";

export const OP = {
  pushData1: 0x4c,
  pushData2: 0x4d,
  pushData4: 0x4e,
  negate: 0x4f,
  one: 0x51,
  return: 0x6a,
  drop2: 0x6d,
  drop: 0x75,
  dup: 0x76,
  equal: 0x87,
  equalVerify: 0x88,
  hash160: 0xa9,
  checkSig: 0xac,
  checkMultiSig: 0xae,
} as const;

/** One operation; `data` for what pushes bytes (also OP_0 and OP_1-16, which push none, null or a number). */
export interface ScriptPart {
  readonly op: number;
  readonly data: Uint8Array | null;
}

export function badScript(what: string): AppError {
  return new AppError("emercoin.bad_script", what);
}

/** Length of the length field of a push operation, -1 for one that pushes no bytes. */
function lengthBytes(op: number): number {
  if (op <= 75) return 0;
  if (op === OP.pushData1) return 1;
  if (op === OP.pushData2) return 2;
  return op === OP.pushData4 ? 4 : -1;
}

/** Cuts a script. Throws `emercoin.bad_script` for a push that goes beyond the end. */
export function parseScript(script: Uint8Array): readonly ScriptPart[] {
  const parts: ScriptPart[] = [];
  for (let at = 0; at < script.length; ) {
    const op = script[at++] ?? 0;
    const field = lengthBytes(op);
    if (field < 0) {
      parts.push({ op, data: null });
      continue;
    }
    let length = field === 0 ? op : 0;
    for (let i = 0; i < field; i++) length += (script[at + i] ?? 0) * 256 ** i;
    at += field;
    if (at + length > script.length) throw badScript("a push goes beyond the end of the script");
    parts.push({ op, data: script.slice(at, at + length) });
    at += length;
  }
  return parts;
}

/** The shortest push of `data`, numbers 1-16 and the empty string excepted as BIP 62 has them. */
export function pushOf(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length <= 75) return concatBytes(Uint8Array.of(length), data);
  if (length <= 255) return concatBytes(Uint8Array.of(OP.pushData1, length), data);
  return concatBytes(Uint8Array.of(OP.pushData2, length & 255, length >>> 8), data);
}

/** A push of a whole number 0 to 2^31-1 as CScript writes it: OP_0, OP_1-16, else little-endian bytes with a sign bit. */
export function pushNumber(value: number): Uint8Array {
  if (value === 0) return Uint8Array.of(0);
  if (value <= 16) return Uint8Array.of(OP.one + value - 1);
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1) ?? 0) >= 128) bytes.push(0);
  return pushOf(Uint8Array.from(bytes));
}

/** The number that a part pushes (0 to 2^31-1), null for another part. */
export function numberOf({ op, data }: ScriptPart): number | null {
  if (op >= OP.one && op < OP.one + 16) return op - OP.one + 1;
  if (data === null || data.length > 5 || (data.at(-1) ?? 0) >= 128) return null;
  return data.reduce((sum, byte, at) => sum + byte * 256 ** at, 0);
}

export function p2pkhScript(hash: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP.dup, OP.hash160), pushOf(hash), Uint8Array.of(OP.equalVerify, OP.checkSig));
}

export function p2shScript(hash: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP.hash160), pushOf(hash), Uint8Array.of(OP.equal));
}

/** Version 0 witness output: 20 bytes for a key, 32 for a script. */
export function witnessScriptOutput(program: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(0), pushOf(program));
}

/** `m of n` over public keys in the given order. Throws `emercoin.bad_script` outside of 1 <= m <= n <= 15. */
export function multisigScript(required: number, keys: readonly Uint8Array[]): Uint8Array {
  if (!Number.isInteger(required) || required < 1 || required > keys.length || keys.length > 15) {
    throw badScript("a multisig script needs 1 to 15 keys and at most as many signatures");
  }
  const pushes = keys.map((key) => pushOf(key));
  return concatBytes(pushNumber(required), ...pushes, pushNumber(keys.length), Uint8Array.of(OP.checkMultiSig));
}

/** What `multisigScript` made, null for another script. */
export function parseMultisig(
  script: Uint8Array,
): { readonly required: number; readonly keys: readonly Uint8Array[] } | null {
  const parts = parseScript(script);
  const [first, ...rest] = parts;
  const last = rest.pop();
  const count = rest.pop();
  if (first === undefined || count === undefined || last?.op !== OP.checkMultiSig) return null;
  const keys = rest.flatMap(({ data }) => (data !== null && data.length >= 33 ? [data] : []));
  const required = numberOf(first);
  if (required === null || keys.length !== rest.length || numberOf(count) !== keys.length) return null;
  return required >= 1 && required <= keys.length ? { required, keys } : null;
}
