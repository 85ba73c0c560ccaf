// The box's sealed keystore: identities, storage key and small secrets in one file that is worthless without its unlock secret. A
// canonical JSON text; version, derivation and cipher are the AAD, so that none of them can be changed unnoticed.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  type Random,
  Secret,
  toBase64url,
  wipe,
} from "../base/index.ts";
import { canonicalBytes, canonicalJson } from "./canonical-json.ts";
import { type CanonicalInput, parseCanonicalInput } from "./canonical-parse.ts";
import { type Identity, identityFromSeed } from "./identity.ts";
import {
  type Argon2Params,
  DEFAULT_ARGON2,
  type KeystoreKdf,
  keystoreKey,
  newKdf,
  readKdf,
  type Unlock,
} from "./keystore-kdf.ts";

export interface KeystoreContents {
  readonly identities: readonly Identity[];
  /** Name of the identity in use. */
  readonly current: string;
  /** 32 bytes; encrypts what the box keeps at rest. */
  readonly storageKey: Secret<Uint8Array>;
  /** Small secrets by name (printable ASCII), such as a relay token. */
  readonly secrets: Readonly<Record<string, Secret<string>>>;
}

export interface SealKeystoreOptions {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly unlock: Unlock;
  readonly contents: KeystoreContents;
  /** Default `DEFAULT_ARGON2`; unused with a key. */
  readonly argon2?: Argon2Params;
}

export interface OpenKeystoreOptions {
  readonly suite: CryptoSuite;
  readonly unlock: Unlock;
  readonly text: string;
}

const CIPHER = "xchacha20-poly1305";
const NONCE_LENGTH = 24;
const TAG_LENGTH = 16;

type InputObject = { readonly [name: string]: CanonicalInput };

function aadOf(kdf: KeystoreKdf): Uint8Array {
  return canonicalBytes({ v: 1, kdf, cipher: CIPHER });
}

function packContents(contents: KeystoreContents): Uint8Array {
  const { identities, current, storageKey, secrets } = contents;
  return canonicalBytes({
    v: 1,
    current,
    storage_key: toBase64url(storageKey.reveal()),
    identities: identities.map(({ name, seed, nonce }) => ({
      name,
      seed: toBase64url(seed.reveal()),
      nonce: toBase64url(nonce),
    })),
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()])),
  });
}

/** Seals `contents`; the text is the file. Rejects with `keystore.bad_kdf`, `keystore.empty_passphrase` or `crypto.bad_length`. */
export async function sealKeystore(options: SealKeystoreOptions): Promise<string> {
  const { suite, random, unlock, contents, argon2 = DEFAULT_ARGON2 } = options;
  const kdf = newKdf(unlock, random.bytes(16), argon2);
  const key = await keystoreKey(suite, unlock, kdf);
  const nonce = random.bytes(NONCE_LENGTH);
  const plaintext = packContents(contents);
  const box = xchacha20poly1305(key.reveal(), nonce, aadOf(kdf)).encrypt(plaintext);
  wipe(plaintext);
  return canonicalJson({ v: 1, kdf, cipher: CIPHER, nonce: toBase64url(nonce), box: toBase64url(box) });
}

function badFile(what: string): AppError {
  return new AppError("keystore.bad_file", `the keystore ${what}`, { hint: "Restore the keystore from a backup." });
}

function objectIn(value: CanonicalInput | undefined, what: string): InputObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badFile(`has no object ${what}`);
  return value;
}

function textIn(object: InputObject, name: string): string {
  const value = object[name];
  if (typeof value !== "string") throw badFile(`has no text ${name}`);
  return value;
}

function bytesIn(object: InputObject, name: string): Uint8Array {
  try {
    return fromBase64url(textIn(object, name));
  } catch {
    throw badFile(`has no base64url ${name}`);
  }
}

function unpackContents(suite: CryptoSuite, plaintext: Uint8Array): KeystoreContents {
  const object = objectIn(parseCanonicalInput(fromUtf8(plaintext)), "contents");
  if (object.v !== 1 || !Array.isArray(object.identities)) throw badFile("holds contents of another version");
  const identities = object.identities.map((item) => {
    const members = objectIn(item, "identity");
    return identityFromSeed(suite, {
      name: textIn(members, "name"),
      seed: bytesIn(members, "seed"),
      nonce: bytesIn(members, "nonce"),
    });
  });
  const secrets = objectIn(object.secrets, "secrets");
  return {
    identities,
    current: textIn(object, "current"),
    storageKey: new Secret(bytesIn(object, "storage_key")),
    secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, new Secret(textIn(secrets, name))])),
  };
}

function parseFile(text: string): InputObject {
  try {
    return objectIn(parseCanonicalInput(text), "at all");
  } catch (cause) {
    throw new AppError("keystore.bad_file", "the keystore is not a keystore file", {
      hint: "Restore the keystore from a backup.",
      cause,
    });
  }
}

/**
 * Opens a keystore. Rejects with `keystore.bad_file`, `keystore.bad_kdf`, `keystore.wrong_unlock` (wrong secret or changed file),
 * `keystore.needs_passphrase`, `keystore.needs_key`, `keystore.empty_passphrase` or `crypto.bad_length`.
 */
export async function openKeystore(options: OpenKeystoreOptions): Promise<KeystoreContents> {
  const { suite, unlock, text } = options;
  const file = parseFile(text);
  if (file.v !== 1 || file.cipher !== CIPHER) throw badFile("is of another version");
  const nonce = bytesIn(file, "nonce");
  const box = bytesIn(file, "box");
  if (nonce.length !== NONCE_LENGTH || box.length < TAG_LENGTH) throw badFile("was cut");
  const kdf = readKdf(file.kdf);
  const key = await keystoreKey(suite, unlock, kdf);
  let plaintext: Uint8Array;
  try {
    plaintext = xchacha20poly1305(key.reveal(), nonce, aadOf(kdf)).decrypt(box);
  } catch (cause) {
    throw new AppError("keystore.wrong_unlock", "the keystore does not open with this secret", {
      hint: "Check the passphrase or key file; if it is right, restore the keystore from a backup.",
      cause,
    });
  }
  const contents = unpackContents(suite, plaintext);
  wipe(plaintext);
  return contents;
}
