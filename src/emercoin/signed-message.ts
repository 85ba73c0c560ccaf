// Signed messages: `signmessage` and `verifymessage` of the wallet. The signature of a p2wpkh address looks like that of p2pkh.

import { type CoinCrypto, concatBytes, equalBytes, type Secret, toBase64, utf8 } from "../base/index.ts";
import type { Address } from "./address.ts";
import { doubleSha256, hash160 } from "./base58.ts";
import { countedBytes } from "./byte-reader.ts";

const MAGIC = "EmerCoin Signed Message:\n";

export function messageHash256(crypto: CoinCrypto, message: string): Uint8Array {
  return doubleSha256(crypto, concatBytes(countedBytes(utf8(MAGIC)), countedBytes(utf8(message))));
}

/** Base64, as `signmessage` prints it. */
export function signCoinMessage(crypto: CoinCrypto, secret: Secret<Uint8Array>, message: string): string {
  return toBase64(crypto.signRecoverable(secret.reveal(), messageHash256(crypto, message)));
}

/** Whether the key of a p2pkh or p2wpkh address made the 65-byte signature. False for anything malformed. */
export function verifyCoinMessage(
  crypto: CoinCrypto,
  address: Address,
  { signature, message }: { readonly signature: Uint8Array; readonly message: string },
): boolean {
  if (address.kind !== "p2pkh" && address.kind !== "p2wpkh") return false;
  const key = crypto.recover(messageHash256(crypto, message), signature);
  return key !== null && equalBytes(hash160(crypto, key), address.hash);
}
