// Challenges that providers leave here for orders to come. Each is given to one order and to no other, however many relay processes share
// the store; which order has it is kept beside the pool, in the same paper, so that both change at once.

import { z } from "zod";
import { type CryptoSuite, minutes, parseEmc, seconds, type UnixMs, unixMs } from "../../base/index.ts";
import { isSignedPooledChap, type Paper, type RelayStore, type StoredOrder } from "../../core/index.ts";
import { type OrderAnswer, type PooledChap, pooledChap } from "../../protocol/index.ts";
import { refusal } from "./problems.ts";
import type { RelayTime } from "./relay-time.ts";

export interface ChapPoolsDeps {
  readonly store: Pick<RelayStore, "papers">;
  readonly crypto: CryptoSuite;
  readonly time: RelayTime;
}

export const CHAP_PAPERS = "chaps";
/** A ticket has to be made and sent before its challenge ends. */
const MARGIN = minutes(1);
/** How many that were given out are remembered; with the pool they stay below what a paper may hold. */
const MOST_GIVEN = 128;
/** After this one that was given out may be forgotten for another: the provider has long asked what is left. */
const REMEMBER = minutes(10);
const ATTEMPTS = 16;

const givenChap = z.object({
  order_id: z.string(),
  /** Signature of the provider's last answer when it was given: a later answer knows of it. */
  answer: z.string(),
  /** Milliseconds. */
  at: z.int().transform((value): UnixMs => unixMs(value)),
  chap: pooledChap,
});
type GivenChap = z.infer<typeof givenChap>;

const poolText = z.object({ chaps: z.array(pooledChap), given: z.array(givenChap) });
export type ChapPool = z.infer<typeof poolText>;

const EMPTY: ChapPool = { chaps: [], given: [] };

/** What is unreadable is empty: the provider fills it again. */
function poolOf(paper: Paper | null): ChapPool {
  if (paper === null) return EMPTY;
  try {
    return poolText.parse(JSON.parse(paper.text));
  } catch {
    return EMPTY;
  }
}

const endOf = ({ payment }: PooledChap): number => payment.expires_at * 1000;
const lives = (chap: PooledChap, now: number): boolean => endOf(chap) > now;

/** The pool with these challenges instead of those it has. What was given to an order does not come in again. Pure. */
export function replaced({ given }: ChapPool, chaps: readonly PooledChap[], now: UnixMs): ChapPool {
  const live = given.filter(({ chap }) => lives(chap, now));
  const out = new Set(live.map(({ chap }) => chap.payment.chap));
  return { chaps: chaps.filter(({ payment }) => !out.has(payment.chap)), given: live };
}

/** What an order needs of a challenge: null where it is not paid by one, or nothing is due. Amounts in micro-EMC. Pure. */
export function askedOf({ request, answer }: StoredOrder, now: UnixMs): { readonly due: number } | null {
  if (request.payment.method !== "randpay" || answer === null) return null;
  if ((answer.state !== "quoted" && answer.state !== "paying") || answer.expires_at * 1000 <= now) return null;
  const due = parseEmc(answer.due) - parseEmc(answer.received);
  return due > 0 ? { due } : null;
}

/** Whether the provider's last word leaves open that the order has this challenge to pay with. */
function stands({ answer: then, chap }: GivenChap, answer: OrderAnswer): boolean {
  if (answer.signature === then) return true;
  return answer.payment?.method === "randpay" && answer.payment.chap === chap.payment.chap;
}

export interface Draw {
  readonly chap: PooledChap;
  /** Null where the order has it already. */
  readonly pool: ChapPool | null;
}

/**
 * A challenge for an order that is worth exactly what is due, which leaves the pool for it; the one that it has got, while that may still
 * be its. Null where there is none. Pure.
 */
export function drawn(pool: ChapPool, order: StoredOrder, now: UnixMs): Draw | null {
  const asked = askedOf(order, now);
  const { answer } = order;
  if (asked === null || answer === null) return null;
  const fits = (chap: PooledChap): boolean =>
    parseEmc(chap.payment.expected) === asked.due && lives(chap, now + MARGIN);
  const has = pool.given.find((each) => each.order_id === order.id && stands(each, answer) && fits(each.chap));
  if (has !== undefined) return { chap: has.chap, pool: null };
  const chap = pool.chaps.find(fits);
  const given = roomFor(pool.given, now);
  if (chap === undefined || given === null) return null;
  const next: GivenChap = { order_id: order.id, answer: answer.signature, at: now, chap };
  return { chap, pool: { chaps: pool.chaps.filter((each) => each !== chap), given: [...given, next] } };
}

/** Those to remember beside one more, oldest first; null where none of them may be forgotten. */
function roomFor(given: readonly GivenChap[], now: UnixMs): readonly GivenChap[] | null {
  const live = given.filter(({ chap }) => lives(chap, now));
  if (live.length < MOST_GIVEN) return live;
  const [oldest, ...others] = live;
  return oldest !== undefined && oldest.at + REMEMBER <= now ? others : null;
}

export class ChapPools {
  readonly #deps: ChapPoolsDeps;

  constructor(deps: ChapPoolsDeps) {
    this.#deps = deps;
  }

  /** Texts of those that no order has. */
  async left(provider: string): Promise<readonly string[]> {
    const pool = poolOf(await this.#deps.store.papers.find(CHAP_PAPERS, provider));
    const now = this.#deps.time.earliest();
    return pool.chaps.filter((chap) => lives(chap, now)).map(({ payment }) => payment.chap);
  }

  /**
   * Replaces a provider's challenges, and says how many are there now. Errors: `relay.bad_signature` for one that this provider has not
   * signed, `relay.chap_expired`, `relay.bad_body` for one that is there twice, `relay.overloaded`.
   */
  async replace(provider: string, chaps: readonly PooledChap[]): Promise<number> {
    const now = this.#deps.time.earliest();
    this.#check(provider, chaps, now);
    const taken = await this.#change(provider, (pool) => {
      const next = replaced(pool, chaps, now);
      return { next, said: next.chaps.length };
    });
    if (taken === null) throw refusal("relay.overloaded", "the challenges are being given out", seconds(5));
    return taken;
  }

  /** One that the order can be paid with; it is given to no other order from then on. */
  async take(order: StoredOrder): Promise<PooledChap | null> {
    // By the later reading: what may be over is not given out.
    const now = this.#deps.time.latest();
    if (askedOf(order, now) === null) return null;
    return await this.#change(order.provider, (pool) => {
      const draw = drawn(pool, order, now);
      return draw === null ? { next: null, said: null } : { next: draw.pool, said: draw.chap };
    });
  }

  #check(provider: string, chaps: readonly PooledChap[], now: UnixMs): void {
    const texts = new Set(chaps.map(({ payment }) => payment.chap));
    if (texts.size !== chaps.length) throw refusal("relay.bad_body", "chaps: a challenge is there twice");
    for (const chap of chaps) {
      if (!lives(chap, now)) throw refusal("relay.chap_expired", "a challenge has expired");
      if (chap.provider !== provider || !isSignedPooledChap(this.#deps.crypto, chap))
        throw refusal("relay.bad_signature", "a challenge is not signed by this provider");
    }
  }

  /** Steps from what is stored; again from what is there by then, where somebody else was faster. Null where that never ends. */
  async #change<T>(
    provider: string,
    step: (pool: ChapPool) => { readonly next: ChapPool | null; readonly said: T },
  ): Promise<T | null> {
    const { papers } = this.#deps.store;
    let stored = await papers.find(CHAP_PAPERS, provider);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { next, said } = step(poolOf(stored));
      if (next === null) return said;
      const paper = { kind: CHAP_PAPERS, id: provider, text: JSON.stringify(next), at: this.#deps.time.earliest() };
      const before = stored?.text;
      const saved = await papers.save(paper, (found) => {
        stored = found;
        return found?.text === before;
      });
      if (saved) return said;
    }
    return null;
  }
}
