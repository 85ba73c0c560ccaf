// Whose messages this relay takes, and the one way to turn a key's text into bytes.

import { AppError } from "../../base/index.ts";
import { keyFromText } from "../../envelope/index.ts";
import type { RelayProvider } from "./options.ts";
import { refusal } from "./problems.ts";

export interface KnownProvider {
  readonly name: string;
  readonly key: Uint8Array;
}

export class Providers {
  readonly #byKey: ReadonlyMap<string, KnownProvider>;

  /** Throws `relay.bad_provider` for a key of the configuration that is none. */
  constructor(providers: readonly RelayProvider[]) {
    this.#byKey = new Map(providers.map(({ verify, name }) => [verify, { name, key: configuredKey(verify, name) }]));
  }

  has(verify: string): boolean {
    return this.#byKey.has(verify);
  }

  /** Throws `relay.unknown_provider`. */
  get(verify: string): KnownProvider {
    const provider = this.#byKey.get(verify);
    if (provider === undefined) throw refusal("relay.unknown_provider", "this relay does not serve this provider");
    return provider;
  }
}

function configuredKey(verify: string, name: string): Uint8Array {
  try {
    return keyFromText(verify, "the key");
  } catch (cause) {
    throw new AppError("relay.bad_provider", `the key of provider ${name} is not 32 bytes of base64url`, {
      cause,
      hint: "Copy the verify key that `numberbox identity show` prints on the provider's box.",
    });
  }
}

/** The bytes of a key that a request named in member `member`. Throws `relay.bad_body`. */
export function requestedKey(text: string, member: string): Uint8Array {
  try {
    return keyFromText(text, member);
  } catch {
    throw refusal("relay.bad_body", `${member}: not a key of 32 bytes in base64url`);
  }
}
