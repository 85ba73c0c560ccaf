// The provider's token at the relay: fetched by signing a challenge when it is first needed, kept until shortly before it expires.

import { type Clock, seconds, toBase64url, type UnixMs, unixMs, utf8 } from "../../base/index.ts";
import { authReply, challengeReply, maySignChallenge } from "../../protocol/index.ts";
import type { Answer, ExchangeRequest } from "./http-exchange.ts";

/** Who the box is to the relay. The private key stays where it is. */
export interface RelayClientIdentity {
  /** Base64url Ed25519 key. */
  readonly verify: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

export interface ProviderSessionDeps {
  /** All addresses of this relay: it may know itself by another than the one it is asked at. */
  readonly urls: readonly string[];
  readonly identity: RelayClientIdentity;
  readonly clock: Clock;
  readonly send: (request: ExchangeRequest) => Promise<Answer>;
}

/** A token, or the code of what stood in its way. */
export type TokenResult =
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly code: string; readonly answer: Answer };

const RENEW_BEFORE = seconds(60);

export class ProviderSession {
  readonly #deps: ProviderSessionDeps;
  #held: { readonly token: string; readonly until: UnixMs } | null = null;

  constructor(deps: ProviderSessionDeps) {
    this.#deps = deps;
  }

  /** Rejects as `send` does. */
  async token(signal: AbortSignal): Promise<TokenResult> {
    const now = this.#deps.clock.now();
    if (this.#held !== null && this.#held.until > now + RENEW_BEFORE) return { ok: true, token: this.#held.token };
    return this.#login(signal);
  }

  /** The relay does not take the token any more. */
  forget(): void {
    this.#held = null;
  }

  async #login(signal: AbortSignal): Promise<TokenResult> {
    const { urls, identity, send } = this.#deps;
    const pubkey = identity.verify;
    const asked = await send({ method: "POST", path: "auth/challenge", body: { pubkey }, signal });
    const challenge = challengeReply.safeParse(asked.body);
    if (asked.status !== 200 || !challenge.success) return refusedBy(asked);
    const text = challenge.data.challenge;
    if (!urls.some((url) => maySignChallenge(text, { url, pubkey }))) {
      return { ok: false, code: "relay.foreign_challenge", answer: asked };
    }
    const signature = toBase64url(identity.sign(utf8(text)));
    const answer = await send({ method: "POST", path: "auth", body: { pubkey, challenge: text, signature }, signal });
    const reply = authReply.safeParse(answer.body);
    if (answer.status !== 200 || !reply.success) return refusedBy(answer);
    const { token, expires } = reply.data;
    this.#held = { token, until: unixMs(expires * 1000) };
    return { ok: true, token };
  }
}

const refusedBy = (answer: Answer): TokenResult => ({ ok: false, code: `relay.http_${answer.status}`, answer });
