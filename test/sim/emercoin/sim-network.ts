// Nodes of one simulated network: who mines, who hears of what and when, who is cut off.

import { type Clock, concatBytes, type Disposer, fromHex, type MicroEmc, millis } from "../../../src/base/index.ts";
import { hash256, publicKeyScript, type Transaction, type TxOutput, wtxid } from "../../../src/emercoin/index.ts";
import { type Block, blockHash, type ChainTx, merkleRoot } from "./chain-state.ts";
import type { NodeState } from "./node-state.ts";

export interface MineOptions {
  /** Leaves the mempool alone. */
  readonly empty?: boolean;
  /** Transactions that go in as they are, unchecked. */
  readonly extra?: readonly Transaction[];
}

/** BIP 141: a block with witnesses commits to them in its coinbase. */
function witnessCommitment(node: NodeState, chosen: readonly ChainTx[]): readonly TxOutput[] {
  if (!chosen.some(({ tx }) => tx.inputs.some(({ witness }) => witness.length > 0))) return [];
  const root = merkleRoot(node.crypto, ["0".repeat(64), ...chosen.map(({ tx }) => wtxid(node.crypto, tx))]);
  const hash = hash256(node.crypto, concatBytes(fromHex(root).reverse(), new Uint8Array(32)));
  return [{ amount: 0 as MicroEmc, script: concatBytes(fromHex("6a24aa21a9ed"), hash) }];
}

export class SimNetwork {
  readonly nodes: NodeState[] = [];
  readonly #clock: Clock;
  readonly #timers = new Set<Disposer>();
  /** How long blocks and transactions are under way. 0: there at once. */
  relayMs = 0;
  #partitioned = false;
  #nonce = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(node: NodeState): void {
    this.nodes.push(node);
    node.relay = { transaction: (from, _, tx) => this.#tellOthers(from, (other) => this.#hear(other, tx)) };
    this.#countPeers();
  }

  get partitioned(): boolean {
    return this.#partitioned;
  }

  /** Cuts the nodes off from each other. Joined again, the longest chain wins and waiting transactions are told. */
  set partitioned(cut: boolean) {
    this.#partitioned = cut;
    this.#countPeers();
    if (!cut) this.#join();
  }

  #countPeers(): void {
    for (const node of this.nodes) node.peers = this.#partitioned ? 0 : this.nodes.length - 1;
  }

  #tellOthers(from: NodeState, tell: (other: NodeState) => void): void {
    if (this.#partitioned) return;
    for (const other of this.nodes) if (other !== from) this.#later(() => tell(other));
  }

  #later(task: () => void): void {
    if (this.relayMs === 0) {
      task();
      return;
    }
    const cancel = this.#clock.after(millis(this.relayMs), "Emercoin relay", () => {
      this.#timers.delete(cancel);
      if (!this.#partitioned) task();
    });
    this.#timers.add(cancel);
  }

  #hear(node: NodeState, tx: Transaction): void {
    node.accept(tx, {}, { quiet: true });
  }

  /** One block on a node's tip. Everybody hears of it. */
  mine(node: NodeState, options: MineOptions = {}): Block {
    const block = this.#build(node, options);
    node.connect(block);
    this.#tellOthers(node, (other) => this.#follow(other, node));
    return block;
  }

  /** A node takes over a longer chain. */
  #follow(node: NodeState, other: NodeState): void {
    if (other.chain.height <= node.chain.height) return;
    const fork = this.#fork(node, other);
    const orphaned: Transaction[] = [];
    while (node.chain.height > fork) {
      const block = node.disconnect({ drop: true });
      orphaned.unshift(...block.transactions.slice(1).map(({ tx }) => tx));
    }
    for (let height = fork + 1; height <= other.chain.height; height++) {
      const block = other.chain.at(height);
      if (block !== undefined) node.connect(block);
    }
    for (const tx of orphaned) node.accept(tx, { fromBlock: true }, { quiet: true });
  }

  #fork(a: NodeState, b: NodeState): number {
    let height = Math.min(a.chain.height, b.chain.height);
    while (height > 0 && a.chain.at(height)?.hash !== b.chain.at(height)?.hash) height--;
    return height;
  }

  #join(): void {
    const longest = this.nodes.toSorted((a, b) => b.chain.height - a.chain.height)[0];
    for (const node of this.nodes) if (longest !== undefined && node !== longest) this.#follow(node, longest);
    for (const node of this.nodes) {
      for (const { tx } of [...node.mempool.entries.values()]) this.#tellOthers(node, (other) => this.#hear(other, tx));
    }
  }

  #build(node: NodeState, { empty = false, extra = [] }: MineOptions): Block {
    const { chain } = node;
    const height = chain.height + 1;
    const time = Math.max(node.now(), chain.tip.time);
    const waiting = empty ? [] : [...node.mempool.entries.values()].filter(({ tx }) => tx.time <= time);
    const unchecked = extra.map((tx) => ({ txid: node.txid(tx), tx }));
    const chosen = [...this.#withParents(node, waiting), ...unchecked];
    const coinbase = this.#coinbase(node, height, time, witnessCommitment(node, chosen));
    const transactions: ChainTx[] = [{ txid: node.txid(coinbase), tx: coinbase }, ...chosen];
    const header = {
      previous: chain.tip.hash,
      time,
      nonce: this.#nonce++,
      merkleRoot: merkleRoot(
        node.crypto,
        transactions.map(({ txid }) => txid),
      ),
    };
    return { ...header, hash: blockHash(node.crypto, header), height, mint: node.reward, transactions };
  }

  /** Only transactions whose parents are in the chain or before them. */
  #withParents(node: NodeState, waiting: readonly ChainTx[]): ChainTx[] {
    const chosen = new Map<string, ChainTx>();
    let open = [...waiting];
    for (;;) {
      const ready = open.filter(({ tx }) =>
        tx.inputs.every(({ txid }) => !node.mempool.entries.has(txid) || chosen.has(txid)),
      );
      if (ready.length === 0) return [...chosen.values()];
      for (const { txid, tx } of ready) chosen.set(txid, { txid, tx });
      open = open.filter(({ txid }) => !chosen.has(txid));
    }
  }

  /** Pays a bare key of the node's default wallet, as a miner by submitblock does. */
  #coinbase(node: NodeState, height: number, time: number, commitment: readonly TxOutput[]): Transaction {
    const key = node.minerKey();
    const script = concatBytes(
      Uint8Array.of(4, height & 0xff, (height >> 8) & 0xff, (height >> 16) & 0xff, this.nodes.indexOf(node)),
      Uint8Array.of(4, ...node.random.bytes(4)),
    );
    const input = { txid: "0".repeat(64), vout: 0xffff_ffff, script, sequence: 0xffff_ffff, witness: [] };
    const output = { amount: node.reward as MicroEmc, script: publicKeyScript(key) };
    return { version: 2, time, inputs: [input], outputs: [output, ...commitment], lockTime: 0 };
  }

  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}
