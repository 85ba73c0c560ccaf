// The tree of one day: built from a source of receipts in bounded memory, and read again for proofs.

import { AppError, type CryptoSuite, fromHex, stoppedError, toHex } from "../../base/index.ts";
import {
  leafBytes,
  type MerkleLevels,
  merkleLeafHash,
  merkleLevels,
  merkleRoot,
  proofFromLevels,
  rootOfLevels,
} from "../../envelope/index.ts";
import { BLOCK_LEAVES, BlockWriter, compareHashes, LeafSorter, splitHashes } from "./leaf-sorter.ts";
import type { ProofDay, ReceiptSource, TreeStore } from "./ports-proofs.ts";
import { endOf, type ProofDate, startOf } from "./proof-date.ts";

export interface BuildDeps {
  readonly suite: CryptoSuite;
  readonly store: TreeStore;
  readonly source: ReceiptSource;
  readonly signal: AbortSignal;
  /** Leaves sorted in memory; tests set it low. */
  readonly runLeaves?: number;
}

/**
 * Builds and stores the leaves of a day anew; what an attempt that was cut off has left goes first. The caller then keeps the result by
 * `finishTree`. Rejects with `base.stopped` when `signal` aborts.
 */
export async function buildTree(
  deps: BuildDeps,
  date: ProofDate,
): Promise<{ readonly count: number; readonly root: string }> {
  const { suite, store, source, signal } = deps;
  await store.clearTree(date);
  const sorter = new LeafSorter({ ...deps, date });
  for (let after: string | null = null, more = true; more; ) {
    if (signal.aborted) throw stoppedError("building a day's tree");
    const query = { after, from: startOf(date), to: endOf(date), rentalId: null };
    const { receipts, next } = await source.slice(query);
    for (const { receipt } of receipts) await sorter.add(merkleLeafHash(suite, leafBytes(receipt)));
    after = next;
    more = next !== null;
  }
  const writer = new BlockWriter({ ...deps, date }, 0);
  await sorter.drain(writer);
  await writer.end();
  return { count: writer.count, root: toHex(merkleRoot(suite, writer.roots)) };
}

export interface LeafProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
}

/** Proofs out of one stored tree. */
export class DayTree {
  readonly #suite: CryptoSuite;
  readonly #store: TreeStore;
  readonly #date: ProofDate;
  readonly #firsts: readonly Uint8Array[];
  readonly #upper: MerkleLevels;

  private constructor(deps: { suite: CryptoSuite; store: TreeStore }, day: ProofDay, heads: Heads) {
    this.#suite = deps.suite;
    this.#store = deps.store;
    this.#date = day.date;
    this.#firsts = heads.map(({ first }) => first);
    this.#upper = merkleLevels(
      deps.suite,
      heads.map(({ root }) => root),
    );
  }

  /** Errors: `proofs.damaged` when the stored leaves do not lead to the day's root. */
  static async open(deps: { readonly suite: CryptoSuite; readonly store: TreeStore }, day: ProofDay): Promise<DayTree> {
    const tree = new DayTree(deps, day, await deps.store.heads(day.date));
    const root = rootOfLevels(deps.suite, tree.#upper);
    if (day.root === null || compareHashes(root, fromHex(day.root)) !== 0) throw damaged(day.date);
    return tree;
  }

  /** Where a leaf is and how it leads to the root; null if the day does not have it. */
  async find(leafHash: Uint8Array): Promise<LeafProof | null> {
    const at = this.#firsts.findLastIndex((first) => compareHashes(first, leafHash) <= 0);
    if (at < 0) return null;
    const bytes = await this.#store.block(this.#date, 0, at);
    if (bytes === null) throw damaged(this.#date);
    const leaves = splitHashes(bytes);
    const inBlock = leaves.findIndex((leaf) => compareHashes(leaf, leafHash) === 0);
    if (inBlock < 0) return null;
    const below = merkleLevels(this.#suite, leaves);
    return {
      index: at * BLOCK_LEAVES + inBlock,
      path: [...proofFromLevels(below, inBlock), ...proofFromLevels(this.#upper, at)],
    };
  }
}

type Heads = Awaited<ReturnType<TreeStore["heads"]>>;

function damaged(date: ProofDate): AppError {
  return new AppError("proofs.damaged", `the stored receipts' tree of ${date} does not lead to its root`, {
    hint: "The database was changed by another program, or is damaged: run `numberbox doctor` and restore a backup.",
    context: { date },
  });
}
