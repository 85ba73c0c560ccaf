// What the box keeps for itself at rest: XChaCha20-Poly1305 under a storage key, each purpose in its own domain.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { AppError, type CryptoSuite, concatBytes, type Random, Secret, utf8 } from "../base/index.ts";

const NONCE_LENGTH = 24;
const TAG_LENGTH = 16;
const NO_SALT = new Uint8Array(0);

export interface EncryptLocalOptions {
  /** The storage key, 32 bytes. */
  readonly key: Secret<Uint8Array>;
  readonly random: Random;
  /** What the bytes are for, such as `numberbox/part/v1`: a box of one domain never opens in another. */
  readonly domain: string;
  readonly plaintext: Uint8Array;
}

export interface DecryptLocalOptions {
  readonly key: Secret<Uint8Array>;
  readonly domain: string;
  readonly box: Uint8Array;
}

function keyBytes(key: Secret<Uint8Array>): Uint8Array {
  const bytes = key.reveal();
  if (bytes.length !== 32) throw new AppError("crypto.bad_length", "a storage key must be 32 bytes");
  return bytes;
}

/** nonce[24] ‖ ciphertext ‖ tag[16]. Throws `crypto.bad_length` for a key that is not 32 bytes. */
export function encryptLocal(options: EncryptLocalOptions): Uint8Array {
  const { key, random, domain, plaintext } = options;
  const nonce = random.bytes(NONCE_LENGTH);
  return concatBytes(nonce, xchacha20poly1305(keyBytes(key), nonce, utf8(domain)).encrypt(plaintext));
}

/** Throws `envelope.bad_box` when the box was changed, is of another domain or another key. */
export function decryptLocal(options: DecryptLocalOptions): Uint8Array {
  const { key, domain, box } = options;
  const secret = keyBytes(key);
  const changed = (cause?: unknown): AppError =>
    new AppError("envelope.bad_box", "stored bytes were changed or belong to another key", {
      hint: "Check that data folder and keystore belong together; restore both from one backup.",
      context: { domain },
      cause,
    });
  if (box.length < NONCE_LENGTH + TAG_LENGTH) throw changed();
  try {
    return xchacha20poly1305(secret, box.subarray(0, NONCE_LENGTH), utf8(domain)).decrypt(box.subarray(NONCE_LENGTH));
  } catch (cause) {
    throw changed(cause);
  }
}

/** A key for one purpose: HKDF-SHA256 of `key` with `domain` as info, 32 bytes. */
export function deriveKey(suite: CryptoSuite, key: Secret<Uint8Array>, domain: string): Secret<Uint8Array> {
  return new Secret(suite.hkdfSha256(key.reveal(), NO_SALT, utf8(domain), 32));
}
