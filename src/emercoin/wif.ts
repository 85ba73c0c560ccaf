// Private keys as the node exports them (WIF). Of compressed keys only: the node makes no others.

import { AppError, type CoinCrypto, concatBytes, Secret, wipe } from "../base/index.ts";
import { base58Check, fromBase58Check } from "./base58.ts";
import { type ChainNetwork, NETWORKS } from "./network.ts";

const COMPRESSED = 1;

function badKey(what: string): AppError {
  return new AppError("emercoin.bad_private_key", `a text is no private key: ${what}`, {
    hint: "Give the key as `dumpprivkey` of a node of the same network prints it.",
  });
}

/** The text of a private key of 32 bytes, for `importprivkey`. */
export function wifText(crypto: CoinCrypto, secret: Secret<Uint8Array>, network: ChainNetwork): Secret<string> {
  const payload = concatBytes(Uint8Array.of(NETWORKS[network].wif), secret.reveal(), Uint8Array.of(COMPRESSED));
  const text = new Secret(base58Check(crypto, payload));
  wipe(payload);
  return text;
}

/** Reads a private key. Throws `emercoin.bad_base58` or `emercoin.bad_private_key`; neither tells a letter of it. */
export function parseWif(crypto: CoinCrypto, text: Secret<string>, network: ChainNetwork): Secret<Uint8Array> {
  const payload = fromBase58Check(crypto, text.reveal());
  if (payload[0] !== NETWORKS[network].wif) throw badKey("it belongs to another network or is something else");
  if (payload.length !== 34 || payload[33] !== COMPRESSED) throw badKey("it is not of a compressed public key");
  const secret = payload.slice(1, 33);
  // Throws for a number outside the group.
  crypto.publicKey(secret);
  wipe(payload);
  return new Secret(secret);
}
