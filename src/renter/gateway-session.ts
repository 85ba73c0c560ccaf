// A key's sign-in at every address of a relay. Tokens are not passed on from one address to another: what an address is, only its own
// challenge shows.

import type { Clock, CryptoSuite, Millis } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import type { Gateway, GatewayDoor } from "./gateway.ts";
import type { RelayHttp } from "./relay-http.ts";
import { RelaySession, type TokenKeeper } from "./session.ts";

export interface GatewaySessionOptions {
  readonly gateway: Gateway;
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly state: TokenKeeper;
  readonly clock: Clock;
  readonly tokenMargin: Millis;
}

export class GatewaySession {
  readonly #options: GatewaySessionOptions;
  readonly #sessions = new Map<string, RelaySession>();

  constructor(options: GatewaySessionOptions) {
    this.#options = options;
  }

  at({ url, http, challengers }: GatewayDoor): RelaySession {
    const known = this.#sessions.get(url);
    if (known !== undefined) return known;
    const made = new RelaySession({ ...this.#options, url, http, challengers });
    this.#sessions.set(url, made);
    return made;
  }

  /** Runs `use` with a token for the address that it goes to; once more with a new one where the first is refused. Rejects as `use`, or as signing in does. */
  with<T>(use: (http: RelayHttp, token: string) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { gateway } = this.#options;
    return gateway.through((door) => this.at(door).with((token) => use(door.http, token), signal), signal);
  }

  /** Ends the key's tokens at every address that one is known for. Rejects as `RelaySession.signOut`. */
  async signOut(signal: AbortSignal): Promise<void> {
    for (const door of this.#options.gateway.doors) await this.at(door).signOut(signal);
  }

  /** Signs in anew. */
  async renew(signal: AbortSignal): Promise<void> {
    await this.#options.gateway.through((door) => this.at(door).renew(signal), signal);
  }
}
