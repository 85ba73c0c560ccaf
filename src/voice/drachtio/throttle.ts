// How often a source may fail, in bounded memory. Nothing here locks an account: who has the right password always gets in.

import type { Millis } from "../../base/index.ts";

export interface Rate {
  /** At once. */
  readonly burst: number;
  /** For each so long comes one more. */
  readonly every: Millis;
}

export interface ThrottleOptions {
  /** Monotonic. */
  readonly now: () => Millis;
  readonly rate: Rate;
  /** Sources that are remembered; the one that was silent longest is forgotten first. */
  readonly capacity: number;
}

/** An address, or the /64 that an IPv6 host may choose from. */
export function sourceOf(address: string): string {
  const plain = address.replace(/^\[|\]$/g, "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":")) return plain;
  const [left = "", right] = plain.toLowerCase().split("::");
  const groups = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = right === undefined ? 0 : Math.max(0, 8 - groups.length - tail.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...tail];
  return `${all.slice(0, 4).join(":")}::/64`;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  /** In the order of last use. */
  readonly #left = new Map<string, { tokens: number; at: number }>();

  constructor(options: ThrottleOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#left.size;
  }

  /** False: too often; nothing is taken then. */
  take(source: string): boolean {
    const { now, rate, capacity } = this.#options;
    const at = now();
    const known = this.#left.get(source);
    const refilled = known === undefined ? rate.burst : known.tokens + (at - known.at) / rate.every;
    const tokens = Math.min(rate.burst, refilled);
    const allowed = tokens >= 1;
    this.#left.delete(source);
    this.#left.set(source, { tokens: allowed ? tokens - 1 : tokens, at });
    const [oldest] = this.#left.keys();
    if (this.#left.size > capacity && oldest !== undefined) this.#left.delete(oldest);
    return allowed;
  }
}
