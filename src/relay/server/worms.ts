// Who a name in the chain is: the keys of its WORM record, as this relay's node shows it.

import { type CryptoSuite, isAppError, seconds } from "../../base/index.ts";
import { parseUserWorm, WORM_USER, type WormKeys } from "../../registry/index.ts";
import type { RelayNames } from "./options.ts";
import { refusal } from "./problems.ts";

export interface WormsDeps {
  readonly crypto: CryptoSuite;
  /** Null where the relay has no node. */
  readonly names: Pick<RelayNames, "name"> | null;
}

export class Worms {
  readonly #deps: WormsDeps;

  constructor(deps: WormsDeps) {
    this.#deps = deps;
  }

  /** `worm`: a user's name, with or without its prefix. Rejects with `relay.unknown_worm` or `relay.no_chain`. */
  async keysOf(worm: string): Promise<WormKeys> {
    const { crypto, names } = this.#deps;
    if (names === null)
      throw refusal("relay.no_chain", "this relay sees no chain: sign in with the key itself", seconds(600));
    const name = worm.startsWith(WORM_USER) ? worm : `${WORM_USER}${worm}`;
    const record = await names.name(name).catch((error: unknown) => {
      const code = isAppError(error) ? error.code : "emercoin.unreachable";
      throw refusal("relay.no_chain", `the relay's Emercoin node does not answer (${code})`, seconds(10));
    });
    if (record === null || record.state !== "active")
      throw refusal("relay.unknown_worm", "the chain has no such WORM record");
    try {
      return parseUserWorm(crypto, record.value);
    } catch (error) {
      if (isAppError(error)) throw refusal("relay.unknown_worm", error.message);
      throw error;
    }
  }
}
