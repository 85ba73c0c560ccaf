// Identity keys of the Privateness network: one 32-byte seed gives the Ed25519 verify key and, by the same raw bytes, the X25519
// encrypt key. Neither public key follows from the other, so both are always carried together.

import { AppError, type CryptoSuite, fromBase64url, type Random, Secret, toBase64url, utf8 } from "../base/index.ts";

export interface PublicKeys {
  /** Ed25519, 32 bytes. */
  readonly verify: Uint8Array;
  /** X25519, 32 bytes. */
  readonly encrypt: Uint8Array;
}

/** `PublicKeys` as base64url texts: the form in rentals, grants and the API. */
export interface PublicKeysText {
  readonly verify: string;
  readonly encrypt: string;
}

export interface Identity extends PublicKeys {
  readonly name: string;
  /** The 32-byte Ed25519 seed, which is also the X25519 private key. */
  readonly seed: Secret<Uint8Array>;
  /** 16 bytes published with the keys (WORM attribute `nonce`). */
  readonly nonce: Uint8Array;
}

const NEW_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const NAME_MAX_BYTES = 497;

/** An identity of given keys. Throws `identity.bad_name`, `identity.bad_seed` or `identity.bad_nonce`. */
export function identityFromSeed(
  suite: CryptoSuite,
  parts: { readonly name: string; readonly seed: Uint8Array; readonly nonce: Uint8Array },
): Identity {
  const nameBytes = utf8(parts.name).length;
  if (nameBytes === 0 || nameBytes > NAME_MAX_BYTES) {
    throw new AppError("identity.bad_name", `an identity's name must be 1-${NAME_MAX_BYTES} bytes of UTF-8`, {
      hint: "Choose a shorter name.",
      context: { bytes: nameBytes },
    });
  }
  if (parts.seed.length !== 32) throw new AppError("identity.bad_seed", "an identity's seed must be 32 bytes");
  if (parts.nonce.length !== 16) throw new AppError("identity.bad_nonce", "an identity's nonce must be 16 bytes");
  return {
    name: parts.name,
    seed: new Secret(parts.seed.slice()),
    verify: suite.ed25519Public(parts.seed),
    encrypt: suite.x25519Public(parts.seed),
    nonce: parts.nonce.slice(),
  };
}

/** A fresh identity. `name`: 1-63 of a-z 0-9 . _ - (it becomes part of a chain name). Throws `identity.bad_name`. */
export function createIdentity(random: Random, suite: CryptoSuite, name: string): Identity {
  if (!NEW_NAME.test(name)) {
    throw new AppError("identity.bad_name", "a new identity's name must be 1-63 of a-z 0-9 . _ -", {
      hint: "Use lower-case letters, digits, dot, underscore and hyphen, starting with a letter or digit.",
    });
  }
  return identityFromSeed(suite, { name, seed: random.bytes(32), nonce: random.bytes(16) });
}

/** Decodes a 32-byte key of any base64 form. Throws `identity.bad_key` naming `what`. */
export function keyFromText(text: string, what: string): Uint8Array {
  let key: Uint8Array;
  try {
    key = fromBase64url(text);
  } catch (cause) {
    throw new AppError("identity.bad_key", `${what} is not base64url`, { cause });
  }
  if (key.length !== 32)
    throw new AppError("identity.bad_key", `${what} must be 32 bytes`, { context: { length: key.length } });
  return key;
}

export function publicKeysToText(keys: PublicKeys): PublicKeysText {
  return { verify: toBase64url(keys.verify), encrypt: toBase64url(keys.encrypt) };
}

// Any clamped scalar is a multiple of 8, so the product with a small-order point is zero whatever this scalar is.
const PROBE = new Uint8Array(32).fill(1);

/**
 * Decodes and judges someone else's public keys: an encrypt key of small order would make every envelope to it readable by anyone.
 * Throws `identity.bad_key`.
 */
export function publicKeysFromText(suite: CryptoSuite, text: PublicKeysText): PublicKeys {
  const keys = {
    verify: keyFromText(text.verify, "the verify key"),
    encrypt: keyFromText(text.encrypt, "the encrypt key"),
  };
  try {
    suite.x25519(PROBE, keys.encrypt);
  } catch (cause) {
    throw new AppError("identity.bad_key", "the encrypt key has small order", { cause });
  }
  return keys;
}
