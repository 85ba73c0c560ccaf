// Partially signed transactions (BIP 174). The transaction inside is Emercoin's, with its time, so that no library reads them; the rest
// is as in Bitcoin. Fields that mean nothing here (key paths, unknown ones) are kept as they are.

import { AppError, concatBytes, fromBase64url, hasCode, messageOf, toBase64, toHex } from "../base/index.ts";
import { ByteReader, sized, u32 } from "./byte-stream.ts";
import type { InputSignature } from "./signing.ts";
import {
  decodeTransaction,
  encodeStripped,
  encodeTransaction,
  outputBytes,
  type Transaction,
  type TxOutput,
  witnessBytes,
} from "./transaction.ts";

export interface PsbtEntry {
  /** Type byte and what the type adds. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface PsbtInput {
  /** The whole transaction that is spent: for outputs that are not segwit. */
  readonly previous: Transaction | null;
  /** The output that is spent: enough for segwit, whose signatures cover the amount. */
  readonly output: TxOutput | null;
  readonly signatures: readonly InputSignature[];
  readonly sighashType: number | null;
  readonly redeemScript: Uint8Array | null;
  readonly witnessScript: Uint8Array | null;
  readonly finalScript: Uint8Array | null;
  readonly finalWitness: readonly Uint8Array[] | null;
  readonly others: readonly PsbtEntry[];
}

export interface Psbt {
  /** Without any signature. */
  readonly tx: Transaction;
  readonly others: readonly PsbtEntry[];
  readonly inputs: readonly PsbtInput[];
  /** One list for each output of the transaction. */
  readonly outputs: readonly (readonly PsbtEntry[])[];
}

const MAGIC = concatBytes(Uint8Array.of(0x70, 0x73, 0x62, 0x74), Uint8Array.of(0xff));
const MAX_BYTES = 2_000_000;
const UNSIGNED_TX = 0;
/** Types of an input's fields. */
const FIELD = {
  PREVIOUS: 0,
  OUTPUT: 1,
  SIGNATURE: 2,
  SIGHASH: 3,
  REDEEM: 4,
  WITNESS: 5,
  KEY_PATH: 6,
  FINAL_SCRIPT: 7,
  FINAL_WITNESS: 8,
} as const;

/** The type of a signer's key path, which goes once an input is final. */
export const KEY_PATH = FIELD.KEY_PATH;

export function badPsbt(what: string, cause?: unknown): AppError {
  return new AppError("emercoin.bad_psbt", `a partially signed transaction is malformed: ${what}`, {
    hint: "Ask for the partially signed transaction again, and check that it is one of Emercoin.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** An input of which nothing is known. */
export const EMPTY_INPUT: PsbtInput = {
  previous: null,
  output: null,
  signatures: [],
  sighashType: null,
  redeemScript: null,
  witnessScript: null,
  finalScript: null,
  finalWitness: null,
  others: [],
};

function readMap(reader: ByteReader): readonly PsbtEntry[] {
  const entries: PsbtEntry[] = [];
  const seen = new Set<string>();
  for (;;) {
    const key = reader.bytes();
    if (key.length === 0) return entries;
    const id = toHex(key);
    if (seen.has(id)) throw badPsbt("a field is there twice");
    seen.add(id);
    entries.push({ key, value: reader.bytes() });
  }
}

function whole<T>(value: Uint8Array, read: (reader: ByteReader) => T): T {
  const reader = new ByteReader(value, badPsbt);
  const result = read(reader);
  reader.end();
  return result;
}

function readField(input: PsbtInput, { key, value }: PsbtEntry): PsbtInput {
  const [type] = key;
  if (type === FIELD.SIGNATURE) {
    if (key.length !== 34 && key.length !== 66) throw badPsbt("a signature is of no public key");
    return { ...input, signatures: [...input.signatures, { key: key.slice(1), signature: value }] };
  }
  const known = type !== undefined && type <= FIELD.FINAL_WITNESS && type !== FIELD.KEY_PATH;
  if (known && key.length !== 1) throw badPsbt("a field has a longer key than it may have");
  switch (type) {
    case FIELD.PREVIOUS:
      return { ...input, previous: decodeTransaction(value) };
    case FIELD.OUTPUT:
      return { ...input, output: whole(value, (reader) => ({ amount: reader.amount(), script: reader.bytes() })) };
    case FIELD.SIGHASH:
      return { ...input, sighashType: whole(value, (reader) => reader.u32()) };
    case FIELD.REDEEM:
      return { ...input, redeemScript: value };
    case FIELD.WITNESS:
      return { ...input, witnessScript: value };
    case FIELD.FINAL_SCRIPT:
      return { ...input, finalScript: value };
    case FIELD.FINAL_WITNESS:
      return { ...input, finalWitness: whole(value, (reader) => reader.witness()) };
    default:
      return { ...input, others: [...input.others, { key, value }] };
  }
}

/** Nothing known of any input, ready to be filled. Throws `emercoin.bad_psbt` for a transaction with a signature or without inputs. */
export function createPsbt(tx: Transaction): Psbt {
  if (tx.inputs.some((input) => input.script.length > 0 || input.witness.length > 0)) {
    throw badPsbt("the transaction inside is signed");
  }
  return { tx, others: [], inputs: tx.inputs.map(() => EMPTY_INPUT), outputs: tx.outputs.map(() => []) };
}

function readPsbt(bytes: Uint8Array): Psbt {
  const reader = new ByteReader(bytes, badPsbt);
  if (toHex(reader.take(MAGIC.length)) !== toHex(MAGIC)) throw badPsbt("it does not begin as one");
  const global = readMap(reader);
  const isTx = ({ key }: PsbtEntry): boolean => key.length === 1 && key[0] === UNSIGNED_TX;
  const unsigned = global.find(isTx);
  if (unsigned === undefined) throw badPsbt("it holds no transaction");
  const empty = createPsbt(decodeTransaction(unsigned.value, { witness: false }));
  const psbt = {
    ...empty,
    others: global.filter((entry) => !isTx(entry)),
    inputs: empty.inputs.map((input) => readMap(reader).reduce(readField, input)),
    outputs: empty.outputs.map(() => readMap(reader)),
  };
  reader.end();
  return psbt;
}

/** Decodes base64 or bytes. Throws `emercoin.bad_psbt`, also for bytes behind the end. */
export function decodePsbt(data: string | Uint8Array): Psbt {
  if (data.length > 2 * MAX_BYTES) throw badPsbt("it is too long");
  try {
    return readPsbt(typeof data === "string" ? fromBase64url(data) : data);
  } catch (cause) {
    throw hasCode(cause, "emercoin.bad_psbt") ? cause : badPsbt(messageOf(cause), cause);
  }
}

function entry(type: number, value: Uint8Array | null, more: Uint8Array = new Uint8Array(0)): PsbtEntry[] {
  return value === null ? [] : [{ key: concatBytes(Uint8Array.of(type), more), value }];
}

function mapBytes(entries: readonly PsbtEntry[]): Uint8Array {
  // In the order of the types, as the node writes them.
  const sorted = entries.toSorted((a, b) => (a.key[0] ?? 0) - (b.key[0] ?? 0));
  return concatBytes(...sorted.flatMap(({ key, value }) => [sized(key), sized(value)]), Uint8Array.of(0));
}

function inputBytes(input: PsbtInput): Uint8Array {
  return mapBytes([
    ...entry(FIELD.PREVIOUS, input.previous === null ? null : encodeTransaction(input.previous)),
    ...entry(FIELD.OUTPUT, input.output === null ? null : outputBytes(input.output)),
    ...input.signatures.flatMap(({ key, signature }) => entry(FIELD.SIGNATURE, signature, key)),
    ...entry(FIELD.SIGHASH, input.sighashType === null ? null : u32(input.sighashType)),
    ...entry(FIELD.REDEEM, input.redeemScript),
    ...entry(FIELD.WITNESS, input.witnessScript),
    ...entry(FIELD.FINAL_SCRIPT, input.finalScript),
    ...entry(FIELD.FINAL_WITNESS, input.finalWitness === null ? null : witnessBytes(input.finalWitness)),
    ...input.others,
  ]);
}

/** The bytes of a partially signed transaction. */
export function psbtBytes(psbt: Psbt): Uint8Array {
  return concatBytes(
    MAGIC,
    mapBytes([...entry(UNSIGNED_TX, encodeStripped(psbt.tx)), ...psbt.others]),
    ...psbt.inputs.map(inputBytes),
    ...psbt.outputs.map(mapBytes),
  );
}

/** The text of a partially signed transaction: base64, as the node takes and gives it. */
export function encodePsbt(psbt: Psbt): string {
  return toBase64(psbtBytes(psbt));
}
