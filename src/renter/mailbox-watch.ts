// Looks into a mailbox without taking anything from it: what waits goes on waiting for the device that reads it. Keeps nothing, so that
// it can run beside that device.

import type { CryptoSuite } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { type MailboxPage, mailboxPage } from "../protocol/index.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { GatewaySession } from "./gateway-session.ts";
import type { RelayHttp } from "./relay-http.ts";
import type { TokenKeeper } from "./session.ts";
import { renterTimeouts } from "./timeouts.ts";

export interface MailboxWatchOptions extends GatewayOptions {
  readonly identity: Identity;
  readonly crypto: CryptoSuite;
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
    relay: (url) => ({ cursor: 0, token: tokens.get(url) ?? null, doors: [] }),
    setToken: async (url, token) => void tokens.set(url, token),
  };
}

export class MailboxWatch {
  /** The relay's URL in its one form. */
  readonly url: string;
  readonly #session: GatewaySession;

  /** Throws `renter.bad_relay_url`. */
  constructor(options: MailboxWatchOptions) {
    const { identity, crypto: suite, clock, timeouts = renterTimeouts } = options;
    const { tokenMargin } = timeouts;
    const gateway = new Gateway(options);
    this.url = gateway.url;
    this.#session = new GatewaySession({ gateway, identity, suite, state: forgetfulKeeper(), clock, tokenMargin });
  }

  /** What waits behind the cursor `after`. Rejects with `renter.*` or `base.stopped`. */
  async look(after: number, signal: AbortSignal): Promise<MailboxLook> {
    let [waiting, next] = [0, after];
    for (let more = true; more; ) {
      const path = `sms?after=${next}&limit=${PAGE}`;
      const ask = (http: RelayHttp, token: string): Promise<MailboxPage> =>
        http.call({ method: "GET", path, token, reply: mailboxPage, signal });
      const page = await this.#session.with(ask, signal);
      waiting += page.messages.length;
      more = page.more && page.next > next;
      next = Math.max(next, page.next);
    }
    return { waiting, next };
  }
}
