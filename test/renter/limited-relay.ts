// A relay without a network that signs renters in as often as a relay does by default, by the clock that it is given. Knows rentals.

import { type Clock, fromBase64url, utf8 } from "../../src/base/index.ts";
import { formatChallenge, type RentalGrant } from "../../src/protocol/index.ts";
import { relayLimits } from "../../src/relay/server/options.ts";
import type { Fetch, OpenWire } from "../../src/renter/index.ts";
import { suite } from "./fixtures.ts";

const MINUTE = 60_000;

export class LimitedRelay {
  readonly url = "http://relay.example";
  readonly grants: RentalGrant[] = [];
  /** Keys that signed in, in order. */
  readonly signedIn: string[] = [];
  /** How often it had to refuse. */
  refused = 0;
  readonly #clock: Clock;
  #window = { from: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly fetch: Fetch = async (url, init) => {
    const { pathname } = new URL(url);
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    if (pathname === "/auth/challenge") return this.#challenge(body as { pubkey: string });
    if (pathname === "/auth") return this.#auth(body as { pubkey: string; challenge: string; signature: string });
    const token = new Headers(init.headers).get("authorization")?.replace("Bearer ", "") ?? "";
    if (pathname === "/sms") return this.#reply(200, { messages: [], next: 0, more: false });
    if (pathname === "/rentals") return this.#rentals(token);
    return this.#reply(404, { error: "no", code: "relay.unknown_route" });
  };

  #reply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
    const date = new Date(this.#clock.now()).toUTCString();
    return new Response(JSON.stringify(body), { status, headers: { date, ...headers } });
  }

  #challenge({ pubkey }: Readonly<{ pubkey: string }>): Response {
    const expires = Math.floor(this.#clock.now() / 1000) + 300;
    return this.#reply(200, {
      challenge: formatChallenge({ host: new URL(this.url).host, pubkey, nonce: "n".repeat(22), expires }),
      expires,
    });
  }

  #auth({ pubkey, challenge, signature }: Readonly<Record<"pubkey" | "challenge" | "signature", string>>): Response {
    const now = this.#clock.monotonic();
    if (now - this.#window.from >= MINUTE) this.#window = { from: now, count: 0 };
    if (++this.#window.count > relayLimits().authPerMinute) {
      this.refused++;
      const wait = Math.ceil((this.#window.from + MINUTE - now) / 1000);
      return this.#reply(429, { error: "too many", code: "relay.rate_limited" }, { "retry-after": String(wait) });
    }
    if (!suite.ed25519Verify(fromBase64url(pubkey), utf8(challenge), fromBase64url(signature)))
      return this.#reply(401, { error: "no", code: "relay.bad_login" });
    this.signedIn.push(pubkey);
    const expires = Math.floor(this.#clock.now() / 1000) + 86_400;
    return this.#reply(200, { token: `token-of-${pubkey}`, token_type: "Bearer", expires });
  }

  #rentals(token: string): Response {
    const own = this.grants.filter(({ renter }) => token === `token-of-${renter.verify}`);
    return this.#reply(200, { rentals: own.map((grant) => ({ grant, state: "active", last_seq: 0 })) });
  }
}

/** A connection on which nothing ever comes. */
export const quietWire: OpenWire = (_url, { opened, received }) => {
  queueMicrotask(opened);
  const ready = JSON.stringify({ type: "ready", protocol: 1, after: 0 });
  const send = (text: string): void => {
    if (text.includes('"auth"')) received(ready);
    if (text.includes('"ping"')) received(JSON.stringify({ type: "pong" }));
  };
  return { send, pause: () => {}, resume: () => {}, end: () => {} };
};
