// What sign-in remembers, for all processes: tokens and challenges in buckets whose entries end by themselves.

import {
  type Clock,
  type CryptoSuite,
  fromBase64url,
  type Random,
  toBase64url,
  toHex,
  unixSecondsOf,
  utf8,
} from "../base/index.ts";
import type { SessionStore, TokenOwner } from "../core/index.ts";
import type { StateBucket } from "./state-bucket.ts";
import { challengesRow, secretRow, tokenRow } from "./state-rows.ts";

export interface SessionDeps {
  readonly state: StateBucket;
  readonly tokens: StateBucket;
  readonly challenges: StateBucket;
  readonly random: Random;
  readonly crypto: CryptoSuite;
  readonly clock: Clock;
}

const KEPT_FOR_ONE = 4;
const MAX_REMEMBERED = 10_000;

type Given = typeof challengesRow._output;

export class JetStreamSessions implements SessionStore {
  readonly markKey: Uint8Array;
  readonly #deps: SessionDeps;
  /** A token never changes: one that was seen is not asked for again. */
  readonly #known = new Map<string, TokenOwner>();

  private constructor(deps: SessionDeps, markKey: Uint8Array) {
    this.#deps = deps;
    this.markKey = markKey;
  }

  /** Agrees with the other processes on the key that marks challenges. */
  static async open(deps: SessionDeps): Promise<JetStreamSessions> {
    const made = { key: toBase64url(deps.random.bytes(32)) };
    let agreed = made;
    await deps.state.change<typeof secretRow._output>(secretRow, "secret.challenges", (row) => {
      agreed = row ?? made;
      return row === null ? made : undefined;
    });
    return new JetStreamSessions(deps, fromBase64url(agreed.key));
  }

  async saveToken(hash: string, owner: TokenOwner): Promise<void> {
    await this.#deps.tokens.put(`t.${hash}`, owner, 0);
    this.#remember(hash, owner);
  }

  async token(hash: string): Promise<TokenOwner | null> {
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const { row } = await this.#deps.tokens.read(tokenRow, `t.${hash}`);
    if (row !== null) this.#remember(hash, row);
    return row;
  }

  async claimNonce(nonce: string, expires: number): Promise<boolean> {
    return (await this.#deps.challenges.put(`n.${nonce}`, { expires }, 0)) !== null;
  }

  async addChallenge(address: string, text: string, expires: number): Promise<void> {
    const now = unixSecondsOf(this.#deps.clock.now());
    await this.#deps.challenges.change<Given>(challengesRow, this.#keyOf(address), (row) => ({
      given: [...(row?.given ?? []).filter((one) => one.expires > now), { text, expires }].slice(-KEPT_FOR_ONE),
    }));
  }

  async challenges(address: string, now: number): Promise<readonly string[]> {
    const { row } = await this.#deps.challenges.read(challengesRow, this.#keyOf(address));
    const open = (row?.given ?? []).filter(({ expires }) => expires > now);
    return open.map(({ text }) => text).toReversed();
  }

  /** The buckets forget by themselves. */
  forget(expiredBefore: number): void {
    for (const [hash, { expires }] of this.#known) if (expires <= expiredBefore) this.#known.delete(hash);
  }

  /** An address is what somebody typed: not everything may stand in a key. */
  #keyOf(address: string): string {
    return `a.${toHex(this.#deps.crypto.sha256(utf8(address)))}`;
  }

  #remember(hash: string, owner: TokenOwner): void {
    this.#known.set(hash, owner);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}
