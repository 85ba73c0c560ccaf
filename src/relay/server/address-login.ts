// Sign-in by an Emercoin address: whether its wallet has signed a challenge.

import { type CoinCrypto, isAppError } from "../../base/index.ts";
import { type ChainNetwork, verifyMessage } from "../../emercoin/index.ts";

const NETWORKS: readonly ChainNetwork[] = ["main", "test", "regtest"];

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
