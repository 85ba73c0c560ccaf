// Seals what a renter keeps on his own disk, under a key that follows from his seed.

import { AppError, type CryptoSuite, hasCode, type Random, type Secret } from "../base/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../envelope/index.ts";
import type { Folder } from "./folder.ts";

/** `open` throws `renter.state_key` for bytes of another key. */
export interface LocalSeal {
  seal(plain: Uint8Array): Uint8Array;
  open(sealed: Uint8Array): Uint8Array;
}

export interface LocalSealOptions {
  readonly folder: Pick<Folder, "path">;
  /** The renter's seed. */
  readonly seed: Secret<Uint8Array>;
  readonly suite: CryptoSuite;
  readonly random: Random;
}

/** `domain` says what the bytes are for: those of one domain never open in another. */
export function localSeal(options: LocalSealOptions, domain: string): LocalSeal {
  const key = deriveKey(options.suite, options.seed, domain);
  return {
    seal: (plaintext) => encryptLocal({ key, random: options.random, domain, plaintext }),
    open: (box) => {
      try {
        return decryptLocal({ key, domain, box });
      } catch (cause) {
        if (!hasCode(cause, "envelope.bad_box")) throw cause;
        throw new AppError("renter.state_key", `${options.folder.path} was changed or belongs to another key`, {
          hint: "Use the key file it was made with, or choose another folder with --state.",
          cause,
        });
      }
    },
  };
}
