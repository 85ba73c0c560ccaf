// Transactions. Emercoin's have a 32-bit time behind the version, which is part of the txid and of what signatures cover
// (primitives/transaction.h of 0.8.6): libraries for Bitcoin cannot read them.

import { AppError, type CoinCrypto, concatBytes, fromHex, type MicroEmc, microEmc, toHex } from "../base/index.ts";
import { doubleSha256 } from "./base58.ts";
import { ByteReader, compactBytes, countedBytes, int64Bytes, uint32Bytes } from "./byte-reader.ts";

export interface TransactionInput {
  /** As people and RPC write it: byte-reversed hex. */
  readonly txid: string;
  readonly vout: number;
  readonly scriptSig: Uint8Array;
  readonly sequence: number;
  readonly witness: readonly Uint8Array[];
}

export interface TransactionOutput {
  readonly amount: MicroEmc;
  readonly script: Uint8Array;
}

export interface Transaction {
  /** 1 or 2; 0x0666 for an operation on a name. */
  readonly version: number;
  /** Unix seconds. Not before the time of any transaction that is spent. */
  readonly time: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
}

export const NAME_VERSION = 0x0666;
/** More than any block takes. */
const MAX_BYTES = 4_000_000;
export const FINAL_SEQUENCE = 0xffff_ffff;

/** Bytes of a txid as they stand inside a transaction. Throws `emercoin.bad_transaction`. */
export function txidBytes(txid: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(txid)) throw bad("a txid must be 64 lower-case hex digits");
  return fromHex(txid).reverse();
}

function bad(what: string): AppError {
  return new AppError("emercoin.bad_transaction", what);
}

function readInput(reader: ByteReader): TransactionInput {
  const txid = toHex(reader.take(32).reverse());
  return { txid, vout: reader.uint32(), scriptSig: reader.counted(), sequence: reader.uint32(), witness: [] };
}

function readOutput(reader: ByteReader): TransactionOutput {
  return { amount: microEmc(reader.int64()), script: reader.counted() };
}

/** Reads a whole transaction. Throws `emercoin.bad_transaction`; what is left over is refused too. */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  if (bytes.length > MAX_BYTES) throw bad("this is larger than a transaction can be");
  const reader = new ByteReader(bytes);
  const version = reader.int32();
  const time = reader.uint32();
  let inputs = reader.list(41, () => readInput(reader));
  let flags = 0;
  if (inputs.length === 0) {
    flags = reader.byte();
    if (flags !== 0) inputs = reader.list(41, () => readInput(reader));
  }
  const emptyOld = inputs.length === 0 && flags === 0;
  const outputs = emptyOld ? [] : reader.list(9, () => readOutput(reader));
  if (flags > 1) throw bad("the transaction has data of an unknown kind");
  if (flags === 1) {
    inputs = inputs.map((input) => ({ ...input, witness: reader.list(1, () => reader.counted()) }));
    if (inputs.every(({ witness }) => witness.length === 0)) throw bad("the transaction has an empty witness record");
  }
  const lockTime = reader.uint32();
  if (reader.left > 0) throw bad("something follows the transaction");
  return { version, time, inputs, outputs, lockTime };
}

/** `decodeTransaction` of hex digits, as RPC passes transactions. Throws `emercoin.bad_transaction`. */
export function transactionFromHex(hex: string): Transaction {
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(hex)) throw bad("a transaction must be an even number of hex digits");
  return decodeTransaction(fromHex(hex.toLowerCase()));
}

const inputBytes = ({ txid, vout, scriptSig, sequence }: TransactionInput): Uint8Array =>
  concatBytes(txidBytes(txid), uint32Bytes(vout), countedBytes(scriptSig), uint32Bytes(sequence));

export const outputBytes = ({ amount, script }: TransactionOutput): Uint8Array =>
  concatBytes(int64Bytes(amount), countedBytes(script));

export function listBytes(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(compactBytes(items.length), ...items);
}

function serialise(tx: Transaction, withWitness: boolean): Uint8Array {
  const marked = withWitness && tx.inputs.some(({ witness }) => witness.length > 0);
  return concatBytes(
    uint32Bytes(tx.version >>> 0),
    uint32Bytes(tx.time),
    marked ? Uint8Array.of(0, 1) : new Uint8Array(0),
    listBytes(tx.inputs.map(inputBytes)),
    listBytes(tx.outputs.map(outputBytes)),
    ...(marked ? tx.inputs.map(({ witness }) => listBytes(witness.map(countedBytes))) : []),
    uint32Bytes(tx.lockTime),
  );
}

/** The form that the network knows, witnesses included. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  return serialise(tx, true);
}

export function transactionHex(tx: Transaction): string {
  return toHex(encodeTransaction(tx));
}

/** Hash of the transaction without its witnesses, byte-reversed hex. */
export function txidOf(crypto: CoinCrypto, tx: Transaction): string {
  return toHex(doubleSha256(crypto, serialise(tx, false)).reverse());
}

/** Hash with the witnesses, as RPC shows it in `hash`. */
export function wtxidOf(crypto: CoinCrypto, tx: Transaction): string {
  return toHex(doubleSha256(crypto, serialise(tx, true)).reverse());
}

export interface TransactionSize {
  readonly bytes: number;
  /** BIP 141: three times the size without witnesses, and once the size with them. */
  readonly weight: number;
  readonly vsize: number;
}

export function sizeOf(tx: Transaction): TransactionSize {
  const bytes = serialise(tx, true).length;
  const weight = 3 * serialise(tx, false).length + bytes;
  return { bytes, weight, vsize: Math.ceil(weight / 4) };
}

/** The least fee of a transaction of so many bytes: 0.0001 EMC for each started 10 KiB (policy/feerate.cpp). */
export function feeOf(bytes: number): MicroEmc {
  return microEmc(100 * (1 + Math.floor(bytes / 10_240)));
}
