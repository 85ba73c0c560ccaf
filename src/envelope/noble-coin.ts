// CoinCrypto over @noble: secp256k1 and RIPEMD-160, which Emercoin's addresses, signatures and messages need.

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { AppError, type CoinCrypto, concatBytes } from "../base/index.ts";

const { Point, Signature } = secp256k1;
/** First byte of a message signature: 27 + recovery id, 4 more if the address is of the compressed key (Bitcoin's key.cpp). */
const HEADER = 27;
const HEADER_COMPRESSED = 31;

function checkSecret(secret: Uint8Array): void {
  if (!secp256k1.utils.isValidSecretKey(secret)) {
    throw new AppError("crypto.bad_key", "a secp256k1 private key must be 32 bytes in the range of the group");
  }
}

function checkHash(hash: Uint8Array): void {
  if (hash.length !== 32) {
    throw new AppError("crypto.bad_length", "what is signed must be a hash of 32 bytes", {
      context: { length: hash.length },
    });
  }
}

/** Compressed and uncompressed forms only: the hybrid forms 06 and 07 of old OpenSSL are refused, as the node's policy does. */
function isPublicKey(bytes: Uint8Array): boolean {
  return secp256k1.utils.isValidPublicKey(bytes);
}

function verifyDer(publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean {
  if (hash.length !== 32) return false;
  try {
    return secp256k1.verify(signature, hash, publicKey, { prehash: false, lowS: true, format: "der" });
  } catch {
    // No strict DER, or no point of the curve.
    return false;
  }
}

function recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | null {
  const header = signature[0] ?? 0;
  if (hash.length !== 32 || signature.length !== 65 || header < HEADER || header > HEADER + 7) return null;
  const compressed = header >= HEADER_COMPRESSED;
  try {
    const point = Signature.fromBytes(signature.subarray(1), "compact")
      .addRecoveryBit((header - HEADER) & 3)
      .recoverPublicKey(hash);
    return Point.fromAffine(point.toAffine()).toBytes(compressed);
  } catch {
    // r or s out of range, r no x of the curve, or the point at infinity.
    return null;
  }
}

/** The pure implementation, the same on the box, in commands and in the simulated node. */
export const nobleCoin: CoinCrypto = {
  sha256: (data) => sha256(data),
  ripemd160: (data) => ripemd160(data),
  publicKey: (secret) => {
    checkSecret(secret);
    return secp256k1.getPublicKey(secret, true);
  },
  isPublicKey,
  signDer: (secret, hash) => {
    checkSecret(secret);
    checkHash(hash);
    return secp256k1.sign(hash, secret, { prehash: false, lowS: true, format: "der" });
  },
  verifyDer,
  signRecoverable: (secret, hash) => {
    checkSecret(secret);
    checkHash(hash);
    const [id = 0, ...rs] = secp256k1.sign(hash, secret, { prehash: false, lowS: true, format: "recovered" });
    return concatBytes(Uint8Array.of(HEADER_COMPRESSED + id), Uint8Array.from(rs));
  },
  recover,
};
