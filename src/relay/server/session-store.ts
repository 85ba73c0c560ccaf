// What sign-in remembers where one process is the whole relay: tokens in the database, all that lives for minutes in memory.

import type { Random } from "../../base/index.ts";
import type { SessionStore, TokenOwner } from "../../core/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

/** A wallet's owner may ask again before the first answer is signed. */
const KEPT_FOR_ONE = 4;
/** What strangers can make the relay remember: about 4 MB. */
const KEPT_AT_ALL = 10_000;

interface Given {
  readonly text: string;
  /** Unix seconds. */
  readonly expires: number;
}

export class AddressChallenges {
  readonly #given = new Map<string, readonly Given[]>();

  add(address: string, text: string, expires: number): void {
    const known = this.#given.get(address) ?? [];
    // Set anew, so that the address is the last to be forgotten.
    this.#given.delete(address);
    this.#given.set(address, [...known, { text, expires }].slice(-KEPT_FOR_ONE));
    const [oldest] = this.#given.keys();
    if (this.#given.size > KEPT_AT_ALL && oldest !== undefined) this.#given.delete(oldest);
  }

  /** Those that are not expired at `now` (Unix seconds), newest first. */
  of(address: string, now: number): readonly string[] {
    const open = (this.#given.get(address) ?? []).filter(({ expires }) => expires > now);
    return open.map(({ text }) => text).toReversed();
  }

  sweep(now: number): void {
    for (const [address, given] of this.#given)
      if (given.every(({ expires }) => expires <= now)) this.#given.delete(address);
  }
}

const ownerRow = rowParser(
  "tokens",
  (row): TokenOwner => ({ pubkey: row.text("pubkey"), expires: row.integer("expires_at") }),
);

export class SqliteSessions implements SessionStore {
  /** Made anew at each start: no nonce that was used before is ours any more. */
  readonly markKey: Uint8Array;
  readonly #database: SqliteDatabase;
  /** Nonces of answered challenges with their expiry. */
  readonly #used = new Map<string, number>();
  readonly #asked = new AddressChallenges();

  constructor(database: SqliteDatabase, random: Random) {
    this.#database = database;
    this.markKey = random.bytes(32);
  }

  async saveToken(hash: string, { pubkey, expires }: TokenOwner): Promise<void> {
    const sql = "INSERT INTO tokens (hash, pubkey, expires_at) VALUES (?, ?, ?)";
    await this.#database.write((tx) => tx.run(sql, [hash, pubkey, expires]));
  }

  token(hash: string): Promise<TokenOwner | null> {
    return this.#database.readOne("SELECT pubkey, expires_at FROM tokens WHERE hash = ?", [hash], ownerRow);
  }

  async revoke(pubkey: string, hash: string | null): Promise<void> {
    const sql = "DELETE FROM tokens WHERE pubkey = ?1 AND (?2 IS NULL OR hash = ?2)";
    await this.#database.write((tx) => tx.run(sql, [pubkey, hash]));
  }

  async claimNonce(nonce: string, expires: number): Promise<boolean> {
    if (this.#used.has(nonce)) return false;
    this.#used.set(nonce, expires);
    return true;
  }

  async addChallenge(address: string, text: string, expires: number): Promise<void> {
    this.#asked.add(address, text, expires);
  }

  async challenges(address: string, now: number): Promise<readonly string[]> {
    return this.#asked.of(address, now);
  }

  async forget(expiredBefore: number): Promise<void> {
    this.#asked.sweep(expiredBefore);
    for (const [nonce, expires] of this.#used) if (expires <= expiredBefore) this.#used.delete(nonce);
    await this.#database.write((tx) => tx.run("DELETE FROM tokens WHERE expires_at <= ?", [expiredBefore]));
  }
}
