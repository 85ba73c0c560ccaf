// Sign-in by an Emercoin address: the challenges that were given lately, and whether a wallet has signed one.

import { type CoinCrypto, isAppError } from "../../base/index.ts";
import { type ChainNetwork, verifyMessage } from "../../emercoin/index.ts";

/** A wallet's owner may ask again before the first answer is signed. */
const KEPT_FOR_ONE = 4;
/** What strangers can make the relay remember: about 4 MB. */
const KEPT_AT_ALL = 10_000;
const NETWORKS: readonly ChainNetwork[] = ["main", "test", "regtest"];

interface Given {
  readonly text: string;
  /** Unix seconds. */
  readonly expires: number;
}

export class AddressChallenges {
  readonly #given = new Map<string, readonly Given[]>();

  add(address: string, text: string, expires: number): void {
    const known = this.#given.get(address) ?? [];
    // Set anew, so that the address is the last to be forgotten.
    this.#given.delete(address);
    this.#given.set(address, [...known, { text, expires }].slice(-KEPT_FOR_ONE));
    const [oldest] = this.#given.keys();
    if (this.#given.size > KEPT_AT_ALL && oldest !== undefined) this.#given.delete(oldest);
  }

  /** Those that are not expired at `now` (Unix seconds), newest first. */
  of(address: string, now: number): readonly string[] {
    const open = (this.#given.get(address) ?? []).filter(({ expires }) => expires > now);
    return open.map(({ text }) => text).toReversed();
  }

  sweep(now: number): void {
    for (const [address, given] of this.#given)
      if (given.every(({ expires }) => expires <= now)) this.#given.delete(address);
  }
}

/** Whether the wallet of the address has signed; false for what is no address of a single key on any network. */
export function isSignedBy(
  crypto: CoinCrypto,
  signed: { readonly address: string; readonly message: string; readonly signature: string },
): boolean {
  return NETWORKS.some((network) => {
    try {
      return verifyMessage(crypto, signed, network);
    } catch (error) {
      // An address of another network, or none.
      if (isAppError(error)) return false;
      throw error;
    }
  });
}
