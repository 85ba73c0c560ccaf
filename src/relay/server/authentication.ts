// Who asks: a key proves itself by signing a challenge and gets an opaque token for a day. What a key may see follows from rentals.

import {
  type Clock,
  type CryptoSuite,
  equalBytes,
  fromBase64url,
  minutes,
  type Random,
  toBase64url,
  toHex,
  type UnixMs,
  utf8,
} from "../../base/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import {
  type AuthReply,
  type ChallengeReply,
  formatAddressChallenge,
  formatChallenge,
  parseAddressChallenge,
  parseChallenge,
} from "../../protocol/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import { AddressChallenges, isSignedBy } from "./address-login.ts";
import { refusal } from "./problems.ts";
import { requestedKey } from "./providers.ts";
import { unixSecondsOf } from "./relay-time.ts";

/** Who a token speaks for. */
export interface Caller {
  /** Base64url Ed25519 key, or `emc:` and an Emercoin address, which no mailbox and no order belongs to. */
  readonly pubkey: string;
  /** Unix seconds. */
  readonly expires: number;
}

export interface AuthenticationDeps {
  readonly database: SqliteDatabase;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoSuite;
}

const CHALLENGE_SECONDS = minutes(5) / 1000;
const TOKEN_SECONDS = 24 * 3600;
const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

const callerRow = rowParser("tokens", (row) => ({ pubkey: row.text("pubkey"), expires: row.integer("expires_at") }));

export class Authentication {
  readonly #deps: AuthenticationDeps;
  /** Marks our own challenges, so that none has to be remembered until it is answered. Made anew at each start. */
  readonly #markKey: Uint8Array;
  /** Nonces of answered challenges with their expiry. */
  readonly #used = new Map<string, number>();
  readonly #asked = new AddressChallenges();

  constructor(deps: AuthenticationDeps) {
    this.#deps = deps;
    this.#markKey = deps.random.bytes(32);
  }

  /** A fresh challenge for `pubkey`. Throws `relay.bad_body` when that is no key. */
  challenge(pubkey: string, host: string): ChallengeReply {
    requestedKey(pubkey, "pubkey");
    const expires = this.#now() + CHALLENGE_SECONDS;
    const text = formatChallenge({ host, pubkey, nonce: toBase64url(this.#deps.random.bytes(16)), expires });
    return { challenge: `${text} mac=${toBase64url(this.#mark(text))}`, expires };
  }

  /**
   * A token for the key that signed `challenge`; resolves after it is stored. Rejects with `relay.bad_challenge` or
   * `relay.bad_login`.
   */
  async login(request: {
    readonly pubkey: string;
    readonly challenge: string;
    readonly signature: string;
  }): Promise<AuthReply> {
    const { pubkey, challenge, signature } = request;
    const key = requestedKey(pubkey, "pubkey");
    const nonce = this.#check(challenge, pubkey);
    if (!this.#deps.crypto.ed25519Verify(key, utf8(challenge), signatureBytes(signature))) {
      throw refusal("relay.bad_login", "the signature over the challenge does not verify");
    }
    this.#used.set(nonce, this.#now() + CHALLENGE_SECONDS);
    return await this.#token(pubkey);
  }

  /** A fresh challenge for the owner of an address, remembered: who answers need not send it back. Throws `relay.bad_body`. */
  addressChallenge(address: string, host: string): ChallengeReply {
    const expires = this.#now() + CHALLENGE_SECONDS;
    const text = formatAddressChallenge({ host, address, nonce: toBase64url(this.#deps.random.bytes(16)), expires });
    const challenge = `${text} mac=${toBase64url(this.#mark(text))}`;
    this.#asked.add(address, challenge, expires);
    return { challenge, expires };
  }

  /**
   * A token for the address whose key has signed `challenge`, or else one of those that were given for it lately.
   * Rejects with `relay.bad_challenge` or `relay.bad_login`.
   */
  async addressLogin(request: {
    readonly address: string;
    readonly challenge?: string | undefined;
    readonly signature: string;
  }): Promise<AuthReply> {
    const { address, challenge, signature } = request;
    const given = challenge === undefined ? this.#asked.of(address, this.#now()) : [challenge];
    if (given.length === 0) throw refusal("relay.bad_challenge", "no challenge was asked for lately for this address");
    const open = given.filter((text) => !this.#used.has(this.#checkAddress(text, address)));
    if (open.length === 0) throw refusal("relay.bad_challenge", "the challenge was used before");
    const signed = open.find((message) => isSignedBy(nobleCoin, { address, message, signature }));
    if (signed === undefined) throw refusal("relay.bad_login", "the signature over the challenge does not verify");
    this.#used.set(this.#checkAddress(signed, address), this.#now() + CHALLENGE_SECONDS);
    return await this.#token(`emc:${address}`);
  }

  async #token(pubkey: string): Promise<AuthReply> {
    const token = toBase64url(this.#deps.random.bytes(32));
    const expires = this.#now() + TOKEN_SECONDS;
    await this.#deps.database.write((tx) =>
      tx.run("INSERT INTO tokens (hash, pubkey, expires_at) VALUES (?, ?, ?)", [this.#hash(token), pubkey, expires]),
    );
    return { token, token_type: "Bearer", expires };
  }

  /** Who the header `Authorization: Bearer …` speaks for. Rejects with `relay.unauthorized`. */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const [, token] = BEARER.exec(authorization ?? "") ?? [];
    if (token === undefined) throw refusal("relay.unauthorized", "the request carries no bearer token");
    return this.callerOfToken(token);
  }

  /** Rejects with `relay.unauthorized`. */
  async callerOfToken(token: string): Promise<Caller> {
    const sql = "SELECT pubkey, expires_at FROM tokens WHERE hash = ? AND expires_at > ?";
    const caller = await this.#deps.database.readOne(sql, [this.#hash(token), this.#now()], callerRow);
    if (caller === null) throw refusal("relay.unauthorized", "the token is unknown or has expired");
    return caller;
  }

  /** Forgets what has expired. Resolves after the write. */
  async sweep(now: UnixMs): Promise<void> {
    this.#asked.sweep(unixSecondsOf(now));
    for (const [nonce, expires] of this.#used) if (expires <= unixSecondsOf(now)) this.#used.delete(nonce);
    await this.#deps.database.write((tx) => tx.run("DELETE FROM tokens WHERE expires_at <= ?", [unixSecondsOf(now)]));
  }

  /** The nonce of a challenge that is ours, for this key, unused and not expired. Throws `relay.bad_challenge`. */
  #check(text: string, pubkey: string): string {
    const challenge = parseChallenge(text);
    const nonce = this.#nonceOf(text, challenge?.pubkey === pubkey ? challenge : null);
    if (this.#used.has(nonce)) throw refusal("relay.bad_challenge", "the challenge was used before");
    return nonce;
  }

  /** The same for an address, used or not. */
  #checkAddress(text: string, address: string): string {
    const challenge = parseAddressChallenge(text);
    return this.#nonceOf(text, challenge?.address === address ? challenge : null);
  }

  #nonceOf(text: string, challenge: { readonly nonce: string; readonly expires: number } | null): string {
    const [body = "", mac = ""] = text.split(" mac=");
    if (challenge === null || !equalBytes(utf8(toBase64url(this.#mark(body))), utf8(mac)))
      throw refusal("relay.bad_challenge", "the challenge is not ours");
    if (challenge.expires <= this.#now()) throw refusal("relay.bad_challenge", "the challenge has expired");
    return challenge.nonce;
  }

  #mark(text: string): Uint8Array {
    return this.#deps.crypto.hmacSha256(this.#markKey, utf8(text));
  }

  #hash(token: string): string {
    return toHex(this.#deps.crypto.sha256(utf8(token)));
  }

  #now(): number {
    return unixSecondsOf(this.#deps.clock.now());
  }
}

/** Malformed base64url is a signature that verifies for nobody. */
function signatureBytes(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch {
    return new Uint8Array(0);
  }
}
