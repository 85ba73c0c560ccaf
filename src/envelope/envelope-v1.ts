// Envelope v1, byte-compatible with the ecosystem's ptool: epk[32] ‖ nonce[12] ‖ ChaCha20-Poly1305(ciphertext ‖ tag[16]), no AAD,
// key = HKDF-SHA256(X25519(ephemeral, recipient), no salt, "privateness-sms-v1"). It hides content, not who sent it.

import { AppError, type CryptoSuite, concatBytes, type Random, type Secret, utf8, wipe } from "../base/index.ts";

const INFO = utf8("privateness-sms-v1");
const NO_SALT = new Uint8Array(0);
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const HEAD_LENGTH = KEY_LENGTH + NONCE_LENGTH;
const TAG_LENGTH = 16;

/** How many bytes longer than its plaintext a v1 envelope is. */
export const V1_OVERHEAD = HEAD_LENGTH + TAG_LENGTH;

export interface SealV1Options {
  readonly suite: CryptoSuite;
  readonly random: Random;
  /** The recipient's X25519 public key, 32 bytes. */
  readonly recipient: Uint8Array;
  readonly plaintext: Uint8Array;
}

export interface OpenV1Options {
  readonly suite: CryptoSuite;
  /** The recipient's X25519 private key (an identity's seed), 32 bytes. */
  readonly secret: Secret<Uint8Array>;
  readonly envelope: Uint8Array;
}

function aeadKey(suite: CryptoSuite, secret: Uint8Array, peer: Uint8Array): Uint8Array {
  const shared = suite.x25519(secret, peer);
  const key = suite.hkdfSha256(shared, NO_SALT, INFO, KEY_LENGTH);
  wipe(shared);
  return key;
}

/** Seals to `recipient`. Throws `crypto.bad_length` or `crypto.low_order` for an unusable recipient key. */
export function sealV1(options: SealV1Options): Uint8Array {
  const { suite, random, recipient, plaintext } = options;
  const ephemeral = random.bytes(KEY_LENGTH);
  const nonce = random.bytes(NONCE_LENGTH);
  const key = aeadKey(suite, ephemeral, recipient);
  const envelope = concatBytes(suite.x25519Public(ephemeral), nonce, suite.chachaSeal(key, nonce, plaintext));
  wipe(ephemeral);
  wipe(key);
  return envelope;
}

/** Opens an envelope. Throws `envelope.too_short` or `envelope.cannot_open`. */
export function openV1(options: OpenV1Options): Uint8Array {
  const { suite, secret, envelope } = options;
  if (envelope.length < V1_OVERHEAD) {
    throw new AppError("envelope.too_short", `a v1 envelope has at least ${V1_OVERHEAD} bytes`, {
      hint: "Fetch the message again: it was cut.",
      context: { length: envelope.length },
    });
  }
  try {
    const key = aeadKey(suite, secret.reveal(), envelope.subarray(0, KEY_LENGTH));
    const plaintext = suite.chachaOpen(key, envelope.subarray(KEY_LENGTH, HEAD_LENGTH), envelope.subarray(HEAD_LENGTH));
    wipe(key);
    return plaintext;
  } catch (cause) {
    throw cannotOpen(cause);
  }
}

/** The one error of a failed decryption, whatever the reason: telling reasons apart helps only an attacker. */
export function cannotOpen(cause: unknown): AppError {
  return new AppError("envelope.cannot_open", "the envelope was changed or sealed to another key", {
    hint: "Use the key that the rental was made with, or fetch the message again.",
    cause,
  });
}
