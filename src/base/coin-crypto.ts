// What Emercoin needs beyond `CryptoSuite`: secp256k1 and RIPEMD-160. `envelope` implements it with @noble.

export interface CoinCrypto {
  sha256(data: Uint8Array): Uint8Array;
  ripemd160(data: Uint8Array): Uint8Array;
  /** The compressed public key (33 bytes) of a secret. Throws `crypto.bad_key` for a secret that is not in 1..n-1. */
  publicKey(secret: Uint8Array): Uint8Array;
  /** Whether the bytes are a compressed (33) or uncompressed (65) point of the curve. Never throws. */
  isPublicKey(bytes: Uint8Array): boolean;
  /** DER with low S and the nonce of RFC 6979 over a 32-byte hash. */
  signDer(secret: Uint8Array, hash: Uint8Array): Uint8Array;
  /** Strict DER, low S; false for anything malformed. */
  verifyDer(publicKey: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean;
  /** 65 bytes: header 31 + recovery id (compressed key), r, s. */
  signRecoverable(secret: Uint8Array, hash: Uint8Array): Uint8Array;
  /** The public key (compressed where the header says so) that made a 65-byte signature, null where there is none. */
  recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | null;
}
