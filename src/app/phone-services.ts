// The phones of the box: their secrets are sealed under a key of their own, and their slots come from the configuration.

import { type Secret, slotId } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { SecretBox } from "../core/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../envelope/index.ts";
import { Phones, type PhonesDeps } from "../phone/index.ts";

const DOMAIN = "numberbox/phones/v1";

function secretBox({ suite, storageKey, random }: PhoneServiceDeps): SecretBox {
  const key = deriveKey(suite, storageKey, DOMAIN);
  return {
    seal: (plaintext) => encryptLocal({ key, random, domain: DOMAIN, plaintext }),
    open: (box) => decryptLocal({ key, domain: DOMAIN, box }),
  };
}

export interface PhoneServiceDeps extends Omit<PhonesDeps, "settings" | "secrets" | "bindings"> {
  readonly config: BoxConfig;
  readonly store: PhonesDeps["settings"];
  readonly storageKey: Secret<Uint8Array>;
}

export function createPhones(deps: PhoneServiceDeps): Phones {
  const bindings = deps.config.slots.flatMap(({ id, android }) =>
    android === undefined ? [] : [{ slot: slotId(id), phone: android.phone, sim: android.sim }],
  );
  return new Phones({ ...deps, settings: deps.store, secrets: secretBox(deps), bindings });
}
