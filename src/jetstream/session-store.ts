// What sign-in remembers, for all processes: tokens and challenges in buckets whose entries end by themselves.

import {
  type Clock,
  type CryptoSuite,
  fromBase64url,
  type Millis,
  type Random,
  seconds,
  toBase64url,
  toHex,
  unixSecondsOf,
  utf8,
} from "../base/index.ts";
import type { SessionStore, TokenOwner } from "../core/index.ts";
import type { StateBucket } from "./state-bucket.ts";
import { challengesRow, secretRow, tokenRow, tokensRow } from "./state-rows.ts";

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
/** The newest tokens of a key, which a revocation of all reaches. They end within a day. */
const MOST_OF_KEY = 256;
/** A token that was seen is not asked for again for so long: another process may have revoked it. */
const KNOWN_FOR: Millis = seconds(30);

type Given = typeof challengesRow._output;
type Tokens = typeof tokensRow._output;

interface Known {
  readonly owner: TokenOwner;
  /** On the monotonic clock. */
  readonly at: Millis;
}

export class JetStreamSessions implements SessionStore {
  readonly markKey: Uint8Array;
  readonly #deps: SessionDeps;
  readonly #known = new Map<string, Known>();

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
    // First the list: a token that is on none could not be revoked with the others.
    await this.#deps.tokens.change<Tokens>(tokensRow, this.#tokensOf(owner.pubkey), (row) => ({
      hashes: [...(row?.hashes ?? []), hash].slice(-MOST_OF_KEY),
    }));
    await this.#deps.tokens.put(`t.${hash}`, owner, 0);
    this.#remember(hash, owner);
  }

  async revoke(pubkey: string, hash: string | null): Promise<void> {
    const { tokens } = this.#deps;
    const place = this.#tokensOf(pubkey);
    const listed = hash === null ? ((await tokens.read(tokensRow, place)).row?.hashes ?? []) : [hash];
    for (const each of listed) {
      await tokens.change<TokenOwner>(tokenRow, `t.${each}`, (row) => (row?.pubkey === pubkey ? null : undefined));
      this.#known.delete(each);
    }
    const gone = new Set(listed);
    await tokens.change<Tokens>(tokensRow, place, (row) => {
      const left = (row?.hashes ?? []).filter((each) => !gone.has(each));
      return left.length === 0 ? null : { hashes: left };
    });
  }

  async token(hash: string): Promise<TokenOwner | null> {
    const known = this.#known.get(hash);
    const { clock, tokens } = this.#deps;
    if (known !== undefined && clock.monotonic() - known.at < KNOWN_FOR) return known.owner;
    const { row } = await tokens.read(tokenRow, `t.${hash}`);
    if (row !== null) this.#remember(hash, row);
    else this.#known.delete(hash);
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
    for (const [hash, { owner }] of this.#known) if (owner.expires <= expiredBefore) this.#known.delete(hash);
  }

  /** An address is what somebody typed: not everything may stand in a key. */
  #keyOf(address: string): string {
    return `a.${toHex(this.#deps.crypto.sha256(utf8(address)))}`;
  }

  #tokensOf(pubkey: string): string {
    return `k.${toHex(this.#deps.crypto.sha256(utf8(pubkey)))}`;
  }

  #remember(hash: string, owner: TokenOwner): void {
    this.#known.delete(hash);
    this.#known.set(hash, { owner, at: this.#deps.clock.monotonic() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }
}
