// What a signature covers: the legacy form and BIP 143, both with the transaction's time behind its version
// (script/interpreter.cpp of 0.8.6). Only SIGHASH_ALL: no wallet of the network makes another.

import { type CoinCrypto, concatBytes, type MicroEmc } from "../base/index.ts";
import { doubleSha256 } from "./base58.ts";
import { countedBytes, int64Bytes, uint32Bytes } from "./byte-reader.ts";
import { badScript } from "./script.ts";
import { encodeTransaction, outputBytes, type Transaction, type TransactionInput, txidBytes } from "./transaction.ts";

export const SIGHASH_ALL = 1;

function inputAt(tx: Transaction, index: number): TransactionInput {
  const input = tx.inputs[index];
  if (input === undefined) throw badScript("the transaction has no input of that index");
  return input;
}

/** The hash that a p2pkh (or bare) input signs; `scriptCode` is the script of the output it spends. */
export function legacySighash(crypto: CoinCrypto, tx: Transaction, index: number, scriptCode: Uint8Array): Uint8Array {
  inputAt(tx, index);
  const inputs = tx.inputs.map((input, at) => ({
    ...input,
    scriptSig: at === index ? scriptCode : new Uint8Array(0),
    witness: [],
  }));
  return doubleSha256(crypto, concatBytes(encodeTransaction({ ...tx, inputs }), uint32Bytes(SIGHASH_ALL)));
}

/** The hash that a version 0 witness input signs (BIP 143); `amount` is that of the output it spends. */
export function witnessSighash(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: { readonly scriptCode: Uint8Array; readonly amount: MicroEmc },
): Uint8Array {
  const outpoint = ({ txid, vout }: TransactionInput): Uint8Array => concatBytes(txidBytes(txid), uint32Bytes(vout));
  const hashOf = (items: readonly Uint8Array[]): Uint8Array => doubleSha256(crypto, concatBytes(...items));
  const input = inputAt(tx, index);
  return hashOf([
    uint32Bytes(tx.version >>> 0),
    uint32Bytes(tx.time),
    hashOf(tx.inputs.map(outpoint)),
    hashOf(tx.inputs.map(({ sequence }) => uint32Bytes(sequence))),
    outpoint(input),
    countedBytes(spent.scriptCode),
    int64Bytes(spent.amount),
    uint32Bytes(input.sequence),
    hashOf(tx.outputs.map(outputBytes)),
    uint32Bytes(tx.lockTime),
    uint32Bytes(SIGHASH_ALL),
  ]);
}
