// A TreeStore in memory that counts what it holds.

import type { ProofDate, ProofDay, TreeBlock, TreeStore } from "../../../src/core/index.ts";

export class MemoryTrees implements TreeStore {
  readonly #days = new Map<ProofDate, ProofDay>();
  readonly #blocks = new Map<string, TreeBlock>();
  /** Runs that were ever stored. */
  readonly runs = new Set<number>();

  async days(): Promise<readonly ProofDay[]> {
    return [...this.#days.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
  }

  async day(date: ProofDate): Promise<ProofDay | null> {
    return this.#days.get(date) ?? null;
  }

  async saveDay(day: ProofDay): Promise<void> {
    this.#days.set(day.date, day);
  }

  async clearTree(date: ProofDate): Promise<void> {
    for (const key of this.#blocks.keys()) if (key.startsWith(`${date}/`)) this.#blocks.delete(key);
  }

  async saveBlocks(date: ProofDate, run: number, blocks: readonly TreeBlock[]): Promise<void> {
    this.runs.add(run);
    for (const block of blocks) {
      const key = `${date}/${run}/${block.index}`;
      if (this.#blocks.has(key)) throw new Error(`block ${key} exists`);
      this.#blocks.set(key, block);
    }
  }

  async block(date: ProofDate, run: number, index: number): Promise<Uint8Array | null> {
    return this.#blocks.get(`${date}/${run}/${index}`)?.hashes ?? null;
  }

  async heads(date: ProofDate): Promise<readonly TreeBlock[]> {
    const own = [...this.#blocks].filter(([key]) => key.startsWith(`${date}/0/`)).map(([, block]) => block);
    return own.sort((a, b) => a.index - b.index);
  }

  async finishTree(day: ProofDay): Promise<void> {
    for (const key of this.#blocks.keys())
      if (key.startsWith(`${day.date}/`) && !key.startsWith(`${day.date}/0/`)) this.#blocks.delete(key);
    await this.saveDay(day);
  }

  /** Changes one stored leaf, as a failing disk does. */
  damage(date: ProofDate): void {
    const block = this.#blocks.get(`${date}/0/0`);
    if (block === undefined) throw new Error("there is no block");
    this.#blocks.set(`${date}/0/0`, { ...block, root: block.root.map((byte) => byte ^ 1) });
  }
}
