// CoinCrypto over @noble: secp256k1 and RIPEMD-160 as Emercoin uses them.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { AppError, type CoinCrypto, concatBytes } from "../base/index.ts";

const { Point, Signature } = secp256k1;
/** Hashes come in as they are: the caller has hashed already. */
const PREHASHED = { prehash: false, lowS: true } as const;
/** First header byte of a signature whose key is compressed (Bitcoin's `signmessage`). */
const COMPRESSED = 31;

function needHash(hash: Uint8Array): void {
  if (hash.length !== 32) throw new AppError("crypto.bad_length", "a hash to sign must be 32 bytes");
}

function needSecret(secret: Uint8Array): void {
  if (!secp256k1.utils.isValidSecretKey(secret)) {
    throw new AppError("crypto.bad_key", "a secp256k1 secret must be 32 bytes between 1 and the group order");
  }
}

/** A point, null for bytes that are none. */
function pointOf(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}

function recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | null {
  const header = signature[0] ?? 0;
  if (signature.length !== 65 || hash.length !== 32 || header < 27 || header > 34) return null;
  const compressed = header >= COMPRESSED;
  try {
    const parsed = Signature.fromBytes(signature.subarray(1), "compact").addRecoveryBit((header - 27) & 3);
    return parsed.recoverPublicKey(hash).toBytes(compressed);
  } catch {
    // r or s out of range, or r is no point's coordinate.
    return null;
  }
}

export const nobleCoin: CoinCrypto = {
  sha256: (data) => sha256(data),
  ripemd160: (data) => ripemd160(data),
  publicKey: (secret) => {
    needSecret(secret);
    return secp256k1.getPublicKey(secret, true);
  },
  isPublicKey: (bytes) => (bytes.length === 33 || bytes.length === 65) && pointOf(bytes) !== null,
  signDer: (secret, hash) => {
    needSecret(secret);
    needHash(hash);
    return secp256k1.sign(hash, secret, { ...PREHASHED, format: "der" });
  },
  verifyDer: (publicKey, hash, signature) => {
    if (hash.length !== 32 || pointOf(publicKey) === null) return false;
    try {
      return secp256k1.verify(signature, hash, publicKey, { ...PREHASHED, format: "der" });
    } catch {
      // Not strict DER.
      return false;
    }
  },
  signRecoverable: (secret, hash) => {
    needSecret(secret);
    needHash(hash);
    // noble puts the recovery id (0-3) first.
    const [id = 0, ...rest] = secp256k1.sign(hash, secret, { ...PREHASHED, format: "recovered" });
    return concatBytes(Uint8Array.of(COMPRESSED + id), Uint8Array.from(rest));
  },
  recover,
};
