// A renter's token at one relay: taken from the state while it lasts, renewed by signing a challenge when it ends or the relay
// refuses it.

import {
  AppError,
  type Clock,
  type CryptoSuite,
  hasCode,
  isAppError,
  type Millis,
  toBase64url,
  utf8,
} from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { authReply, challengeReply, maySignChallenge, revokeReply } from "../protocol/index.ts";
import type { RelayHttp } from "./relay-http.ts";
import { withWork } from "./relay-work.ts";
import type { RenterState } from "./state.ts";

/** Where a token is kept. */
export type TokenKeeper = Pick<RenterState, "relay" | "setToken">;

export interface RelaySessionOptions {
  readonly url: string;
  readonly http: RelayHttp;
  /** Addresses whose challenges are signed: its own, and those that belong to it for certain. */
  readonly challengers: readonly string[];
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly state: TokenKeeper;
  readonly clock: Clock;
  readonly tokenMargin: Millis;
}

/** A 2xx that is not understood, or a 4xx without a relay's own problem. A 5xx may be a proxy whose relay is down. */
function isForeignAnswer(error: unknown): error is AppError {
  if (!isAppError(error)) return false;
  return error.code === "renter.bad_reply" || /^http_4(?!29)/.test(String(error.context.code));
}

export class RelaySession {
  readonly #options: RelaySessionOptions;
  /** Got by this process: good until the relay says otherwise, whatever our own clock thinks of its end. */
  #renewed: string | null = null;
  /** The sign-in under way: whoever needs a token meanwhile waits for that one. */
  #renewing: Promise<string> | null = null;

  constructor(options: RelaySessionOptions) {
    this.#options = options;
  }

  /** A token that should be good for a while. Rejects as `RelayHttp.call`, with `renter.not_a_relay` or `renter.bad_challenge`. */
  async token(signal: AbortSignal): Promise<string> {
    const { state, url, clock, tokenMargin } = this.#options;
    if (this.#renewed !== null) return this.#renewed;
    const { token } = state.relay(url);
    const fresh = token !== null && token.expires * 1000 - tokenMargin > clock.now();
    return fresh ? token.value : this.renew(signal);
  }

  /** The first question to a relay: what answers it in another way is none. */
  async #challenge(pubkey: string, signal: AbortSignal): Promise<string> {
    const { http, url } = this.#options;
    const body = { pubkey };
    try {
      const reply = await http.call({ method: "POST", path: "auth/challenge", body, reply: challengeReply, signal });
      return reply.challenge;
    } catch (error) {
      if (!isForeignAnswer(error)) throw error;
      throw new AppError("renter.not_a_relay", `what answers at ${url} is no relay (${error.message})`, {
        hint: "Check the address: is it the relay's, and not the console's?",
        context: error.context,
        cause: error,
      });
    }
  }

  /** Signs a challenge for a new token; relays count sign-ins, so there is one at a time. Rejects as `token`. */
  async renew(signal: AbortSignal): Promise<string> {
    if (this.#renewing === null) return this.#first(signal);
    try {
      return await this.#renewing;
    } catch (error) {
      // Whoever began it has gone.
      if (!hasCode(error, "base.stopped") || signal.aborted) throw error;
      return this.renew(signal);
    }
  }

  #first(signal: AbortSignal): Promise<string> {
    const renewing = this.#signIn(signal).finally(() => {
      this.#renewing = null;
    });
    this.#renewing = renewing;
    return renewing;
  }

  async #signIn(signal: AbortSignal): Promise<string> {
    const { http, challengers, identity, suite, state, url } = this.#options;
    const pubkey = toBase64url(identity.verify);
    const challenge = await this.#challenge(pubkey, signal);
    // The same key signs receipts, at every relay: a relay must not get a signature over a text of its choice.
    if (!challengers.some((own) => maySignChallenge(challenge, { url: own, pubkey }))) {
      throw new AppError("renter.bad_challenge", `${url} asks to sign what is not a challenge of its own`, {
        hint: "Use the address under which the relay knows itself; if it is that, do not trust this relay.",
      });
    }
    const signature = toBase64url(suite.ed25519Sign(identity.seed.reveal(), utf8(challenge)));
    const body = { pubkey, challenge, signature };
    const ask = (work?: string) => {
      const more = work === undefined ? {} : { work };
      return http.call({ method: "POST", path: "auth", body, reply: authReply, signal, ...more });
    };
    const { token, expires } = await withWork(this.#options, ask, signal);
    await state.setToken(url, { value: token, expires });
    this.#renewed = token;
    return token;
  }

  /**
   * Ends every token that the key has at this relay, and forgets its own. Without one there is nothing to end. Rejects as
   * `RelayHttp.call`; the token is then kept.
   */
  async signOut(signal: AbortSignal): Promise<void> {
    const { http, state, url } = this.#options;
    const token = this.#renewed ?? state.relay(url).token?.value;
    if (token === undefined) return;
    const request = { method: "POST", path: "auth/revoke", body: { all: true }, token, reply: revokeReply } as const;
    try {
      await http.call({ ...request, signal });
    } catch (error) {
      // It has ended already.
      if (!hasCode(error, "renter.unauthorized")) throw error;
    }
    this.#renewed = null;
    await state.setToken(url, null);
  }

  /** Runs `use` with a token; once more with a new one when the relay refuses the first. */
  async with<T>(use: (token: string) => Promise<T>, signal: AbortSignal): Promise<T> {
    const token = await this.token(signal);
    try {
      return await use(token);
    } catch (error) {
      if (!hasCode(error, "renter.unauthorized")) throw error;
      return use(await this.renew(signal));
    }
  }
}
