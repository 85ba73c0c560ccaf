// The open challenges of a payee's node: in RAM only, by window, used up by the first ticket that falls into it, never expired by time.

import type { Secret } from "../../../src/base/index.ts";

export interface OpenChap {
  readonly secret: Secret<Uint8Array>;
  /** Of its key, 40 hex digits in the order of the node. */
  readonly hash: bigint;
  readonly amount: number;
  readonly risk: number;
  /** Unix seconds; only the random clean-up looks at it. */
  readonly expires: number;
}

export class ChapTable {
  readonly #open = new Map<bigint, OpenChap>();
  /** Upper limits, rising. Built again when a look-up needs it. */
  #limits: readonly bigint[] | null = null;

  get size(): number {
    return this.#open.size;
  }

  /** `limit` is the first key hash behind the window. */
  add(limit: bigint, chap: OpenChap): void {
    if (this.#open.has(limit)) return;
    this.#open.set(limit, chap);
    this.#limits = null;
  }

  purge(now: number): void {
    for (const [limit, chap] of this.#open) if (chap.expires < now) this.remove(limit);
  }

  /** The chap whose window a key hash falls into: only the window with the least limit above it is looked at. */
  find(hash: bigint): readonly [bigint, OpenChap] | null {
    this.#limits ??= [...this.#open.keys()].sort((a, b) => (a < b ? -1 : 1));
    let [low, high] = [0, this.#limits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#limits[middle] ?? 0n) > hash) high = middle;
      else low = middle + 1;
    }
    const limit = this.#limits[low];
    const chap = limit === undefined ? undefined : this.#open.get(limit);
    return limit === undefined || chap === undefined || hash < limit - BigInt(chap.risk) ? null : [limit, chap];
  }

  remove(limit: bigint): void {
    this.#open.delete(limit);
    this.#limits = this.#limits?.filter((one) => one !== limit) ?? null;
  }

  clear(): void {
    this.#open.clear();
    this.#limits = null;
  }
}
