// What all parts of one simulated node share.

import { type Clock, type CoinCrypto, concatBytes, type MicroEmc, type Random, utf8 } from "../../../src/base/index.ts";
import { type ChainNetwork, type Transaction, txid as txidOf } from "../../../src/emercoin/index.ts";
import { type Block, ChainState } from "./chain-state.ts";
import { type AcceptOptions, Mempool, type Verdict } from "./mempool.ts";
import { ChapTable } from "./randpay-chaps.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { SimWallet } from "./sim-wallet.ts";
import type { WalletKey } from "./wallet-keys.ts";

export interface NodeDeps {
  readonly crypto: CoinCrypto;
  readonly network: ChainNetwork;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where a node tells its peers of what it accepted. */
export interface Relay {
  transaction(from: NodeState, txid: string, tx: Transaction): void;
}

export class NodeState {
  readonly crypto: CoinCrypto;
  readonly network: ChainNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly chain: ChainState;
  mempool: Mempool;
  readonly chaps = new ChapTable();
  /** Wallets on disk; which of them are loaded. */
  readonly walletFiles = new Map<string, SimWallet>();
  loaded: string[] = [""];
  /** Coins that randpay_mktx keeps out of selection, until a Unix second. RAM only. */
  readonly reserved = new Map<string, number>();
  /** walletpassphrase with mintonly: of the whole process. */
  mintOnly = false;
  /** Initial block download. */
  downloading = false;
  /** The text of -28 while the node starts. */
  warmUp: string | null = null;
  startedAt: number;
  peers = 0;
  relay: Relay = { transaction: () => {} };
  onStop: () => void = () => {};
  readonly #waiters = new Set<() => void>();

  constructor(deps: NodeDeps) {
    this.crypto = deps.crypto;
    this.network = deps.network;
    this.clock = deps.clock;
    this.random = deps.random;
    this.chain = new ChainState(deps.crypto, deps.network);
    this.mempool = new Mempool(deps.crypto, this.chain);
    this.startedAt = this.now();
    this.createWallet("");
  }

  nowMs(): number {
    return this.clock.now();
  }

  /** Unix seconds. */
  now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  /** An integer below `limit`, uniform. */
  below(limit: number): number {
    const space = 2 ** 48;
    for (;;) {
      const value = this.random.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0);
      if (value < space - (space % limit)) return value % limit;
    }
  }

  createWallet(name: string): SimWallet {
    const seed = this.crypto.sha256(concatBytes(utf8(`wallet:${name}:`), this.random.bytes(32)));
    const wallet = new SimWallet(this, name, seed);
    this.walletFiles.set(name, wallet);
    return wallet;
  }

  get wallets(): readonly SimWallet[] {
    return this.loaded.flatMap((name) => this.walletFiles.get(name) ?? []);
  }

  /** The wallet a request is for: null is a request without a wallet in its path. */
  wallet(name: string | null): SimWallet {
    const only = this.loaded.length === 1 ? this.loaded[0] : undefined;
    if (name === null && this.loaded.length === 0)
      throw new RpcError(RPC.METHOD, "Method not found (wallet method is disabled because no wallet is loaded)");
    if (name === null && only === undefined) {
      const text = "Wallet file not specified (must request wallet RPC through /wallet/<filename> uri-path).";
      throw new RpcError(RPC.WHICH_WALLET, text);
    }
    const wanted = name ?? only ?? "";
    const wallet = this.loaded.includes(wanted) ? this.walletFiles.get(wanted) : undefined;
    if (wallet === undefined)
      throw new RpcError(RPC.NO_SUCH_WALLET, "Requested wallet does not exist or is not loaded");
    return wallet;
  }

  isReserved(outpoint: string): boolean {
    const until = this.reserved.get(outpoint);
    if (until === undefined) return false;
    if (until > this.now()) return true;
    this.reserved.delete(outpoint);
    return false;
  }

  txid(tx: Transaction): string {
    return txidOf(this.crypto, tx);
  }

  /** Takes a transaction into the mempool and tells wallets and peers of it. */
  accept(tx: Transaction, options: Partial<AcceptOptions> = {}, extra: { readonly quiet?: boolean } = {}): Verdict {
    const txid = this.txid(tx);
    const verdict = this.mempool.accept(txid, tx, { now: this.now(), ...options });
    if (verdict.kind !== "accepted") return verdict;
    for (const wallet of this.wallets) wallet.see(txid, tx);
    if (extra.quiet !== true) this.relay.transaction(this, txid, tx);
    return verdict;
  }

  connect(block: Block): void {
    this.chain.connect(block);
    this.mempool.removeFor(block);
    for (const wallet of this.wallets) for (const { txid, tx } of block.transactions) wallet.see(txid, tx);
    for (const wake of this.#waiters) wake();
  }

  /** Takes the tip off; its transactions wait again, unless they are to be dropped. */
  disconnect(options: { readonly drop?: boolean } = {}): Block {
    const block = this.chain.disconnect();
    this.mempool.prune();
    for (const { tx } of options.drop === true ? [] : block.transactions.slice(1)) {
      this.accept(tx, { fromBlock: true }, { quiet: true });
    }
    this.mempool.prune();
    for (const wake of this.#waiters) wake();
    return block;
  }

  /** Blocks that invalidateblock took off, in their order, until reconsiderblock or another block. */
  #invalid: Block[] = [];

  invalidate(hash: string): void {
    while (this.chain.byHash(hash) !== undefined && this.chain.height > 0) this.#invalid.unshift(this.disconnect());
  }

  reconsider(hash: string): void {
    const fits =
      this.#invalid.some((block) => block.hash === hash) && this.#invalid[0]?.previous === this.chain.tip.hash;
    const blocks = fits ? this.#invalid : [];
    this.#invalid = [];
    for (const block of blocks) this.connect(block);
  }

  /** Resolves with the next change of the tip or after `ms` (0: no limit). */
  nextTip(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        cancel();
        resolve();
      };
      const cancel =
        ms > 0 ? this.clock.after(ms as ReturnType<Clock["monotonic"]>, "waitfornewblock", done) : () => {};
      this.#waiters.add(done);
    });
  }

  wakeAll(): void {
    for (const wake of this.#waiters) wake();
  }

  /** The process ends and starts again: what lives in RAM is gone, wallets of createwallet are not loaded. */
  restart(options: { readonly keepMempool?: boolean } = {}): void {
    const waiting = [...this.mempool.entries.values()];
    this.mempool = new Mempool(this.crypto, this.chain);
    this.chaps.clear();
    this.reserved.clear();
    this.mintOnly = false;
    this.loaded = [""];
    this.startedAt = this.now();
    for (const wallet of this.walletFiles.values()) {
      wallet.locked.clear();
      if (wallet.encryption !== null) wallet.encryption.unlockedUntil = 0;
    }
    if (options.keepMempool !== false) {
      for (const { tx } of waiting) this.accept(tx, {}, { quiet: true });
    }
  }

  #miner: WalletKey | null = null;

  /** The key of the default wallet that blocks of this node pay. */
  minerKey(): Uint8Array {
    const wallet = this.walletFiles.get("") ?? this.createWallet("");
    if (this.#miner === null) {
      this.#miner = wallet.keys.next("external", this.now());
      const text = wallet.keys.text(wallet.keys.addressOf(this.#miner, "legacy"));
      wallet.labels.set(text, { label: "miner", purpose: "receive" });
    }
    return this.#miner.publicKey;
  }

  /** What a new block mints. */
  reward: MicroEmc = 1_890_500_000 as MicroEmc;
}
