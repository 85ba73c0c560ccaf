// One node's view of the chain: blocks, unspent outputs, where each transaction is, names; and the way back.

import { type CoinCrypto, concatBytes, fromHex, type MicroEmc, toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  addressText,
  type ChainNetwork,
  hash160,
  hash256,
  NAME_VERSION,
  nameFee,
  publicKeyOfScript,
  RANDPAY_TXID,
  type Transaction,
  withoutNamePrefix,
} from "../../../src/emercoin/index.ts";
import { NameIndex, type NameOp, type NameSnapshot, nameOutput } from "./name-index.ts";

export interface ChainTx {
  readonly txid: string;
  readonly tx: Transaction;
}

export interface Block {
  readonly hash: string;
  readonly previous: string | null;
  readonly height: number;
  readonly time: number;
  readonly nonce: number;
  readonly merkleRoot: string;
  /** What the block minted; the fees of names follow it. */
  readonly mint: MicroEmc;
  readonly transactions: readonly ChainTx[];
}

export interface Coin {
  readonly amount: MicroEmc;
  readonly script: Uint8Array;
  readonly height: number;
  /** Of its transaction. */
  readonly time: number;
  readonly coinbase: boolean;
}

interface Undo {
  readonly spent: readonly (readonly [outpoint: string, coin: Coin])[];
  readonly names: NameSnapshot;
}

export const GENESIS_HASH = "0000000810da236a5c9239aa1c49ab971de289dbd41d08c4120fc9c8920d2212";
export const GENESIS_TIME = 1_386_628_033;
export const MATURITY = 32;

export const outpointOf = (input: { readonly txid: string; readonly vout: number }): string =>
  `${input.txid}:${input.vout}`;

export const isCoinbase = (tx: Transaction): boolean => tx.inputs[0]?.txid === "0".repeat(64);
/** The input of a ticket that every ticket has and none uses up. */
export const isRandpay = (input: { readonly txid: string }): boolean => input.txid === RANDPAY_TXID;

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

const reversed = (hex: string): Uint8Array => fromHex(hex).reverse();

export function merkleRoot(crypto: CoinCrypto, ids: readonly string[]): string {
  let level = ids.map(reversed);
  while (level.length > 1) {
    const last = level.at(-1) ?? new Uint8Array(32);
    const even = level.length % 2 === 1 ? [...level, last] : level;
    level = Array.from({ length: even.length / 2 }, (_, at) =>
      hash256(crypto, concatBytes(even[2 * at] ?? last, even[2 * at + 1] ?? last)),
    );
  }
  return toHex((level[0] ?? new Uint8Array(32)).toReversed());
}

const VERSION = 0x029a_0009;
export const BITS = "2000d06c";

type Header = Pick<Block, "previous" | "merkleRoot" | "time" | "nonce">;

export function headerBytes(block: Header): Uint8Array {
  return concatBytes(
    u32(VERSION),
    reversed(block.previous ?? "0".repeat(64)),
    reversed(block.merkleRoot),
    u32(block.time),
    fromHex(BITS).reverse(),
    u32(block.nonce),
  );
}

export function blockHash(crypto: CoinCrypto, block: Header): string {
  return toHex(hash256(crypto, headerBytes(block)).toReversed());
}

export class ChainState {
  readonly #crypto: CoinCrypto;
  readonly #network: ChainNetwork;
  readonly #blocks: Block[] = [];
  readonly #undo: Undo[] = [];
  readonly #heights = new Map<string, number>([[GENESIS_HASH, 0]]);
  readonly utxo = new Map<string, Coin>();
  /** Which confirmed transaction spent an output. */
  readonly spenders = new Map<string, string>();
  readonly txs = new Map<string, { readonly tx: Transaction; readonly block: Block; readonly index: number }>();
  readonly names: NameIndex;
  /** Name operations that took effect in the last connected block. */
  lastNameOps: readonly (NameOp & { readonly name: string })[] = [];

  constructor(crypto: CoinCrypto, network: ChainNetwork) {
    this.#crypto = crypto;
    this.#network = network;
    this.names = new NameIndex((script) => this.addressText(script) ?? "");
    this.#blocks.push({
      hash: GENESIS_HASH,
      previous: null,
      height: 0,
      time: GENESIS_TIME,
      nonce: 0,
      merkleRoot: "0".repeat(64),
      mint: 0 as MicroEmc,
      transactions: [],
    });
    this.#undo.push({ spent: [], names: [] });
  }

  get tip(): Block {
    return (
      this.#blocks.at(-1) ??
      this.#blocks[0] ??
      (() => {
        throw new Error("a chain has a genesis");
      })()
    );
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  at(height: number): Block | undefined {
    return this.#blocks[height];
  }

  byHash(hash: string): Block | undefined {
    const height = this.#heights.get(hash);
    return height === undefined ? undefined : this.#blocks[height];
  }

  /** Median of the last eleven blocks' times. */
  medianTime(height = this.height): number {
    const times = this.#blocks.slice(Math.max(0, height - 10), height + 1).map((block) => block.time);
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  }

  /** The address an output pays to, also behind a name and for bare keys; null where there is none. */
  addressText(script: Uint8Array): string | null {
    const own = withoutNamePrefix(script);
    const key = publicKeyOfScript(own);
    const address =
      key === null ? addressOfScript(own) : ({ kind: "p2pkh", hash: hash160(this.#crypto, key) } as const);
    return address === null ? null : addressText(this.#crypto, address, this.#network);
  }

  /** Fee of a transaction whose inputs are known; null where one is not. */
  feeOf(tx: Transaction, coin: (outpoint: string) => Coin | undefined): number | null {
    let sum = 0;
    for (const input of tx.inputs) {
      if (isRandpay(input)) continue;
      const spent = coin(outpointOf(input));
      if (spent === undefined) return null;
      sum += spent.amount;
    }
    return sum - tx.outputs.reduce((total, { amount }) => total + amount, 0);
  }

  /** Whether the fee is enough for the names at one of the last ten blocks. */
  nameFeeEnough(tx: Transaction, fee: number): boolean {
    const names = tx.outputs.flatMap(({ script }) => nameOutput(script) ?? []);
    if (names.length === 0) return false;
    return this.#blocks.slice(-10).some((block) => {
      const needed = names.reduce((sum, name) => sum + this.nameFee(name, block.mint), 0);
      return fee >= needed;
    });
  }

  nameFee(
    { operation, days, name, value }: { operation: NameOp["operation"]; days: number; name: string; value: string },
    lastPowReward: MicroEmc = this.tip.mint,
  ): number {
    return nameFee({ operation, days, nameBytes: name.length, valueBytes: value.length, lastPowReward });
  }

  connect(block: Block): void {
    const spent: (readonly [string, Coin])[] = [];
    const named: (NameOp & { readonly name: string })[] = [];
    for (const [index, { txid, tx }] of block.transactions.entries()) {
      const fee = this.feeOf(tx, (outpoint) => this.utxo.get(outpoint)) ?? 0;
      const accepted = tx.version === NAME_VERSION && this.nameFeeEnough(tx, fee) ? this.#nameOps(block, txid, tx) : [];
      for (const input of tx.inputs) {
        const outpoint = outpointOf(input);
        const coin = this.utxo.get(outpoint);
        if (isRandpay(input) || coin === undefined) continue;
        spent.push([outpoint, coin]);
        this.utxo.delete(outpoint);
        this.spenders.set(outpoint, txid);
      }
      for (const [vout, { amount, script }] of tx.outputs.entries()) {
        if (script[0] === 0x6a) continue;
        const coinbase = isCoinbase(tx);
        this.utxo.set(`${txid}:${vout}`, { amount, script, height: block.height, time: tx.time, coinbase });
      }
      this.txs.set(txid, { tx, block, index });
      named.push(...accepted);
    }
    // Sorted by their time; sort is stable, so equal ones keep the order of the block.
    this.lastNameOps = named.sort((a, b) => a.time - b.time);
    this.#blocks.push(block);
    this.#heights.set(block.hash, block.height);
    this.#undo.push({ spent, names: this.names.apply(this.lastNameOps) });
  }

  /** Takes the tip off and gives it back. */
  disconnect(): Block {
    const block = this.tip;
    const undo = this.#undo.pop();
    if (block.height === 0 || undo === undefined) throw new Error("the genesis stays");
    this.#blocks.pop();
    this.#heights.delete(block.hash);
    this.names.undo(undo.names);
    for (const { txid, tx } of block.transactions) {
      for (const vout of tx.outputs.keys()) this.utxo.delete(`${txid}:${vout}`);
      this.txs.delete(txid);
    }
    for (const [outpoint, coin] of undo.spent) {
      this.spenders.delete(outpoint);
      // An output that was made in this very block goes with it.
      if (coin.height < block.height) this.utxo.set(outpoint, coin);
    }
    return block;
  }

  /** The operations of one transaction that hold, by CheckNameTx: it stops at the first that does not. */
  #nameOps(block: Block, txid: string, tx: Transaction): (NameOp & { readonly name: string })[] {
    const done: (NameOp & { readonly name: string })[] = [];
    for (const [vout, { script }] of tx.outputs.entries()) {
      const output = nameOutput(script);
      if (output === null) continue;
      const { name, operation, days, value } = output;
      const active = this.names.isActive(name, block.height);
      const last = this.names.get(name)?.ops.at(-1);
      const spends = tx.inputs.some(
        (input) => last !== undefined && input.txid === last.txid && input.vout === last.vout,
      );
      const holds = operation === "new" ? !active : active && spends && last?.operation !== "delete";
      if (!holds || done.some((op) => op.name === name)) return done;
      const { height } = block;
      done.push({ name, operation, txid, vout, height, time: tx.time, days, value, script: output.script });
    }
    return done;
  }
}
