// The phones of the box: their secrets are sealed under a key of their own, and their slots come from the configuration.

import { type LineId, type SlotId, slotId } from "../base/index.ts";
import type { IntakePort, SecretBox } from "../core/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../envelope/index.ts";
import { Phones, type PhonesDeps } from "../phone/index.ts";
import type { ServiceDeps } from "./box-services.ts";

const DOMAIN = "numberbox/phones/v1";

function secretBox({ suite, storageKey, random }: Pick<ServiceDeps, "suite" | "storageKey" | "random">): SecretBox {
  const key = deriveKey(suite, storageKey, DOMAIN);
  return {
    seal: (plaintext) => encryptLocal({ key, random, domain: DOMAIN, plaintext }),
    open: (box) => decryptLocal({ key, domain: DOMAIN, box }),
  };
}

export interface PhoneServiceDeps extends ServiceDeps, Pick<PhonesDeps, "events"> {
  readonly intake: IntakePort;
  readonly lineFor: (slot: SlotId) => LineId | null;
  readonly onChange: (slot: SlotId) => void;
}

export function createPhones(deps: PhoneServiceDeps): Phones {
  const bindings = deps.config.slots.flatMap(({ id, android }) =>
    android === undefined ? [] : [{ slot: slotId(id), phone: android.phone, sim: android.sim }],
  );
  return new Phones({ ...deps, settings: deps.store, secrets: secretBox(deps), bindings });
}
