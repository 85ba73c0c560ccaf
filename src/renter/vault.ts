// The renter's identity at rest and as a backup: a sealed keystore under a passphrase (Argon2id, XChaCha20-Poly1305), the form of the
// box's own. What is imported may also be a Privateness key file.

import { AppError, type CryptoSuite, isAppError, type Random, Secret } from "../base/index.ts";
import {
  type Argon2Params,
  createIdentity,
  type Identity,
  openKeystore,
  parseKeyfile,
  sealKeystore,
} from "../envelope/index.ts";

export interface SealVaultOptions {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly passphrase: Secret<string>;
  readonly master: Identity;
  readonly argon2?: Argon2Params;
}

const NAME = "renter";

export function newMaster(suite: CryptoSuite, random: Random): Identity {
  return createIdentity(random, suite, NAME);
}

/** Rejects with `keystore.empty_passphrase`. */
export function sealVault(options: SealVaultOptions): Promise<string> {
  const { suite, random, passphrase, master, argon2 } = options;
  return sealKeystore({
    ...{ suite, random, unlock: { passphrase } },
    contents: {
      identities: [master],
      current: master.name,
      storageKey: new Secret(random.bytes(32)),
      secrets: {},
    },
    ...(argon2 === undefined ? {} : { argon2 }),
  });
}

/** Rejects with `renter.bad_backup`, `keystore.wrong_unlock`, `keystore.bad_file` or `keystore.bad_kdf`. */
export async function openVault(suite: CryptoSuite, text: string, passphrase: Secret<string>): Promise<Identity> {
  const { identities, current } = await openKeystore({ suite, text: text.trim(), unlock: { passphrase } });
  const master = identities.find(({ name }) => name === current);
  if (master !== undefined) return master;
  throw new AppError("renter.bad_backup", "the backup holds no identity", { hint: "Choose another file." });
}

/** Whether a text is a vault, rather than a key file. */
export function isVault(text: string): boolean {
  return /"cipher":"xchacha20-poly1305"/.test(text);
}

/**
 * The identity in a backup or a Privateness key file; `passphrase` opens either. Rejects with `renter.bad_backup` for what is neither, and
 * with `keystore.*` or `keyfile.*`.
 */
export async function importIdentity(suite: CryptoSuite, text: string, passphrase: Secret<string>): Promise<Identity> {
  if (isVault(text)) return await openVault(suite, text, passphrase);
  const password = passphrase.reveal();
  try {
    return parseKeyfile({ suite, text, ...(password === "" ? {} : { password: passphrase }) }).current;
  } catch (cause) {
    const isNone = isAppError(cause) && ["keyfile.bad_json", "keyfile.unknown_format"].includes(cause.code);
    if (!isNone) throw cause;
    throw new AppError("renter.bad_backup", "this is neither a backup nor a key file", {
      hint: "Choose the file that was saved as a backup, or paste the whole text of it.",
      cause,
    });
  }
}
