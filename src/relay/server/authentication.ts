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
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import {
  type AuthReply,
  type ChallengeReply,
  formatAddressChallenge,
  formatChallenge,
  parseAddressChallenge,
  parseChallenge,
} from "../../protocol/index.ts";
import { isSignedBy } from "./address-login.ts";
import { refusal } from "./problems.ts";
import { requestedKey } from "./providers.ts";

/** Who a token speaks for. */
export interface Caller {
  /** Base64url Ed25519 key, or `emc:` and an Emercoin address, which no mailbox and no order belongs to. */
  readonly pubkey: string;
  /** Unix seconds. */
  readonly expires: number;
}

export interface AuthenticationDeps {
  readonly store: Pick<RelayStore, "sessions">;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: CryptoSuite;
}

const CHALLENGE_SECONDS = minutes(5) / 1000;
const TOKEN_SECONDS = 24 * 3600;
const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/i;

export class Authentication {
  readonly #deps: AuthenticationDeps;

  constructor(deps: AuthenticationDeps) {
    this.#deps = deps;
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
    const nonce = this.#nonceOf(challenge, matching(parseChallenge(challenge), "pubkey", pubkey));
    if (!this.#deps.crypto.ed25519Verify(key, utf8(challenge), signatureBytes(signature))) {
      throw refusal("relay.bad_login", "the signature over the challenge does not verify");
    }
    await this.#claim(nonce);
    return await this.#token(pubkey);
  }

  /** A fresh challenge for the owner of an address, remembered: who answers need not send it back. */
  async addressChallenge(address: string, host: string): Promise<ChallengeReply> {
    const expires = this.#now() + CHALLENGE_SECONDS;
    const text = formatAddressChallenge({ host, address, nonce: toBase64url(this.#deps.random.bytes(16)), expires });
    const challenge = `${text} mac=${toBase64url(this.#mark(text))}`;
    await this.#deps.store.sessions.addChallenge(address, challenge, expires);
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
    const { sessions } = this.#deps.store;
    const given = challenge === undefined ? await sessions.challenges(address, this.#now()) : [challenge];
    if (given.length === 0) throw refusal("relay.bad_challenge", "no challenge was asked for lately for this address");
    const nonces = new Map(
      given.map((text) => [text, this.#nonceOf(text, matching(parseAddressChallenge(text), "address", address))]),
    );
    const [, nonce] = [...nonces].find(([message]) => isSignedBy(nobleCoin, { address, message, signature })) ?? [];
    if (nonce === undefined) throw refusal("relay.bad_login", "the signature over the challenge does not verify");
    await this.#claim(nonce);
    return await this.#token(`emc:${address}`);
  }

  async #token(pubkey: string): Promise<AuthReply> {
    const token = toBase64url(this.#deps.random.bytes(32));
    const expires = this.#now() + TOKEN_SECONDS;
    await this.#deps.store.sessions.saveToken(this.#hash(token), { pubkey, expires });
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
    const caller = await this.#deps.store.sessions.token(this.#hash(token));
    if (caller === null || caller.expires <= this.#now())
      throw refusal("relay.unauthorized", "the token is unknown or has expired");
    return caller;
  }

  /**
   * Ends the token of the header, or with `all` every one that its key has here. Resolves with whose it was. Rejects with
   * `relay.unauthorized`.
   */
  async revoke(authorization: string | undefined, all: boolean): Promise<string> {
    const [, token = ""] = BEARER.exec(authorization ?? "") ?? [];
    const { pubkey } = await this.callerOf(authorization);
    await this.#deps.store.sessions.revoke(pubkey, all ? null : this.#hash(token));
    return pubkey;
  }

  /** Each challenge is good once, at whichever process it is answered. Rejects with `relay.bad_challenge`. */
  async #claim(nonce: string): Promise<void> {
    if (await this.#deps.store.sessions.claimNonce(nonce, this.#now() + CHALLENGE_SECONDS)) return;
    throw refusal("relay.bad_challenge", "the challenge was used before");
  }

  /** The nonce of a challenge that is ours and not expired. Throws `relay.bad_challenge`. */
  #nonceOf(text: string, challenge: { readonly nonce: string; readonly expires: number } | null): string {
    const [body = "", mac = ""] = text.split(" mac=");
    if (challenge === null || !equalBytes(utf8(toBase64url(this.#mark(body))), utf8(mac)))
      throw refusal("relay.bad_challenge", "the challenge is not ours");
    if (challenge.expires <= this.#now()) throw refusal("relay.bad_challenge", "the challenge has expired");
    return challenge.nonce;
  }

  #mark(text: string): Uint8Array {
    return this.#deps.crypto.hmacSha256(this.#deps.store.sessions.markKey, utf8(text));
  }

  #hash(token: string): string {
    return toHex(this.#deps.crypto.sha256(utf8(token)));
  }

  #now(): number {
    return unixSecondsOf(this.#deps.clock.now());
  }
}

/** The challenge, if it is for whom `member` says. */
function matching<M extends string, C extends Readonly<Record<M, string>>>(
  challenge: C | null,
  member: M,
  who: string,
): C | null {
  return challenge !== null && challenge[member] === who ? challenge : null;
}

/** Malformed base64url is a signature that verifies for nobody. */
function signatureBytes(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch {
    return new Uint8Array(0);
  }
}
