// Identities sealed by a passphrase, in the form of a box's keystore.

import { type CryptoSuite, type Random, Secret } from "../base/index.ts";
import { type Identity, sealKeystore } from "../envelope/index.ts";

export interface SealIdentities {
  readonly identities: readonly Identity[];
  /** Name of the one in use. */
  readonly current: string;
  readonly passphrase: Secret<string>;
}

/** The text of the file (Argon2id, XChaCha20-Poly1305). */
export async function sealIdentities(
  { suite, random }: { readonly suite: CryptoSuite; readonly random: Random },
  { identities, current, passphrase }: SealIdentities,
): Promise<string> {
  // Its storage key belongs to no box.
  const storageKey = new Secret(random.bytes(32));
  return await sealKeystore({
    ...{ suite, random, unlock: { passphrase } },
    contents: { identities, current, storageKey, secrets: {} },
  });
}
