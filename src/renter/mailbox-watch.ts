// Looks into a mailbox without taking anything from it: what waits goes on waiting for the device that reads it. Keeps nothing, so that
// it can run beside that device.

import type { CryptoSuite } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { Gateway, type GatewayOptions } from "./gateway.ts";
import { GatewaySession } from "./gateway-session.ts";
import { askPage } from "./mailbox-page.ts";
import type { TokenKeeper } from "./session.ts";
import { renterTimeouts } from "./timeouts.ts";

export interface MailboxWatchOptions extends GatewayOptions {
  readonly identity: Identity;
  readonly crypto: CryptoSuite;
}

/** Up to where somebody has looked. */
export interface MailboxPlace {
  /** The cursor of the last message; 0 at the beginning. */
  readonly next: number;
  /** In which the relay gave it; null where it does not say. */
  readonly epoch: string | null;
}

export interface MailboxLook extends MailboxPlace {
  /** Messages behind the place that was asked for. */
  readonly waiting: number;
}

const PAGE = 100;

/** A token for as long as the process lives. */
function forgetfulKeeper(): TokenKeeper {
  const tokens = new Map<string, ReturnType<TokenKeeper["relay"]>["token"]>();
  return {
    relay: (url) => ({ cursor: 0, epoch: null, token: tokens.get(url) ?? null, doors: [] }),
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

  /** What waits behind a place that was looked at before, or behind the beginning. Rejects with `renter.*` or `base.stopped`. */
  async look({ next: after, epoch }: MailboxPlace, signal: AbortSignal): Promise<MailboxLook> {
    let look: MailboxLook = { waiting: 0, next: after, epoch };
    for (let more = true, first = true; more; first = false) {
      const page = await askPage(this.#session, { after: look.next, epoch: look.epoch, limit: PAGE }, signal);
      const { epoch: now = null } = page;
      more = page.more && (page.next > look.next || (first && now !== look.epoch));
      look = { waiting: look.waiting + page.messages.length, next: page.next, epoch: now };
    }
    return look;
  }
}
