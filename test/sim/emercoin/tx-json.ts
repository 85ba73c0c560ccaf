// Transactions, scripts and blocks as the node shows them.

import { concatBytes, toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  encodeStripped,
  encodeTransaction,
  multisigOfScript,
  publicKeyOfScript,
  readScript,
  type ScriptStep,
  sizeOf,
  type Transaction,
  transactionHex,
  withoutNamePrefix,
  wtxid,
} from "../../../src/emercoin/index.ts";
import { BITS, type Block, headerBytes, isCoinbase } from "./chain-state.ts";
import { emc, type Json } from "./json-values.ts";
import { nameOutput } from "./name-index.ts";
import type { NodeState } from "./node-state.ts";

const OPCODES: Readonly<Record<number, string>> = {
  97: "OP_NOP",
  106: "OP_RETURN",
  109: "OP_2DROP",
  117: "OP_DROP",
  118: "OP_DUP",
  135: "OP_EQUAL",
  136: "OP_EQUALVERIFY",
  169: "OP_HASH160",
  172: "OP_CHECKSIG",
  174: "OP_CHECKMULTISIG",
  177: "OP_CHECKLOCKTIMEVERIFY",
};

const SIGHASH_NAMES: Readonly<Record<number, string>> = {
  1: "ALL",
  2: "NONE",
  3: "SINGLE",
  129: "ALL|ANYONECANPAY",
  130: "NONE|ANYONECANPAY",
  131: "SINGLE|ANYONECANPAY",
};

function pushText(data: Uint8Array, signatures: boolean): string {
  if (data.length <= 4) {
    const size = data.reduce((sum, byte, at) => sum + (at === data.length - 1 ? byte & 0x7f : byte) * 256 ** at, 0);
    return String((data.at(-1) ?? 0) > 127 ? -size : size);
  }
  const type = SIGHASH_NAMES[data.at(-1) ?? 0];
  const isSignature = signatures && data[0] === 0x30 && data.length >= 9 && data.length <= 73;
  return isSignature && type !== undefined ? `${toHex(data.subarray(0, -1))}[${type}]` : toHex(data);
}

function stepText({ opcode, data }: ScriptStep, signatures: boolean): string {
  if (data !== null) return opcode === 0 ? "0" : pushText(data, signatures);
  if (opcode === 0x4f) return "-1";
  if (opcode >= 0x51 && opcode <= 0x60) return String(opcode - 0x50);
  return OPCODES[opcode] ?? "OP_UNKNOWN";
}

export function asm(script: Uint8Array, signatures = false): string {
  try {
    return readScript(script)
      .map((step) => stepText(step, signatures))
      .join(" ");
  } catch {
    // A push beyond the end.
    return "[error]";
  }
}

const KINDS = {
  p2pkh: "pubkeyhash",
  p2sh: "scripthash",
  p2wpkh: "witness_v0_keyhash",
  p2wsh: "witness_v0_scripthash",
} as const;

/** The node's name for a kind of script, without a name before it. */
export function scriptType(script: Uint8Array): string {
  const address = addressOfScript(script);
  if (address !== null) return KINDS[address.kind];
  if (publicKeyOfScript(script) !== null) return "pubkey";
  if (multisigOfScript(script) !== null) return "multisig";
  return script[0] === 0x6a ? "nulldata" : "nonstandard";
}

export function scriptJson(node: NodeState, script: Uint8Array, withHex = true): { [key: string]: Json } {
  const own = withoutNamePrefix(script);
  const named = nameOutput(script) !== null;
  const type = `${named ? "name_" : ""}${scriptType(own)}`;
  const multisig = multisigOfScript(own);
  const address = node.chain.addressText(script);
  return {
    asm: asm(script),
    ...(withHex ? { hex: toHex(script) } : {}),
    type,
    ...(multisig === null && address === null ? {} : { reqSigs: multisig?.required ?? 1 }),
    ...(multisig !== null
      ? { addresses: multisig.keys.map((key) => node.chain.addressText(Uint8Array.of(key.length, ...key, 0xac))) }
      : address === null
        ? {}
        : { addresses: [address] }),
  };
}

export function txJson(node: NodeState, tx: Transaction): { [key: string]: Json } {
  const { bytes, weight, virtual } = sizeOf(tx);
  return {
    txid: node.txid(tx),
    hash: wtxid(node.crypto, tx),
    version: tx.version,
    size: bytes,
    vsize: virtual,
    weight,
    locktime: tx.lockTime,
    time: tx.time,
    vin: tx.inputs.map((input) => {
      if (isCoinbase(tx)) return { coinbase: toHex(input.script), sequence: input.sequence };
      return {
        txid: input.txid,
        vout: input.vout,
        scriptSig: { asm: asm(input.script, true), hex: toHex(input.script) },
        ...(input.witness.length > 0 ? { txinwitness: input.witness.map(toHex) } : {}),
        sequence: input.sequence,
      };
    }),
    vout: tx.outputs.map(({ amount, script }, n) => ({
      value: emc(amount),
      n,
      scriptPubKey: scriptJson(node, script),
    })),
    hex: transactionHex(tx),
  };
}

function weightOf(block: Block): { readonly stripped: number; readonly size: number } {
  const stripped = block.transactions.reduce((sum, { tx }) => sum + encodeStripped(tx).length, 81);
  const size = block.transactions.reduce((sum, { tx }) => sum + sizeOf(tx).bytes, 81);
  return { stripped, size };
}

export function headerJson(node: NodeState, block: Block): { [key: string]: Json } {
  const next = node.chain.at(block.height + 1);
  const active = node.chain.byHash(block.hash) !== undefined;
  return {
    hash: block.hash,
    confirmations: active ? node.chain.height - block.height + 1 : -1,
    height: block.height,
    version: 43_646_985,
    versionHex: "029a0009",
    merkleroot: block.merkleRoot,
    time: block.time,
    mediantime: node.chain.medianTime(block.height),
    nonce: block.nonce,
    bits: BITS,
    difficulty: 7.320995568174572e-8,
    chainwork: (block.height + 1).toString(16).padStart(64, "0"),
    nTx: block.transactions.length,
    ...(block.previous === null ? {} : { previousblockhash: block.previous }),
    ...(next === undefined ? {} : { nextblockhash: next.hash }),
  };
}

/** The block as the network sends it, with an empty signature behind it. */
export function blockHex(block: Block): string {
  const count = block.transactions.length;
  const size = count < 0xfd ? [count] : [0xfd, count & 0xff, count >> 8];
  const parts = block.transactions.map(({ tx }) => encodeTransaction(tx));
  return toHex(concatBytes(headerBytes(block), Uint8Array.from(size), ...parts, Uint8Array.of(0)));
}

export function blockJson(node: NodeState, block: Block, verbosity: number): { [key: string]: Json } {
  const {
    nTx = 0,
    previousblockhash = null,
    nextblockhash = null,
    chainwork = "",
    difficulty = 0,
    ...head
  } = headerJson(node, block);
  const { stripped, size } = weightOf(block);
  return {
    ...head,
    strippedsize: stripped,
    size,
    weight: stripped * 3 + size,
    tx: block.transactions.map(({ txid, tx }) => (verbosity > 1 ? txJson(node, tx) : txid)),
    difficulty,
    mint: emc(block.mint),
    chainwork,
    nTx,
    ...(previousblockhash === null ? {} : { previousblockhash }),
    ...(nextblockhash === null ? {} : { nextblockhash }),
    flags: "proof-of-work",
    proofhash: block.hash,
    entropybit: Number.parseInt(block.hash.slice(-1), 16) & 1,
    modifier: block.hash.slice(8, 24),
    modifierchecksum: block.hash.slice(24, 32),
  };
}
