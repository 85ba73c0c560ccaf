// Messages signed with the key of an address, as `signmessage` does: EmerENUM's and our owners' proofs.

import { type CoinCrypto, concatBytes, equalBytes, fromBase64url, type Secret, toBase64, utf8 } from "../base/index.ts";
import { parseAddress } from "./address.ts";
import { sized } from "./byte-stream.ts";
import { hash160, hash256 } from "./hashes.ts";
import type { ChainNetwork } from "./network.ts";

const MAGIC = "EmerCoin Signed Message:\n";

/** What a message signature signs. */
export function messageHash(crypto: CoinCrypto, message: string): Uint8Array {
  return hash256(crypto, concatBytes(sized(utf8(MAGIC)), sized(utf8(message))));
}

/** The signature of a message, base64, for the p2pkh and the p2wpkh address of the compressed key. */
export function signMessage(crypto: CoinCrypto, secret: Secret<Uint8Array>, message: string): string {
  return toBase64(crypto.signRecoverable(secret.reveal(), messageHash(crypto, message)));
}

function signatureBytes(text: string): Uint8Array | null {
  try {
    return fromBase64url(text);
  } catch {
    // Not base64.
    return null;
  }
}

/**
 * Whether a signature is of this message and of the key behind an address (p2pkh or p2wpkh: others have no single key, so false).
 * False for anything that is no signature. Throws `emercoin.bad_address`.
 */
export function verifyMessage(
  crypto: CoinCrypto,
  signed: { readonly address: string; readonly message: string; readonly signature: string },
  network: ChainNetwork,
): boolean {
  const address = parseAddress(crypto, signed.address, network);
  if (address.kind !== "p2pkh" && address.kind !== "p2wpkh") return false;
  const signature = signatureBytes(signed.signature);
  const key = signature === null ? null : crypto.recover(messageHash(crypto, signed.message), signature);
  return key !== null && equalBytes(hash160(crypto, key), address.hash);
}
