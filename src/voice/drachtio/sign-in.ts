// Who is it? The verdict on a request's credentials, the same for an unknown user as for a wrong password, in answer and in time.

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Millis, Random } from "../../base/index.ts";
import type { SipAccount } from "../../core/index.ts";
import { challengeOf, type DigestAlgorithm, expectedResponse, readCredentials } from "./digest.ts";
import { Nonces } from "./nonces.ts";
import { sameResource } from "./sip-uri.ts";

export interface SignInOptions {
  readonly realm: string;
  readonly random: Random;
  /** Monotonic. */
  readonly now: () => Millis;
  readonly nonceLife: Millis;
  readonly nonceCapacity: number;
}

export interface SignInRequest {
  readonly method: string;
  readonly uri: string;
  /** Value of Authorization or Proxy-Authorization. */
  readonly authorization: string | undefined;
  /** Address that it came from, without port: behind a router the port changes. */
  readonly source: string;
}

export type SignInVerdict =
  | { readonly kind: "in"; readonly user: string; readonly algorithm: DigestAlgorithm }
  /** No credentials, or right ones for an old nonce: `stale`. */
  | { readonly kind: "ask"; readonly stale: boolean }
  | { readonly kind: "wrong" };

export class SignIn {
  readonly #options: SignInOptions;
  readonly #nonces: Nonces;
  readonly #decoyKey: Uint8Array;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#nonces = new Nonces({ ...options, life: options.nonceLife, capacity: options.nonceCapacity });
    this.#decoyKey = options.random.bytes(32);
  }

  /** Counters that are kept. */
  get size(): number {
    return this.#nonces.size;
  }

  /**
   * Values for WWW-Authenticate or Proxy-Authenticate, one header for each of `algorithms`; phones take the first that they know.
   */
  challenges(source: string, stale: boolean, algorithms: readonly DigestAlgorithm[]): readonly string[] {
    const nonce = this.#nonces.issue(source);
    return algorithms.map((algorithm) => challengeOf(this.#options.realm, nonce, algorithm, stale));
  }

  check(request: SignInRequest, accounts: ReadonlyMap<string, SipAccount>): SignInVerdict {
    const credentials = readCredentials(request.authorization, this.#options.realm);
    if (credentials === null) return { kind: "ask", stale: false };
    const account = accounts.get(credentials.username);
    const ha1 = this.#ha1(account, credentials.username, credentials.algorithm);
    const expected = expectedResponse(credentials, ha1, request.method);
    // Both are hex of one length: the parser took no other.
    const isRight = timingSafeEqual(Buffer.from(expected), Buffer.from(credentials.response));
    if (!isRight || account === undefined || !sameResource(credentials.uri, request.uri)) return { kind: "wrong" };
    const state = this.#nonces.use(credentials.nonce, request.source, credentials.nc);
    const { algorithm } = credentials;
    return state === "fresh" ? { kind: "in", user: account.user, algorithm } : { kind: "ask", stale: true };
  }

  /** For an unknown user one that nobody knows, so that the same work is done. */
  #ha1(account: SipAccount | undefined, user: string, algorithm: DigestAlgorithm): string {
    const decoy = createHmac(algorithm === "MD5" ? "md5" : "sha256", this.#decoyKey)
      .update(user, "utf8")
      .digest("hex");
    if (account === undefined) return decoy;
    return algorithm === "MD5" ? account.ha1.md5 : account.ha1.sha256;
  }
}
