// Nonces that need no memory until somebody has proved to know a password: time, randomness and a MAC over both and the source.
// Only then a counter is kept, so that the same answer is never taken twice.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Millis, Random } from "../../base/index.ts";

export interface NonceOptions {
  readonly random: Random;
  /** Monotonic. */
  readonly now: () => Millis;
  readonly life: Millis;
  /** Nonces whose counters are remembered. */
  readonly capacity: number;
}

export type NonceState = "fresh" | "stale" | "replayed";

const TIME_BYTES = 6;
const SALT_BYTES = 10;
const MAC_BYTES = 16;
const BYTES = TIME_BYTES + SALT_BYTES + MAC_BYTES;

export class Nonces {
  readonly #options: NonceOptions;
  readonly #key: Uint8Array;
  /** Nonce to the highest count that was used, in the order of first use. */
  readonly #used = new Map<string, { readonly issued: number; count: number }>();
  /** Nonces from before were forgotten: they may have been used. */
  #floor = 0;

  constructor(options: NonceOptions) {
    this.#options = options;
    this.#key = options.random.bytes(32);
  }

  /** Counters that are kept: never above the capacity. */
  get size(): number {
    return this.#used.size;
  }

  issue(source: string): string {
    const head = Buffer.alloc(TIME_BYTES + SALT_BYTES);
    head.writeUIntBE(Math.floor(this.#options.now()), 0, TIME_BYTES);
    head.set(this.#options.random.bytes(SALT_BYTES), TIME_BYTES);
    return Buffer.concat([head, this.#mac(head, source)]).toString("base64url");
  }

  /** To be asked only with a right answer: it takes `count` as used when it is fresh. */
  use(nonce: string, source: string, count: number): NonceState {
    const issued = this.#issuedAt(nonce, source);
    if (issued === null || issued < this.#floor || this.#options.now() - issued > this.#options.life) return "stale";
    const known = this.#used.get(nonce);
    if (known !== undefined) {
      if (count <= known.count) return "replayed";
      known.count = count;
      return "fresh";
    }
    if (count < 1) return "replayed";
    this.#used.set(nonce, { issued, count });
    this.#forget();
    return "fresh";
  }

  /** When it was made, or null for one that was not made here, or not for `source`. */
  #issuedAt(nonce: string, source: string): number | null {
    const bytes = Buffer.from(nonce, "base64url");
    if (bytes.length !== BYTES || bytes.toString("base64url") !== nonce) return null;
    const head = bytes.subarray(0, TIME_BYTES + SALT_BYTES);
    const isOurs = timingSafeEqual(bytes.subarray(TIME_BYTES + SALT_BYTES), this.#mac(head, source));
    return isOurs ? head.readUIntBE(0, TIME_BYTES) : null;
  }

  #mac(head: Uint8Array, source: string): Uint8Array {
    return createHmac("sha256", this.#key).update(head).update(source, "utf8").digest().subarray(0, MAC_BYTES);
  }

  #forget(): void {
    const oldest = this.#options.now() - this.#options.life;
    for (const [nonce, { issued }] of this.#used) {
      const isFull = this.#used.size > this.#options.capacity;
      if (issued >= oldest && !isFull) return;
      this.#used.delete(nonce);
      // Its count is lost, so that it and all that are older count as used up.
      if (issued >= oldest) this.#floor = Math.max(this.#floor, issued + 1);
    }
  }
}
