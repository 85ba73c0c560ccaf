// Transactions: Bitcoin's format, with a 32-bit time behind the version that is part of the id (primitives/transaction.h).

import { AppError, type CoinCrypto, concatBytes, fromHex, type MicroEmc, toHex } from "../base/index.ts";
import { ByteReader, counted, sized, u32, u64 } from "./byte-stream.ts";
import { hash256 } from "./hashes.ts";
import { FLAT_FEE_MICRO } from "./network.ts";

/** The version of a transaction that writes names. */
export const NAME_VERSION = 0x0666;
/** The version of all others. */
export const PLAIN_VERSION = 2;
/** The sequence of an input that leaves the lock time without effect. */
export const FINAL_SEQUENCE = 0xffffffff;
/** No block could hold a larger one. */
const MAX_BYTES = 1_000_000;
const MIN_INPUT_BYTES = 41;
const MIN_OUTPUT_BYTES = 9;

export interface TxInput {
  /** The spent transaction, 64 hex digits in the order in which the node shows them. */
  readonly txid: string;
  readonly vout: number;
  readonly script: Uint8Array;
  readonly sequence: number;
  readonly witness: readonly Uint8Array[];
}

export interface TxOutput {
  readonly amount: MicroEmc;
  readonly script: Uint8Array;
}

export interface Transaction {
  readonly version: number;
  /** Unix seconds; not before the time of any transaction it spends, and no more than a day ahead. */
  readonly time: number;
  readonly inputs: readonly TxInput[];
  readonly outputs: readonly TxOutput[];
  readonly lockTime: number;
}

export function badTransaction(what: string, cause?: unknown): AppError {
  return new AppError("emercoin.bad_transaction", `a transaction is malformed: ${what}`, {
    hint: "Take the transaction again from where it came from, and check that it is one of Emercoin.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Ids are shown last byte first. */
export function idText(hash: Uint8Array): string {
  return toHex(hash.toReversed());
}

/** The 32 bytes of an id. Throws `emercoin.bad_transaction`. */
export function idBytes(txid: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(txid)) throw badTransaction("a transaction id is not 64 small hex digits");
  return fromHex(txid).reverse();
}

function readInput(reader: ByteReader): TxInput {
  return {
    txid: idText(reader.take(32)),
    vout: reader.u32(),
    script: reader.bytes(),
    sequence: reader.u32(),
    witness: [],
  };
}

function readOutput(reader: ByteReader): TxOutput {
  return { amount: reader.amount(), script: reader.bytes() };
}

function readBody(reader: ByteReader, witness: boolean): Pick<Transaction, "inputs" | "outputs"> {
  const inputs = reader.many(MIN_INPUT_BYTES, () => readInput(reader));
  if (inputs.length > 0 || !witness)
    return { inputs, outputs: reader.many(MIN_OUTPUT_BYTES, () => readOutput(reader)) };
  // No input is how the extended format (BIP 144) begins; then flags follow. Flag 0 would be a transaction of nothing.
  if (reader.u8() !== 1) throw badTransaction("it has no input, or unknown flags");
  const bare = reader.many(MIN_INPUT_BYTES, () => readInput(reader));
  const outputs = reader.many(MIN_OUTPUT_BYTES, () => readOutput(reader));
  const signed = bare.map((input) => ({ ...input, witness: reader.witness() }));
  if (signed.every((input) => input.witness.length === 0)) throw badTransaction("it announces a witness and has none");
  return { inputs: signed, outputs };
}

/** Reads one transaction inside something larger. */
export function readTransaction(reader: ByteReader, witness = true): Transaction {
  const version = reader.i32();
  const time = reader.u32();
  const body = readBody(reader, witness);
  return { version, time, ...body, lockTime: reader.u32() };
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  try {
    return typeof data === "string" ? fromHex(data) : data;
  } catch (cause) {
    throw badTransaction("it is not hex", cause);
  }
}

/**
 * Decodes bytes or hex. `witness: false` reads the old format only, in which a transaction may lack inputs (not funded yet).
 * Throws `emercoin.bad_transaction`, also for bytes behind the end and for amounts beyond 2^53.
 */
export function decodeTransaction(
  data: Uint8Array | string,
  options: { readonly witness?: boolean } = {},
): Transaction {
  if (data.length > (typeof data === "string" ? 2 * MAX_BYTES : MAX_BYTES)) throw badTransaction("it is too long");
  const reader = new ByteReader(bytesOf(data), badTransaction);
  const transaction = readTransaction(reader, options.witness ?? true);
  reader.end();
  return transaction;
}

export function outpointBytes({ txid, vout }: Pick<TxInput, "txid" | "vout">): Uint8Array {
  return concatBytes(idBytes(txid), u32(vout));
}

export function outputBytes({ amount, script }: TxOutput): Uint8Array {
  return concatBytes(u64(amount), sized(script));
}

function inputBytes(input: TxInput): Uint8Array {
  return concatBytes(outpointBytes(input), sized(input.script), u32(input.sequence));
}

export function witnessBytes(witness: readonly Uint8Array[]): Uint8Array {
  return counted(witness.map(sized));
}

function isSegwit(tx: Transaction): boolean {
  return tx.inputs.some((input) => input.witness.length > 0);
}

/** The bytes without any witness: what the id is the hash of. */
export function encodeStripped(tx: Transaction): Uint8Array {
  return concatBytes(
    u32(tx.version),
    u32(tx.time),
    counted(tx.inputs.map(inputBytes)),
    counted(tx.outputs.map(outputBytes)),
    u32(tx.lockTime),
  );
}

/** The bytes as they are sent: extended where an input has a witness. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  if (!isSegwit(tx)) return encodeStripped(tx);
  const stripped = encodeStripped(tx);
  return concatBytes(
    stripped.subarray(0, 8),
    Uint8Array.of(0, 1),
    stripped.subarray(8, -4),
    ...tx.inputs.map((input) => witnessBytes(input.witness)),
    stripped.subarray(-4),
  );
}

/** Hex of the bytes as they are sent. */
export function transactionHex(tx: Transaction): string {
  return toHex(encodeTransaction(tx));
}

/** The id, which signatures in witnesses do not change. */
export function txid(crypto: CoinCrypto, tx: Transaction): string {
  return idText(hash256(crypto, encodeStripped(tx)));
}

/** The hash of everything, witnesses included (`hash` of the node). */
export function wtxid(crypto: CoinCrypto, tx: Transaction): string {
  return idText(hash256(crypto, encodeTransaction(tx)));
}

export interface TransactionSize {
  readonly bytes: number;
  /** Bytes without witnesses four times, those of witnesses once (BIP 141). */
  readonly weight: number;
  /** A quarter of the weight, rounded up. */
  readonly virtual: number;
}

export function sizeOf(tx: Transaction): TransactionSize {
  const bytes = encodeTransaction(tx).length;
  const weight = 3 * encodeStripped(tx).length + bytes;
  return { bytes, weight, virtual: Math.ceil(weight / 4) };
}

/** What a transaction of so many bytes (witnesses included) must burn: 0.0001 EMC, and as much again for each full 10 KiB (feerate.cpp). */
export function flatFee(bytes: number): MicroEmc {
  return ((1 + Math.floor(bytes / 10_240)) * FLAT_FEE_MICRO) as MicroEmc;
}

/** An input that is still to be signed. */
export function unsignedInput(outpoint: Pick<TxInput, "txid" | "vout">, sequence = FINAL_SEQUENCE): TxInput {
  return { txid: outpoint.txid, vout: outpoint.vout, script: new Uint8Array(0), sequence, witness: [] };
}
