// Gives a box another identity. The old one stays in the keystore, since receipts and grants of the past were signed with it.

import { AppError, equalBytes, toHex } from "../base/index.ts";
import { type Identity, identityFromSeed, type KeystoreContents } from "../envelope/index.ts";
import {
  createKeystoreFile,
  currentIdentity,
  type KeystoreDeps,
  openKeystoreFile,
  writeKeystoreFile,
} from "./keystore-file.ts";

export interface ImportedIdentity {
  /** `same`: the box had this very identity in use already. */
  readonly outcome: "created" | "replaced" | "same";
  /** Name under which the identity that was in use is kept; null where there was none. */
  readonly kept: string | null;
}

/** One key under a name that is free, in place of the name it had. */
function renamed(deps: KeystoreDeps, identity: Identity, taken: string): Identity {
  if (identity.name !== taken) return identity;
  const name = `${identity.name}-${toHex(identity.verify.subarray(0, 4))}`;
  return identityFromSeed(deps.suite, { name, seed: identity.seed.reveal(), nonce: identity.nonce });
}

function withIdentity(deps: KeystoreDeps, contents: KeystoreContents, identity: Identity): KeystoreContents {
  const others = contents.identities
    .filter((each) => !equalBytes(each.verify, identity.verify))
    .map((each) => renamed(deps, each, identity.name));
  return { ...contents, identities: [identity, ...others], current: identity.name };
}

/**
 * Takes an identity into the keystore of a box that does not run (hold its data folder). Errors: `identity.exists` where the box has
 * another one in use and `replace` is not set, `keystore.*`, `app.cannot_write`, `store.full`.
 */
export async function importIdentity(
  deps: KeystoreDeps,
  identity: Identity,
  { replace }: { readonly replace: boolean },
): Promise<ImportedIdentity> {
  const contents = await openKeystoreFile(deps);
  if (contents === null) {
    await createKeystoreFile(deps, identity);
    return { outcome: "created", kept: null };
  }
  const before = currentIdentity(contents);
  if (equalBytes(before.verify, identity.verify) && before.name === identity.name)
    return { outcome: "same", kept: null };
  if (!replace) {
    throw new AppError("identity.exists", `the box has an identity already, "${before.name}"`, {
      hint: "Add --replace to use the other one from now on; relays and renters must then be told its verify key.",
    });
  }
  const next = withIdentity(deps, contents, identity);
  await writeKeystoreFile(deps, next);
  return {
    outcome: "replaced",
    kept: next.identities.find(({ verify }) => equalBytes(verify, before.verify))?.name ?? null,
  };
}
