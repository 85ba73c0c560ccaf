// An index of all listings in the chain that never reads all of them again. One walk in pages, then block by block: a block tells which
// names it is about, and these are read anew. What a reorganisation took away is read anew as well, so nothing has to be undone.

import {
  type Clock,
  hours,
  isAppError,
  type ListingId,
  type Logger,
  type Millis,
  messageOf,
  stoppedError,
  withDeadline,
} from "../../base/index.ts";
import { LISTING_PATTERN, listingName } from "../../registry/index.ts";
import type { ChainReader, NameBlocks, NameReader } from "../chain/ports-chain.ts";
import type { IndexChange, IndexedListing, IndexPosition, ListingIndexStore, SeenBlock } from "./index-model.ts";
import { KEPT_BLOCKS, ofRecord, seenBlock, stepWalk, walkFrom, withBlocks } from "./index-rules.ts";

export interface ListingIndexDeps {
  readonly node: Pick<NameReader, "name" | "names"> & Pick<ChainReader, "height" | "blockHash"> & NameBlocks;
  readonly store: ListingIndexStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often it is looked whether there is a new block. */
  readonly every: Millis;
}

export interface IndexStatus {
  /** Height up to which the index knows the chain; null before the first look. */
  readonly height: number | null;
  /** False while the first walk is not over: listings may be missing. */
  readonly complete: boolean;
  readonly problem: string | null;
}

/** Rows of a page; the node goes through all its names for each, so not too few. */
const PAGE = 1000;
/** Blocks behind which a new walk is cheaper than following: about three weeks. */
const FAR_BEHIND = 4000;
/** Every call to the node has a deadline of its own; this one is for the sake of the abort. */
const LONGEST: Millis = hours(24);
/** Blocks that are taken in by one commit. */
const BATCH = 50;

export class ListingIndex {
  readonly #deps: ListingIndexDeps;
  readonly #abort = new AbortController();
  #position: IndexPosition | null = null;
  #problem: string | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ListingIndexDeps) {
    this.#deps = deps;
  }

  get status(): IndexStatus {
    const height = this.#position?.blocks.at(-1)?.height ?? null;
    return { height, complete: this.#position !== null && this.#position.walk === null, problem: this.#problem };
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** A listing that is active now; null for any other. */
  async get(id: ListingId): Promise<IndexedListing | null> {
    const found = await this.#deps.store.indexedListing(id);
    return found === null || found.expiresAt < this.#height() ? null : found;
  }

  /** Active listings in the order of their ids, behind `after` ("" for the first page). */
  page(after: string, limit: number): Promise<readonly IndexedListing[]> {
    return this.#deps.store.indexedListings({ after, limit, height: this.#height() });
  }

  count(): Promise<number> {
    return this.#deps.store.indexedCount(this.#height());
  }

  /** Takes in everything up to the tip. Errors: the node's and the store's; what was taken in before stays. */
  async catchUp(): Promise<void> {
    let position = this.#position ?? (await this.#deps.store.indexPosition()) ?? (await this.#begin());
    this.#position = position;
    while (position.walk !== null) position = await this.#walkOn(position, position.walk);
    for (let next: IndexPosition | null = position; next !== null; ) next = await this.#follow(next);
  }

  #height(): number {
    return this.#position?.blocks.at(-1)?.height ?? 0;
  }

  async #run(): Promise<void> {
    const { clock, log, every } = this.#deps;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        // A node that does not answer must not keep the stop waiting.
        await withDeadline(this.catchUp(), { clock, timeout: LONGEST, what: "listing index", signal });
        this.#problem = null;
      } catch (error) {
        if (signal.aborted) return;
        this.#problem = isAppError(error) ? error.code : "bin.unexpected";
        log.warn("listing_index_behind", { reason: isAppError(error) ? error.code : messageOf(error) });
      }
      await clock.sleep(every, "listing index", signal).catch(() => {});
    }
  }

  /** The height before the walk: what changes while it runs stands in the blocks above. */
  async #begin(): Promise<IndexPosition> {
    const height = await this.#deps.node.height();
    const hash = (await this.#deps.node.blockHash(height)) ?? "";
    const position = { walk: { from: 0, last: null }, blocks: [{ height, hash, ids: [] }] };
    return await this.#commit({ clear: true, upserts: [], removals: [], position });
  }

  async #walkOn(position: IndexPosition, walk: NonNullable<IndexPosition["walk"]>): Promise<IndexPosition> {
    const { node } = this.#deps;
    const height = await node.height();
    const rows = await node.names({ pattern: LISTING_PATTERN, from: walkFrom(walk), count: PAGE });
    // Rows tell how long a name still lives: that is counted from the tip, which must be known.
    if ((await node.height()) !== height) return position;
    const step = stepWalk(walk, { rows, asked: PAGE, height });
    const next = { ...position, walk: step.walk };
    return await this.#commit({ clear: false, upserts: step.upserts, removals: [], position: next });
  }

  /** A batch of blocks; null when the tip is reached. */
  async #follow(position: IndexPosition): Promise<IndexPosition | null> {
    const { kept, gone } = await this.#stillThere(position.blocks);
    const top = kept.at(-1);
    const tip = await this.#deps.node.height();
    if (top === undefined || tip - top.height > FAR_BEHIND) return await this.#beginAgain();
    const fresh = await this.#nextBlocks(top, tip);
    if (fresh.length === 0 && gone.length === 0) return null;
    const ids = new Set([...gone, ...fresh].flatMap((block) => block.ids));
    const { upserts, removals } = await this.#readAgain(ids);
    const next = { walk: null, blocks: withBlocks(kept, fresh) };
    return await this.#commit({ clear: false, upserts, removals, position: next });
  }

  async #beginAgain(): Promise<IndexPosition> {
    let position = await this.#begin();
    while (position.walk !== null) position = await this.#walkOn(position, position.walk);
    return position;
  }

  /** Blocks that are still part of the chain, and those that a reorganisation took away. */
  async #stillThere(
    blocks: readonly SeenBlock[],
  ): Promise<{ readonly kept: readonly SeenBlock[]; readonly gone: readonly SeenBlock[] }> {
    let count = blocks.length;
    for (let block = blocks[count - 1]; block !== undefined; block = blocks[--count - 1]) {
      if ((await this.#deps.node.blockHash(block.height)) === block.hash) break;
    }
    return { kept: blocks.slice(0, count), gone: blocks.slice(count) };
  }

  async #nextBlocks(top: SeenBlock, tip: number): Promise<readonly SeenBlock[]> {
    const found: SeenBlock[] = [];
    for (let height = top.height + 1; height <= tip && found.length < BATCH; height++) {
      if (this.#abort.signal.aborted) throw stoppedError("the listing index");
      const block = await this.#deps.node.namesInBlock(height);
      // The chain was reorganised while it was read: the next round sees from where on.
      if (block === null || block.previous !== (found.at(-1) ?? top).hash) break;
      found.push(seenBlock(block));
    }
    return found;
  }

  async #readAgain(ids: ReadonlySet<string>): Promise<Pick<IndexChange, "upserts" | "removals">> {
    const upserts: IndexedListing[] = [];
    const removals: string[] = [];
    for (const id of ids) {
      if (this.#abort.signal.aborted) throw stoppedError("the listing index");
      const found = ofRecord(await this.#deps.node.name(listingName(id as ListingId)));
      if (found === null) removals.push(id);
      else upserts.push(found);
    }
    return { upserts, removals };
  }

  async #commit(change: Omit<IndexChange, "forgetBelow">): Promise<IndexPosition> {
    if (this.#abort.signal.aborted) throw stoppedError("the listing index");
    const forgetBelow = (change.position.blocks.at(-1)?.height ?? 0) - KEPT_BLOCKS;
    await this.#deps.store.commitIndex({ ...change, forgetBelow });
    this.#position = change.position;
    return change.position;
  }
}
