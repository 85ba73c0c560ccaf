// The primitives behind the formats, as a port: `envelope/` implements it with @noble (browser, reference), `system-crypto.ts`
// with OpenSSL through node:crypto (the box's hot path). One contract suite runs over both.

export interface CryptoSuite {
  sha256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** RFC 5869. An empty `salt` stands for 32 zero bytes. Throws `crypto.bad_length` when `length` exceeds 8160 bytes. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  /** RFC 7748: the public key of a 32-byte private key. */
  x25519Public(privateKey: Uint8Array): Uint8Array;
  /** RFC 7748 section 6.1. Throws `crypto.low_order` when the result is all zeros. */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** RFC 8032: the public key of a 32-byte seed. */
  ed25519Public(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** The same, beside the thread that asks where the platform has others. Rejects with `crypto.bad_length`. */
  ed25519SignAside(seed: Uint8Array, message: Uint8Array): Promise<Uint8Array>;
  /** Strict RFC 8032 verification; false, never an exception, for malformed keys and signatures. Small-order keys are refused. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** The same, beside the thread that asks where the platform has others; never rejects. For who has many to verify and other work. */
  ed25519VerifyAside(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** RFC 8439: ciphertext followed by the 16-byte tag. */
  chachaSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array;
  /** Throws `crypto.bad_tag` when the tag does not verify. */
  chachaOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Uint8Array;
}
