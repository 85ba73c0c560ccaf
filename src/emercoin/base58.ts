// Base58Check: the text form of p2pkh and p2sh addresses and of exported private keys (WIF).

import { AppError, type CoinCrypto, concatBytes, equalBytes, Secret } from "../base/index.ts";
import type { NetworkParams } from "./network.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** No text of ours is longer; the decoder is quadratic. */
const MAX_LENGTH = 128;

export function doubleSha256(crypto: CoinCrypto, data: Uint8Array): Uint8Array {
  return crypto.sha256(crypto.sha256(data));
}

/** RIPEMD-160 of SHA-256: what addresses and RANDPAY hash keys with. */
export function hash160(crypto: CoinCrypto, data: Uint8Array): Uint8Array {
  return crypto.ripemd160(crypto.sha256(data));
}

function encodeBase58(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let text = "";
  for (; value > 0n; value /= 58n) text = (ALPHABET[Number(value % 58n)] ?? "") + text;
  let zeros = 0;
  while (bytes[zeros] === 0) zeros++;
  return "1".repeat(zeros) + text;
}

function decodeBase58(text: string): Uint8Array | null {
  if (text.length > MAX_LENGTH) return null;
  let value = 0n;
  for (const char of text) {
    const digit = ALPHABET.indexOf(char);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; value > 0n; value /= 256n) bytes.unshift(Number(value % 256n));
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...bytes]);
}

export function encodeBase58Check(crypto: CoinCrypto, payload: Uint8Array): string {
  return encodeBase58(concatBytes(payload, doubleSha256(crypto, payload).subarray(0, 4)));
}

/** The payload, null for what is not base58 or has a wrong check sum. */
export function decodeBase58Check(crypto: CoinCrypto, text: string): Uint8Array | null {
  const bytes = decodeBase58(text);
  if (bytes === null || bytes.length < 5) return null;
  const payload = bytes.subarray(0, -4);
  return equalBytes(doubleSha256(crypto, payload).subarray(0, 4), bytes.subarray(-4)) ? payload : null;
}

/** A private key as wallets export it, for a compressed public key. */
export function wifText(crypto: CoinCrypto, network: NetworkParams, secret: Secret<Uint8Array>): string {
  return encodeBase58Check(crypto, concatBytes(Uint8Array.of(network.wif), secret.reveal(), Uint8Array.of(1)));
}

/** Errors: `emercoin.bad_key`; the text itself is in no error. */
export function parseWif(crypto: CoinCrypto, network: NetworkParams, text: string): Secret<Uint8Array> {
  const payload = decodeBase58Check(crypto, text);
  if (payload === null || payload[0] !== network.wif || payload.length !== 34 || payload[33] !== 1) {
    throw new AppError("emercoin.bad_key", "this is not the private key of a compressed key on this network", {
      hint: "Take the key as `dumpprivkey` prints it on the same network.",
    });
  }
  return new Secret(payload.slice(1, 33));
}
