// A chain of name operations for the index: cheap enough for 100,000 names, and counting what is read of it.

import type { ListingId } from "../../../src/base/index.ts";
import type { ListingIndexDeps, NameRecord, NameRow } from "../../../src/core/index.ts";
import { listingName } from "../../../src/registry/index.ts";

type Node = ListingIndexDeps["node"];

interface Change {
  readonly name: string;
  /** Null for a deletion. */
  readonly record: Pick<NameRecord, "value" | "expiresAt"> | null;
}

interface Block {
  readonly hash: string;
  readonly changes: readonly Change[];
}

const TERM = 100_000;

export const idOf = (n: number): ListingId => n.toString(16).padStart(16, "0") as ListingId;

export class IndexChain implements Node {
  rowsRead = 0;
  namesRead = 0;
  blocksRead = 0;
  /** Called after each page; what it does happens between two pages. */
  onPage: () => void = () => {};
  #blocks: Block[] = [];
  #next: Change[] = [];
  #serial = 0;
  /** What all blocks but the newest 200 say, so that a look-up goes through few. */
  readonly #base = new Map<string, Change>();
  #baseHeight = 0;
  #sorted: { readonly height: number; readonly hash: string; readonly names: readonly string[] } | null = null;

  constructor(names: number) {
    for (let n = 0; n < names; n++) this.set(n, "v1");
    this.mine();
  }

  set(n: number, value: string, term = TERM): void {
    const record = { value: new TextEncoder().encode(value), expiresAt: this.#blocks.length + 1 + term };
    this.#next.push({ name: listingName(idOf(n)), record });
  }

  delete(n: number): void {
    this.#next.push({ name: listingName(idOf(n)), record: null });
  }

  /** A name of another kind. */
  other(name: string): void {
    this.#next.push({ name, record: { value: new Uint8Array(1), expiresAt: TERM } });
  }

  mine(count = 1): void {
    for (let i = 0; i < count; i++) this.#blocks.push({ hash: `h${this.#serial++}`, changes: this.#next.splice(0) });
    while (this.#blocks.length - this.#baseHeight > 200) {
      for (const change of this.#blocks[this.#baseHeight++]?.changes ?? []) this.#base.set(change.name, change);
    }
  }

  /** Takes the newest blocks away for good. */
  rewind(count: number): void {
    this.#blocks.splice(-count);
  }

  async height(): Promise<number> {
    return this.#blocks.length;
  }

  async blockHash(height: number): Promise<string | null> {
    return this.#blocks[height - 1]?.hash ?? null;
  }

  async namesInBlock(height: number) {
    const block = this.#blocks[height - 1];
    if (block === undefined) return null;
    this.blocksRead++;
    const previous = this.#blocks[height - 2]?.hash ?? null;
    return { height, hash: block.hash, previous, names: block.changes.map(({ name }) => name) };
  }

  async name(name: string): Promise<NameRecord | null> {
    this.namesRead++;
    const change = this.#latest(name);
    if (change === undefined) return null;
    const common = { name, txid: "ab".repeat(32), vout: 0, address: "emrt1q" };
    if (change.record === null) return { ...common, value: new Uint8Array(0), expiresAt: 0, state: "deleted" };
    const state = change.record.expiresAt <= this.#blocks.length ? "expired" : "active";
    return { ...common, ...change.record, state };
  }

  async names({ from, count }: Parameters<Node["names"]>[0]): Promise<readonly NameRow[]> {
    const rows = this.#all()
      .slice(from, from + count)
      .flatMap((name) => this.#row(name));
    this.rowsRead += rows.length;
    this.onPage();
    // The node sorts a page by age, not by name.
    return rows.reverse();
  }

  #row(name: string): NameRow[] {
    const record = this.#latest(name)?.record ?? null;
    if (record === null) return [];
    return [{ name, value: record.value, registeredAt: 1, expiresIn: record.expiresAt - this.#blocks.length }];
  }

  #all(): readonly string[] {
    const hash = this.#blocks.at(-1)?.hash ?? "";
    if (this.#sorted?.hash === hash) return this.#sorted.names;
    const recent = this.#blocks.slice(this.#baseHeight).flatMap(({ changes }) => changes.map(({ name }) => name));
    const known = new Set([...this.#base.keys(), ...recent]);
    const names = [...known]
      .filter((name) => name.startsWith("ness:sms:listing:") && this.#latest(name)?.record !== null)
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    this.#sorted = { height: this.#blocks.length, hash, names };
    return names;
  }

  readonly #recent = new Map<string, { readonly hash: string; readonly changes: ReadonlyMap<string, Change> }>();

  #latest(name: string): Change | undefined {
    const hash = this.#blocks.at(-1)?.hash ?? "";
    let recent = this.#recent.get("");
    if (recent?.hash !== hash) {
      const changes = new Map<string, Change>();
      for (const block of this.#blocks.slice(this.#baseHeight))
        for (const change of block.changes) changes.set(change.name, change);
      recent = { hash, changes };
      this.#recent.set("", recent);
    }
    return recent.changes.get(name) ?? this.#base.get(name);
  }
}
