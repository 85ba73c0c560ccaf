// One wallet of the node: keys, labels, its transactions, reservations, the lock.

import { concatBytes, utf8 } from "../../../src/base/index.ts";
import { parseAddress, scriptOfAddress, type Transaction } from "../../../src/emercoin/index.ts";
import { isCoinbase, isRandpay, MATURITY, outpointOf } from "./chain-state.ts";
import { nameOutput } from "./name-index.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { type AddressType, type WalletKey, WalletKeys } from "./wallet-keys.ts";

export interface WalletTx {
  readonly txid: string;
  readonly tx: Transaction;
  /** Unix seconds. */
  readonly received: number;
  readonly order: number;
  abandoned: boolean;
  readonly comment?: string;
  readonly to?: string;
}

export interface WalletCoin {
  readonly txid: string;
  readonly vout: number;
  readonly outpoint: string;
  readonly script: Uint8Array;
  readonly amount: number;
  readonly confirmations: number;
  readonly spendable: boolean;
  readonly safe: boolean;
}

interface Encryption {
  passphrase: string;
  /** Unix milliseconds; 0 while locked. */
  unlockedUntil: number;
}

const KEYPOOL = 100;

export class SimWallet {
  readonly #node: NodeState;
  readonly name: string;
  readonly keys: WalletKeys;
  readonly labels = new Map<string, { label: string; purpose: "receive" | "send" }>();
  readonly txs = new Map<string, WalletTx>();
  /** Outputs of `txs` that are ours or watched, unspent or not. Those with names are no coins. */
  readonly #outputs = new Map<string, { readonly txid: string; readonly vout: number; readonly isName: boolean }>();
  readonly locked = new Set<string>();
  encryption: Encryption | null = null;
  payFee = 100;
  #pool = { external: KEYPOOL, internal: KEYPOOL };
  readonly born: number;
  #order = 0;

  constructor(node: NodeState, name: string, seed: Uint8Array) {
    this.#node = node;
    this.name = name;
    this.born = node.now();
    this.keys = new WalletKeys(node.crypto, node.network, seed);
  }

  get pool(): Readonly<{ external: number; internal: number }> {
    return this.#pool;
  }

  get isLocked(): boolean {
    return this.encryption !== null && this.encryption.unlockedUntil <= this.#node.nowMs();
  }

  encrypt(passphrase: string): void {
    this.encryption = { passphrase, unlockedUntil: 0 };
    this.keys.reseed(
      this.#node.crypto.sha256(concatBytes(utf8(`${this.name}:encrypted:`), this.#node.random.bytes(32))),
    );
  }

  refill(): void {
    this.#pool = { external: KEYPOOL, internal: KEYPOOL };
  }

  /** Throws like EnsureWalletIsUnlocked. */
  ensureUnlocked(): void {
    if (this.isLocked) {
      throw new RpcError(RPC.LOCKED, "Error: Please enter the wallet passphrase with walletpassphrase first.");
    }
    if (this.#node.mintOnly) throw new RpcError(RPC.LOCKED, "Error: Wallet unlocked for block minting only.");
  }

  /** A fresh key. While locked only those made before are left. */
  nextKey(chain: "external" | "internal"): WalletKey {
    if (this.isLocked) {
      if (this.#pool[chain] <= 0) throw new RpcError(-12, "Error: Keypool ran out, please call keypoolrefill first");
      this.#pool[chain]--;
    }
    return this.keys.next(chain, this.#node.now());
  }

  newAddress(type: AddressType, label: string): string {
    const key = this.nextKey("external");
    const text = this.keys.text(this.keys.addressOf(key, type));
    this.labels.set(text, { label, purpose: "receive" });
    return text;
  }

  changeScript(): Uint8Array {
    return scriptOfAddress(this.keys.addressOf(this.nextKey("internal"), "bech32"));
  }

  script(address: string): Uint8Array {
    return scriptOfAddress(parseAddress(this.#node.crypto, address, this.#node.network));
  }

  /** Looks whether a transaction is of concern; keeps it if so. */
  see(txid: string, tx: Transaction, extra: { readonly comment?: string; readonly to?: string } = {}): void {
    if (this.txs.has(txid)) return;
    const owned = [...tx.outputs.entries()].filter(([, { script }]) => this.keys.mine(script) !== null);
    const from = tx.inputs.some((input) => this.#outputs.has(outpointOf(input)));
    if (owned.length === 0 && !from) return;
    const order = this.#order++;
    this.txs.set(txid, { txid, tx, received: this.#node.now(), order, abandoned: false, ...extra });
    for (const [vout, { script }] of owned) this.#own(txid, vout, script);
  }

  #own(txid: string, vout: number, script: Uint8Array): void {
    this.#outputs.set(`${txid}:${vout}`, { txid, vout, isName: nameOutput(script) !== null });
  }

  /** Looks through everything again: after a load, an import of keys or of addresses. */
  rescan(): void {
    for (const { txid, tx } of this.txs.values()) {
      for (const [vout, { script }] of tx.outputs.entries()) {
        if (this.keys.mine(script) !== null) this.#own(txid, vout, script);
      }
    }
    for (const [txid, { tx }] of this.#node.chain.txs) this.see(txid, tx);
    for (const { txid, tx } of this.#node.mempool.entries.values()) this.see(txid, tx);
  }

  /** The output an input spends, if it is of a transaction of this wallet. */
  previous(input: { readonly txid: string; readonly vout: number }) {
    return this.txs.get(input.txid)?.tx.outputs[input.vout];
  }

  /** In the chain above 0, waiting 0, displaced by another one below 0. */
  confirmations(txid: string): number {
    const { chain } = this.#node;
    const found = chain.txs.get(txid);
    if (found !== undefined) return chain.height - found.block.height + 1;
    const tx = this.txs.get(txid)?.tx;
    if (tx === undefined || this.#node.mempool.entries.has(txid)) return 0;
    const depths = tx.inputs.flatMap((input) => {
      const rival = isRandpay(input) ? undefined : chain.spenders.get(outpointOf(input));
      return rival === undefined ? [] : [chain.height - (chain.txs.get(rival)?.block.height ?? 0) + 1];
    });
    return depths.length === 0 ? 0 : -Math.max(...depths);
  }

  /** Waiting, and all of it our own: change may be spent at once. */
  isTrusted(txid: string): boolean {
    const depth = this.confirmations(txid);
    if (depth !== 0) return depth > 0;
    const tx = this.txs.get(txid)?.tx;
    if (tx === undefined || !this.#node.mempool.entries.has(txid)) return false;
    return tx.inputs.every((input) => {
      const output = this.previous(input);
      return isRandpay(input) ? false : output !== undefined && this.keys.mine(output.script) === "spendable";
    });
  }

  /** Transactions that no mempool holds any more, that nothing displaced and that nobody abandoned. What they spend is not free. */
  unaccepted(): readonly WalletTx[] {
    const { chain, mempool } = this.#node;
    const waiting = [...this.txs.values()].filter(
      ({ txid, abandoned }) => !abandoned && !chain.txs.has(txid) && !mempool.entries.has(txid),
    );
    return waiting.filter(({ txid }) => this.confirmations(txid) === 0);
  }

  isImmature(txid: string): boolean {
    const tx = this.txs.get(txid)?.tx;
    return tx !== undefined && isCoinbase(tx) && this.confirmations(txid) <= MATURITY;
  }

  /** AvailableCoins: names and coins that randpay_mktx reserved are never among them. */
  coins(options: { readonly locked?: boolean } = {}): readonly WalletCoin[] {
    const out: WalletCoin[] = [];
    const stuck = new Set(this.unaccepted().flatMap(({ tx }) => tx.inputs.map(outpointOf)));
    for (const [outpoint, { txid, vout, isName }] of this.#outputs) {
      const { chain, mempool } = this.#node;
      if (isName || chain.spenders.has(outpoint) || mempool.spenders.has(outpoint) || stuck.has(outpoint)) continue;
      const output = this.txs.get(txid)?.tx.outputs[vout];
      const confirmations = this.confirmations(txid);
      if (output === undefined || confirmations < 0 || (confirmations === 0 && !mempool.entries.has(txid))) continue;
      if (this.isImmature(txid)) continue;
      if (this.#node.isReserved(outpoint) || (options.locked !== true && this.locked.has(outpoint))) continue;
      const mine = this.keys.mine(output.script);
      if (mine === null) continue;
      const { script, amount } = output;
      const spendable = mine === "spendable";
      out.push({ txid, vout, outpoint, script, amount, confirmations, spendable, safe: this.isTrusted(txid) });
    }
    return out;
  }

  /** Trusted, waiting from others, and immature coinbases. Reserved coins count. */
  balances(): { readonly trusted: number; readonly pending: number; readonly immature: number } {
    const sums = { trusted: 0, pending: 0, immature: 0 };
    const { chain, mempool } = this.#node;
    const stuck = new Set(this.unaccepted().flatMap(({ tx }) => tx.inputs.map(outpointOf)));
    for (const [outpoint, { txid, vout, isName }] of this.#outputs) {
      if (isName || chain.spenders.has(outpoint) || mempool.spenders.has(outpoint) || stuck.has(outpoint)) continue;
      const output = this.txs.get(txid)?.tx.outputs[vout];
      if (output === undefined) continue;
      if (this.keys.mine(output.script) !== "spendable") continue;
      if (this.isImmature(txid)) sums.immature += chain.txs.has(txid) ? output.amount : 0;
      else if (this.isTrusted(txid)) sums.trusted += output.amount;
      else if (mempool.entries.has(txid)) sums.pending += output.amount;
    }
    return sums;
  }

  /** Own, no name, and no address that was ever handed out. */
  isChange(script: Uint8Array): boolean {
    if (this.keys.mine(script) === null || nameOutput(script) !== null) return false;
    const text = this.#node.chain.addressText(script);
    return text === null || !this.labels.has(text);
  }

  label(script: Uint8Array): string | undefined {
    const text = this.#node.chain.addressText(script);
    return text === null ? undefined : this.labels.get(text)?.label;
  }
}
