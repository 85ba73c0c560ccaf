// CryptoSuite over @noble: pure TypeScript, the same in the browser and on the box. The OpenSSL suite of `base` must agree with it
// on every result and on every refusal; the contract suite holds both to that.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { AppError, type CryptoSuite, concatBytes, equalBytes } from "../base/index.ts";

const { Point } = ed25519;

function need(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) {
    throw new AppError("crypto.bad_length", `${what} must be ${length} bytes`, { context: { length: bytes.length } });
  }
}

function sharedSecret(secret: Uint8Array, peer: Uint8Array): Uint8Array {
  need(secret, 32, "X25519 private key");
  need(peer, 32, "X25519 public key");
  try {
    return x25519.getSharedSecret(secret, peer);
  } catch (cause) {
    throw new AppError("crypto.low_order", "X25519 public key has small order", { cause });
  }
}

/**
 * RFC 8032 section 5.1.7 without the cofactor, as OpenSSL computes it: noble's own `verify` multiplies by the cofactor and would
 * accept crafted signatures that OpenSSL refuses. Decoding is strict (canonical y, S below the group order).
 */
function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  try {
    const a = Point.fromBytes(publicKey, false);
    if (a.isSmallOrder()) return false;
    const k = bytesToNumberLE(sha512(concatBytes(r, publicKey, message))) % Point.Fn.ORDER;
    const sB = Point.BASE.multiplyUnsafe(bytesToNumberLE(signature.subarray(32)));
    return equalBytes(sB.subtract(a.multiplyUnsafe(k)).toBytes(), r);
  } catch {
    // No point of the curve, or S out of range.
    return false;
  }
}

function chachaOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Uint8Array {
  need(key, 32, "ChaCha20-Poly1305 key");
  need(nonce, 12, "ChaCha20-Poly1305 nonce");
  if (sealed.length < 16) throw new AppError("crypto.bad_tag", "ciphertext is shorter than its tag");
  try {
    return chacha20poly1305(key, nonce, aad).decrypt(sealed);
  } catch (cause) {
    throw new AppError("crypto.bad_tag", "ciphertext was changed or the key is wrong", { cause });
  }
}

/** The pure implementation: browser, reference, and the judge of the OpenSSL one. */
export const nobleSuite: CryptoSuite = {
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  hkdfSha256: (ikm, salt, info, length) => {
    if (length > 255 * 32) throw new AppError("crypto.bad_length", "HKDF-SHA256 gives at most 8160 bytes");
    return hkdf(sha256, ikm, salt, info, length);
  },
  x25519Public: (secret) => {
    need(secret, 32, "X25519 private key");
    return x25519.getPublicKey(secret);
  },
  x25519: sharedSecret,
  ed25519Public: (seed) => {
    need(seed, 32, "Ed25519 seed");
    return ed25519.getPublicKey(seed);
  },
  ed25519Sign: (seed, message) => {
    need(seed, 32, "Ed25519 seed");
    return ed25519.sign(message, seed);
  },
  ed25519SignAside: async (seed, message) => {
    need(seed, 32, "Ed25519 seed");
    return ed25519.sign(message, seed);
  },
  ed25519Verify: verify,
  ed25519VerifyAside: async (key, message, signature) => verify(key, message, signature),
  chachaSeal: (key, nonce, plaintext, aad) => {
    need(key, 32, "ChaCha20-Poly1305 key");
    need(nonce, 12, "ChaCha20-Poly1305 nonce");
    return chacha20poly1305(key, nonce, aad).encrypt(plaintext);
  },
  chachaOpen,
};
