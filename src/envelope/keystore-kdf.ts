// From an unlock secret to a keystore's key: passphrases go through Argon2id (RFC 9106), a 32-byte key (systemd credential, key file)
// through HKDF alone, being random already. Parameters read from a file are bounded: a forged file must not exhaust a Pi.

import { argon2id } from "hash-wasm";
import { AppError, type CryptoSuite, fromBase64url, Secret, toBase64url, utf8 } from "../base/index.ts";
import type { CanonicalInput } from "./canonical-parse.ts";

/** What opens a keystore. */
export type Unlock = { readonly passphrase: Secret<string> } | { readonly key: Secret<Uint8Array> };

export interface Argon2Params {
  /** Memory in KiB, 8192-262144. */
  readonly memory_kib: number;
  /** Passes, 1-10. */
  readonly iterations: number;
  /** Lanes, 1-4. */
  readonly parallelism: number;
}

/** About a second on a Raspberry Pi 4 (RFC 9106 section 4, second recommended option, with one lane). */
export const DEFAULT_ARGON2: Argon2Params = { memory_kib: 65_536, iterations: 3, parallelism: 1 };

export type KeystoreKdf =
  | ({ readonly name: "argon2id"; readonly salt: string } & Argon2Params)
  | { readonly name: "hkdf" };

const INFO = utf8("numberbox/keystore/v1");
const NO_SALT = new Uint8Array(0);
const SALT_LENGTH = 16;
const BOUNDS = { memory_kib: [8192, 262_144], iterations: [1, 10], parallelism: [1, 4] } as const;

function badKdf(what: string): AppError {
  return new AppError("keystore.bad_kdf", `the keystore's key derivation is not usable: ${what}`, {
    hint: "Restore the keystore from a backup.",
  });
}

function bounded(name: keyof typeof BOUNDS, value: unknown): number {
  const [low, high] = BOUNDS[name];
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw badKdf(`${name} must be ${low}-${high}`);
  }
  return value;
}

function argon2Params(params: { readonly [name: string]: unknown }): Argon2Params {
  return {
    memory_kib: bounded("memory_kib", params.memory_kib),
    iterations: bounded("iterations", params.iterations),
    parallelism: bounded("parallelism", params.parallelism),
  };
}

function saltText(value: unknown): string {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]{22}$/.test(value))
    throw badKdf(`salt must be ${SALT_LENGTH} bytes`);
  return value;
}

/** The derivation for a new keystore. `salt` is 16 random bytes, unused with a key. Throws `keystore.bad_kdf`. */
export function newKdf(unlock: Unlock, salt: Uint8Array, params: Argon2Params): KeystoreKdf {
  if ("key" in unlock) return { name: "hkdf" };
  return { name: "argon2id", ...argon2Params({ ...params }), salt: toBase64url(salt) };
}

/** The derivation that a file names. Throws `keystore.bad_kdf`. */
export function readKdf(value: CanonicalInput | undefined): KeystoreKdf {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badKdf("it must be an object");
  if (value.name === "hkdf") return { name: "hkdf" };
  if (value.name !== "argon2id") throw badKdf("its name is unknown");
  return { name: "argon2id", ...argon2Params(value), salt: saltText(value.salt) };
}

async function fromPassphrase(passphrase: string, kdf: Argon2Params & { readonly salt: string }): Promise<Uint8Array> {
  // NFKC: the same passphrase typed on another keyboard must give the same bytes.
  const password = utf8(passphrase.normalize("NFKC"));
  if (password.length === 0) {
    throw new AppError("keystore.empty_passphrase", "the passphrase is empty", { hint: "Type a passphrase." });
  }
  return argon2id({
    password,
    salt: fromBase64url(kdf.salt),
    memorySize: kdf.memory_kib,
    iterations: kdf.iterations,
    parallelism: kdf.parallelism,
    hashLength: 32,
    outputType: "binary",
  });
}

/**
 * The 32-byte key of a keystore. Rejects with `keystore.needs_passphrase`, `keystore.needs_key`, `keystore.empty_passphrase` or
 * `crypto.bad_length`.
 */
export async function keystoreKey(suite: CryptoSuite, unlock: Unlock, kdf: KeystoreKdf): Promise<Secret<Uint8Array>> {
  if (kdf.name === "argon2id") {
    if ("passphrase" in unlock) return new Secret(await fromPassphrase(unlock.passphrase.reveal(), kdf));
    throw new AppError("keystore.needs_passphrase", "the keystore is sealed with a passphrase", {
      hint: "Give the passphrase.",
    });
  }
  if ("passphrase" in unlock) {
    throw new AppError("keystore.needs_key", "the keystore is sealed with a key file or credential", {
      hint: "Give the key file or the systemd credential.",
    });
  }
  const key = unlock.key.reveal();
  if (key.length !== 32) throw new AppError("crypto.bad_length", "an unlock key must be 32 bytes");
  return new Secret(suite.hkdfSha256(key, NO_SALT, INFO, 32));
}
