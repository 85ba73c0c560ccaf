// The sealed keystore on disk and what unlocks it.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type CryptoSuite, fromUtf8, type Random, Secret, systemCodeOf, wrapError } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  createIdentity,
  type Identity,
  type KeystoreContents,
  openKeystore,
  sealKeystore,
  type Unlock,
} from "../envelope/index.ts";
import { BOX_DATABASE, readIfThere, replaceFile } from "./data-folder.ts";
import { inDataFolder } from "./in-data-folder.ts";

export interface KeystoreDeps {
  readonly folder: string;
  readonly unlock: BoxConfig["unlock"];
  /** `CREDENTIALS_DIRECTORY` of systemd, if any. */
  readonly credentials: string | undefined;
  readonly suite: CryptoSuite;
  readonly random: Random;
}

/** In the data folder. */
export const KEYSTORE_FILE = "keystore.json";

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function readSecretFile(file: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw wrapError(cause, "keystore.no_unlock", `${what} ${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Provide the file that `unlock` names; without it the box cannot read its keys.",
    });
  }
}

/** The text of a file or credential without the newline that an editor puts at its end. */
function passphrase(bytes: Uint8Array, what: string): Unlock {
  try {
    return { passphrase: new Secret(fromUtf8(bytes).replace(/\r?\n$/, "")) };
  } catch {
    // Random bytes read as text would lose most of what makes them secret.
    throw new AppError("keystore.bad_passphrase", `the ${what} does not hold text in UTF-8`, {
      hint: "Write a passphrase into it; 32 random bytes belong into `key_file` or a credential of that length.",
    });
  }
}

async function unlockBy(deps: KeystoreDeps): Promise<Unlock> {
  const { key_file, passphrase_file, credential } = deps.unlock;
  if (passphrase_file !== undefined) {
    return passphrase(await readSecretFile(passphrase_file, "passphrase file"), "passphrase file");
  }
  if (credential !== undefined) {
    const bytes = await readSecretFile(join(deps.credentials ?? "/run/credentials", credential), "credential");
    return bytes.length === 32 ? { key: new Secret(new Uint8Array(bytes)) } : passphrase(bytes, "credential");
  }
  return { key: await keyFile(deps, key_file ?? "unlock.key") };
}

/** Reads the key file, or makes it on the very first start. It is never made anew while a keystore exists. */
async function keyFile(deps: KeystoreDeps, name: string): Promise<Secret<Uint8Array>> {
  const file = inDataFolder(deps.folder, name);
  const sealed = await readIfThere(join(deps.folder, KEYSTORE_FILE));
  if (sealed === null && !(await isThere(file))) await replaceFile(file, deps.random.bytes(32));
  const bytes = await readSecretFile(file, "key file");
  if (bytes.length !== 32) {
    throw new AppError("keystore.bad_key_file", `${file} must hold exactly 32 bytes`, {
      hint: "Restore the key file from its backup.",
      context: { length: bytes.length },
    });
  }
  return new Secret(new Uint8Array(bytes));
}

/** Opens the keystore of a box; null if there is none yet. Errors: `keystore.*`. */
export async function openKeystoreFile(deps: KeystoreDeps): Promise<KeystoreContents | null> {
  const text = await readIfThere(join(deps.folder, KEYSTORE_FILE));
  return text === null ? null : await openKeystore({ suite: deps.suite, unlock: await unlockBy(deps), text });
}

/** Makes the keystore of a box that has none, with this identity. Errors: `keystore.*`. */
export async function createKeystoreFile(deps: KeystoreDeps, identity: Identity): Promise<KeystoreContents> {
  const file = join(deps.folder, KEYSTORE_FILE);
  // The keystore is made before the database: a database without one is no first start.
  if (await isThere(join(deps.folder, BOX_DATABASE))) {
    throw new AppError("keystore.missing", `${file} is missing, but the box has a database already`, {
      hint: "Restore the keystore from a backup: with new keys no rental would hold and nothing sealed could be read.",
    });
  }
  const contents: KeystoreContents = {
    identities: [identity],
    current: identity.name,
    storageKey: new Secret(deps.random.bytes(32)),
    secrets: {},
  };
  await writeKeystoreFile(deps, contents);
  return contents;
}

/** Writes the whole keystore anew, sealed as it was. Errors: `keystore.*`, those of `replaceFile`. */
export async function writeKeystoreFile(deps: KeystoreDeps, contents: KeystoreContents): Promise<void> {
  const { suite, random } = deps;
  const sealed = await sealKeystore({ suite, random, unlock: await unlockBy(deps), contents });
  await replaceFile(join(deps.folder, KEYSTORE_FILE), sealed);
}

/** Opens the keystore; on the first start makes one with a fresh identity of the given name. Errors: `keystore.*`. */
export async function openOrCreateKeystore(deps: KeystoreDeps, name: string): Promise<KeystoreContents> {
  const { suite, random } = deps;
  return (await openKeystoreFile(deps)) ?? (await createKeystoreFile(deps, createIdentity(random, suite, name)));
}

/** The identity in use. Throws `keystore.bad_file` when the keystore names none. */
export function currentIdentity(contents: KeystoreContents): Identity {
  const identity = contents.identities.find((candidate) => candidate.name === contents.current);
  if (identity === undefined)
    throw new AppError("keystore.bad_file", "the keystore names an identity that it does not hold");
  return identity;
}
