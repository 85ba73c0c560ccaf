// Sorts any number of leaf hashes in bounded memory: full runs are sorted and stored, then all runs are merged block by block.

import { type CryptoSuite, concatBytes } from "../../base/index.ts";
import { merkleRoot } from "../../envelope/index.ts";
import type { TreeBlock, TreeStore } from "./ports-proofs.ts";
import type { ProofDate } from "./proof-date.ts";

export const HASH_BYTES = 32;
/** Leaves of one stored block. A power of two, so that a block is a node of the tree. */
export const BLOCK_LEAVES = 256;
/** Leaves that are sorted in memory: about 8 MB. */
const RUN_LEAVES = 65_536;
/** Blocks of one write: nobody else's commit waits for more than that. */
const BLOCKS_PER_WRITE = 16;

/** Byte order, which is the order of the tree. */
export function compareHashes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < HASH_BYTES; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The hashes of a stored block. */
export function splitHashes(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

export interface SorterDeps {
  readonly suite: CryptoSuite;
  readonly store: TreeStore;
  readonly date: ProofDate;
  readonly runLeaves?: number;
}

/** Groups hashes into blocks and stores them as one run. */
export class BlockWriter {
  readonly #deps: SorterDeps;
  readonly #run: number;
  readonly #roots: Uint8Array[] = [];
  #blocks: TreeBlock[] = [];
  #hashes: Uint8Array[] = [];
  #count = 0;

  constructor(deps: SorterDeps, run: number) {
    this.#deps = deps;
    this.#run = run;
  }

  get count(): number {
    return this.#count;
  }

  /** The nodes over the blocks so far. */
  get roots(): readonly Uint8Array[] {
    return this.#roots;
  }

  /** Adds the next hash in order. */
  async add(hash: Uint8Array): Promise<void> {
    this.#hashes.push(hash);
    this.#count++;
    if (this.#hashes.length === BLOCK_LEAVES) await this.#close();
  }

  /** Stores what is left. */
  async end(): Promise<void> {
    await this.#close();
    await this.#store();
  }

  async #close(): Promise<void> {
    const [first] = this.#hashes;
    if (first === undefined) return;
    // Only the tree's own blocks are nodes of it.
    const root = this.#run === 0 ? merkleRoot(this.#deps.suite, this.#hashes) : first;
    this.#blocks.push({ index: this.#roots.length, first, root, hashes: concatBytes(...this.#hashes) });
    this.#roots.push(root);
    this.#hashes = [];
    if (this.#blocks.length === BLOCKS_PER_WRITE) await this.#store();
  }

  async #store(): Promise<void> {
    const blocks = this.#blocks;
    this.#blocks = [];
    if (blocks.length > 0) await this.#deps.store.saveBlocks(this.#deps.date, this.#run, blocks);
  }
}

/** One stored run, read block by block. */
class RunReader {
  readonly #deps: SorterDeps;
  readonly #run: number;
  #block: readonly Uint8Array[] = [];
  #next = 0;
  #at = 0;

  constructor(deps: SorterDeps, run: number) {
    this.#deps = deps;
    this.#run = run;
  }

  /** The hash at hand; undefined behind the last. */
  get head(): Uint8Array | undefined {
    return this.#block[this.#at];
  }

  async advance(): Promise<void> {
    this.#at++;
    if (this.head !== undefined) return;
    const bytes = await this.#deps.store.block(this.#deps.date, this.#run, this.#next++);
    this.#block = bytes === null ? [] : splitHashes(bytes);
    this.#at = 0;
  }
}

/** The reader whose hash comes first; undefined when all have ended. */
function foremost(readers: readonly RunReader[]): RunReader | undefined {
  let best: RunReader | undefined;
  for (const reader of readers) {
    if (reader.head === undefined) continue;
    if (best?.head === undefined || compareHashes(reader.head, best.head) < 0) best = reader;
  }
  return best;
}

export class LeafSorter {
  readonly #deps: SorterDeps;
  readonly #runLeaves: number;
  #waiting: Uint8Array[] = [];
  #runs = 0;

  constructor(deps: SorterDeps) {
    this.#deps = deps;
    this.#runLeaves = deps.runLeaves ?? RUN_LEAVES;
  }

  async add(hash: Uint8Array): Promise<void> {
    this.#waiting.push(hash);
    if (this.#waiting.length < this.#runLeaves) return;
    const writer = new BlockWriter(this.#deps, ++this.#runs);
    for (const each of this.#sorted()) await writer.add(each);
    await writer.end();
  }

  /** Hands all hashes to `writer` in order, each once. */
  async drain(writer: BlockWriter): Promise<void> {
    const last = this.#sorted();
    let before: Uint8Array | null = null;
    const give = async (hash: Uint8Array): Promise<void> => {
      if (before === null || compareHashes(before, hash) !== 0) await writer.add(hash);
      before = hash;
    };
    const readers = Array.from({ length: this.#runs }, (_, i) => new RunReader(this.#deps, i + 1));
    for (const reader of readers) await reader.advance();
    let at = 0;
    for (;;) {
      const reader = foremost(readers);
      const hash = last[at];
      if (reader?.head !== undefined && (hash === undefined || compareHashes(reader.head, hash) < 0)) {
        await give(reader.head);
        await reader.advance();
      } else if (hash !== undefined) {
        await give(hash);
        at++;
      } else return;
    }
  }

  #sorted(): readonly Uint8Array[] {
    const hashes = this.#waiting.sort(compareHashes);
    this.#waiting = [];
    return hashes;
  }
}
