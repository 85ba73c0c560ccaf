// The two compound hashes of Bitcoin's family.

import type { CoinCrypto } from "../base/index.ts";

/** SHA-256 twice: transaction ids, checksums, what is signed. */
export function hash256(crypto: CoinCrypto, data: Uint8Array): Uint8Array {
  return crypto.sha256(crypto.sha256(data));
}

/** RIPEMD-160 of SHA-256, 20 bytes: public keys and scripts in addresses. */
export function hash160(crypto: CoinCrypto, data: Uint8Array): Uint8Array {
  return crypto.ripemd160(crypto.sha256(data));
}
