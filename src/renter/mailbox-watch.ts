// Looks into a mailbox without taking anything from it: what waits goes on waiting for the device that reads it. Keeps nothing, so that
// it can run beside that device.

import type { Clock, CryptoSuite } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { type MailboxPage, mailboxPage } from "../protocol/index.ts";
import { type Fetch, platformFetch, RelayHttp, relayUrl } from "./relay-http.ts";
import { RelaySession, type TokenKeeper } from "./session.ts";
import { type RenterTimeouts, renterTimeouts } from "./timeouts.ts";

export interface MailboxWatchOptions {
  readonly relayUrl: string;
  readonly identity: Identity;
  readonly crypto: CryptoSuite;
  readonly clock: Clock;
  readonly timeouts?: RenterTimeouts;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
}

export interface MailboxLook {
  /** Messages behind the cursor that was asked for. */
  readonly waiting: number;
  /** The cursor of the last of them; as asked where there is none. */
  readonly next: number;
}

const PAGE = 100;

/** A token for as long as the process lives. */
function forgetfulKeeper(): TokenKeeper {
  const tokens = new Map<string, ReturnType<TokenKeeper["relay"]>["token"]>();
  return {
    relay: (url) => ({ cursor: 0, token: tokens.get(url) ?? null }),
    setToken: async (url, token) => void tokens.set(url, token),
  };
}

export class MailboxWatch {
  /** The relay's URL in its one form. */
  readonly url: string;
  readonly #http: RelayHttp;
  readonly #session: RelaySession;

  /** Throws `renter.bad_relay_url`. */
  constructor(options: MailboxWatchOptions) {
    const { identity, crypto: suite, clock, timeouts = renterTimeouts, fetch = platformFetch } = options;
    const url = relayUrl(options.relayUrl);
    const { request, tokenMargin } = timeouts;
    this.url = url;
    this.#http = new RelayHttp({ url, clock, fetch, timeout: request });
    const state = forgetfulKeeper();
    this.#session = new RelaySession({ url, http: this.#http, identity, suite, state, clock, tokenMargin });
  }

  /** What waits behind the cursor `after`. Rejects with `renter.*` or `base.stopped`. */
  async look(after: number, signal: AbortSignal): Promise<MailboxLook> {
    let [waiting, next] = [0, after];
    for (let more = true; more; ) {
      const path = `sms?after=${next}&limit=${PAGE}`;
      const ask = (token: string): Promise<MailboxPage> =>
        this.#http.call({ method: "GET", path, token, reply: mailboxPage, signal });
      const page = await this.#session.with(ask, signal);
      waiting += page.messages.length;
      more = page.more && page.next > next;
      next = Math.max(next, page.next);
    }
    return { waiting, next };
  }
}
