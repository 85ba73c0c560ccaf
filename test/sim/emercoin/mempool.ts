// What waits to be mined, and the door to it: every check of AcceptToMemoryPool that a client can run into, in its order.

import type { CoinCrypto } from "../../../src/base/index.ts";
import {
  addressOfScript,
  encodeStripped,
  FINAL_SEQUENCE,
  flatFee,
  multisigOfScript,
  NAME_VERSION,
  publicKeyOfScript,
  sizeOf,
  type Transaction,
  type TxInput,
  withoutNamePrefix,
  wtxid,
} from "../../../src/emercoin/index.ts";
import { type Block, type ChainState, type Coin, isCoinbase, isRandpay, MATURITY, outpointOf } from "./chain-state.ts";
import { nameOutput } from "./name-index.ts";
import { checkScripts, type Rejection } from "./script-check.ts";

export interface MempoolEntry {
  readonly txid: string;
  readonly tx: Transaction;
  readonly fee: number;
  /** Unix seconds of its arrival. */
  readonly time: number;
  readonly height: number;
}

/**
 * `invalid` with a reason; `missing`: an input is unknown or spent; `refused`: without a reason, as the node does for outputs below the
 * least amount and for times too far ahead.
 */
export type Verdict =
  | { readonly kind: "accepted"; readonly fee: number }
  | ({ readonly kind: "invalid" } & Rejection)
  | { readonly kind: "missing" }
  | { readonly kind: "refused" };

export interface AcceptOptions {
  /** Unix seconds. */
  readonly now: number;
  /** The largest fee in micro-EMC; none: any. */
  readonly maxFee?: number;
  /** Takes transactions of a disconnected block back: no fee checks. */
  readonly fromBlock?: boolean;
}

const DAY = 86_400;
const MIN_OUTPUT = 100;
const MAX_WEIGHT = 400_000;

const invalid = (code: number, reason: string, debug?: string): Verdict => ({
  kind: "invalid",
  code,
  reason,
  ...(debug === undefined ? {} : { debug }),
});

const isStandardOutput = (script: Uint8Array): boolean =>
  addressOfScript(script) !== null ||
  publicKeyOfScript(script) !== null ||
  multisigOfScript(script) !== null ||
  script[0] === 0x6a;

/** A p2sh output spent without the script behind it: AreInputsStandard finds nothing to look at. */
const isBareP2sh = (coin: Coin, input: TxInput | undefined): boolean =>
  addressOfScript(withoutNamePrefix(coin.script))?.kind === "p2sh" && (input?.script.length ?? 0) === 0;

export class Mempool {
  readonly #crypto: CoinCrypto;
  readonly #chain: ChainState;
  readonly entries = new Map<string, MempoolEntry>();
  /** Which waiting transaction spends an output. */
  readonly spenders = new Map<string, string>();
  /** Names with operations under way. A mark whose operation took no effect stays until the node restarts. */
  readonly pendingNames = new Map<string, Map<string, { readonly txid: string; readonly vout: number }>>();

  constructor(crypto: CoinCrypto, chain: ChainState) {
    this.#crypto = crypto;
    this.#chain = chain;
  }

  coin(outpoint: string): Coin | undefined {
    if (this.spenders.has(outpoint)) return undefined;
    return this.#chain.utxo.get(outpoint) ?? this.#ownOutput(outpoint);
  }

  #ownOutput(outpoint: string): Coin | undefined {
    const [txid = "", vout] = outpoint.split(":");
    const tx = this.entries.get(txid)?.tx;
    const output = tx?.outputs[Number(vout)];
    if (tx === undefined || output === undefined) return undefined;
    return { ...output, height: this.#chain.height + 1, time: tx.time, coinbase: false };
  }

  /** The checks alone. */
  test(txid: string, tx: Transaction, options: AcceptOptions): Verdict {
    return this.#form(tx, options) ?? this.#place(txid, tx) ?? this.#value(tx, options);
  }

  accept(txid: string, tx: Transaction, options: AcceptOptions): Verdict {
    const verdict = this.test(txid, tx, options);
    if (verdict.kind !== "accepted") return verdict;
    this.entries.set(txid, { txid, tx, fee: verdict.fee, time: options.now, height: this.#chain.height });
    for (const input of tx.inputs) if (!isRandpay(input)) this.spenders.set(outpointOf(input), txid);
    if (tx.version === NAME_VERSION) this.#markNames(txid, tx);
    return verdict;
  }

  #form(tx: Transaction, { now }: AcceptOptions): Verdict | null {
    if (tx.inputs.length === 0) return invalid(16, "bad-txns-vin-empty");
    if (tx.outputs.length === 0) return invalid(16, "bad-txns-vout-empty");
    const own = tx.inputs.map(outpointOf);
    if (tx.inputs.filter(isRandpay).length > 1) return invalid(16, "multiple-randpay-utxo");
    if (new Set(own).size < own.length) return invalid(16, "bad-txns-inputs-duplicate");
    if (tx.time > now + DAY) return { kind: "refused" };
    if (tx.outputs.some(({ amount, script }) => amount < MIN_OUTPUT && script[0] !== 0x6a)) return { kind: "refused" };
    if (isCoinbase(tx)) return invalid(16, "coinbase/coinstake");
    const names = tx.outputs.flatMap(({ script }) => nameOutput(script)?.name ?? []);
    if (tx.version === NAME_VERSION) {
      if (names.length === 0 || names.some((name) => this.pendingNames.has(name))) {
        return invalid(64, "name-op-on-pending-name");
      }
    } else {
      if (tx.version < 1 || tx.version > 2) return invalid(64, "version");
      if (!tx.outputs.every(({ script }) => isStandardOutput(script))) return invalid(64, "scriptpubkey");
    }
    if (sizeOf(tx).weight > MAX_WEIGHT) return invalid(64, "tx-size");
    return encodeStripped(tx).length < 66 ? invalid(64, "tx-size-small") : null;
  }

  #isFinal(tx: Transaction): boolean {
    const { lockTime } = tx;
    if (lockTime === 0 || tx.inputs.every(({ sequence }) => sequence === FINAL_SEQUENCE)) return true;
    return lockTime < (lockTime < 500_000_000 ? this.#chain.height + 1 : this.#chain.medianTime());
  }

  #place(txid: string, tx: Transaction): Verdict | null {
    if (!this.#isFinal(tx)) return invalid(64, "non-final");
    if (this.entries.has(txid)) return invalid(18, "txn-already-in-mempool");
    const own = tx.inputs.filter((input) => !isRandpay(input)).map(outpointOf);
    if (own.some((outpoint) => this.spenders.has(outpoint))) return invalid(18, "txn-mempool-conflict");
    if (own.every((outpoint) => this.coin(outpoint) !== undefined)) return null;
    const known = [...tx.outputs.keys()].some((vout) => this.#chain.utxo.has(`${txid}:${vout}`));
    return known ? invalid(18, "txn-already-known") : { kind: "missing" };
  }

  #value(tx: Transaction, options: AcceptOptions): Verdict {
    const own = tx.inputs.filter((input) => !isRandpay(input));
    const coins = own.flatMap((input) => this.coin(outpointOf(input)) ?? []);
    const early = this.#early(tx, coins);
    if (early !== null) return early;
    const sum = coins.reduce((total, { amount }) => total + amount, 0);
    const paid = tx.outputs.reduce((total, { amount }) => total + amount, 0);
    const fee = sum - paid;
    const text = (micro: number): string => String(micro / 1e6);
    if (fee < 0) return invalid(16, "bad-txns-in-belowout", `value in (${text(sum)}) < value out (${text(paid)})`);
    if (fee < flatFee(sizeOf(tx).bytes)) return invalid(16, "bad-txns-not-enough-fee");
    const isName = tx.version === NAME_VERSION;
    if (isName && options.fromBlock !== true && !this.#chain.nameFeeEnough(tx, fee)) {
      return invalid(66, "name fee is below minimum");
    }
    if (coins.some((coin, at) => isBareP2sh(coin, own[at]))) return invalid(64, "bad-txns-nonstandard-inputs");
    // IsWitnessStandard does not know the RANDPAY input, so that a winning p2wpkh ticket is refused.
    if (tx.inputs.some((input) => isRandpay(input) && input.witness.length > 0))
      return invalid(64, "bad-witness-nonstandard");
    const { maxFee = 0 } = options;
    if (maxFee > 0 && fee > maxFee + MIN_OUTPUT && !isName) {
      return invalid(256, "absurdly-high-fee", `${fee} > ${maxFee}`);
    }
    const failed = checkScripts(this.#crypto, tx, (outpoint) => this.coin(outpoint));
    return failed === null ? { kind: "accepted", fee } : { kind: "invalid", ...failed };
  }

  #early(tx: Transaction, coins: readonly Coin[]): Verdict | null {
    for (const { coinbase, height, time } of coins) {
      const depth = this.#chain.height + 1 - height;
      if (coinbase && depth < MATURITY) {
        const debug = `tried to spend coinbase/coinstake at depth ${depth}`;
        return invalid(16, "bad-txns-premature-spend-of-coinbase/coinstake", debug);
      }
      if (time > tx.time) return invalid(16, "bad-txns-spent-too-early", `coin.nTime=${time} > tx.nTime=${tx.time}`);
    }
    return null;
  }

  #markNames(txid: string, tx: Transaction): void {
    for (const [vout, { script }] of tx.outputs.entries()) {
      const output = nameOutput(script);
      if (output === null) continue;
      const marks = this.pendingNames.get(output.name) ?? new Map();
      marks.set(`${txid}:${vout}`, { txid, vout });
      this.pendingNames.set(output.name, marks);
    }
  }

  /** A block came: what it holds leaves, and so does what it makes impossible. Marks go only for operations that took effect. */
  removeFor(block: Block): void {
    for (const { name, txid, vout } of this.#chain.lastNameOps) {
      const marks = this.pendingNames.get(name);
      marks?.delete(`${txid}:${vout}`);
      if (marks?.size === 0) this.pendingNames.delete(name);
    }
    for (const { txid, tx } of block.transactions) {
      this.remove(txid);
      for (const input of tx.inputs) {
        const rival = isRandpay(input) ? undefined : this.spenders.get(outpointOf(input));
        if (rival !== undefined) this.removeWithChildren(rival);
      }
    }
  }

  remove(txid: string): void {
    const entry = this.entries.get(txid);
    if (entry === undefined) return;
    this.entries.delete(txid);
    for (const input of entry.tx.inputs) {
      const outpoint = outpointOf(input);
      if (this.spenders.get(outpoint) === txid) this.spenders.delete(outpoint);
    }
  }

  removeWithChildren(txid: string): void {
    for (const child of this.children(txid)) this.removeWithChildren(child);
    this.remove(txid);
  }

  children(txid: string): readonly string[] {
    const outputs = this.entries.get(txid)?.tx.outputs ?? [];
    return [...new Set([...outputs.keys()].flatMap((vout) => this.spenders.get(`${txid}:${vout}`) ?? []))];
  }

  parents(txid: string): readonly string[] {
    const inputs = this.entries.get(txid)?.tx.inputs ?? [];
    return [...new Set(inputs.map((input) => input.txid).filter((parent) => this.entries.has(parent)))];
  }

  wtxid(entry: MempoolEntry): string {
    return wtxid(this.#crypto, entry.tx);
  }

  /** After a disconnected block: waiting transactions whose inputs are gone leave. */
  prune(): void {
    for (const { txid, tx } of [...this.entries.values()]) {
      const lost = tx.inputs.some((input) => {
        if (isRandpay(input)) return false;
        return !this.#chain.utxo.has(outpointOf(input)) && !this.entries.has(input.txid);
      });
      if (lost) this.removeWithChildren(txid);
    }
  }
}
