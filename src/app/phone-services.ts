// The phones of the box: their secrets are sealed under a key of their own, and their slots come from the configuration.

import { type LineId, type Secret, type SlotId, slotId } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { Line, SecretBox } from "../core/index.ts";
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

export interface PhoneServiceDeps extends Omit<PhonesDeps, "settings" | "secrets" | "bindings" | "lineFor"> {
  readonly config: BoxConfig;
  readonly store: PhonesDeps["settings"];
  readonly storageKey: Secret<Uint8Array>;
  readonly lines: () => readonly Line[];
}

/**
 * The line of a SIM in a phone: the one of its ICCID, else the slot's, unless that belongs to another SIM. Nothing is learnt here, as by
 * modems: a phone tells its SIMs late or never, and a line that was bound to one would be without service until then.
 */
export function phoneLine(lines: readonly Line[], slot: SlotId, iccid: string | null): LineId | null {
  const own = lines.find((line) => line.iccid !== null && line.iccid === iccid);
  const free = lines.find((line) => line.slot === slot && line.iccid === null && line.imsi === null);
  return (own ?? free)?.id ?? null;
}

export function createPhones(deps: PhoneServiceDeps): Phones {
  const bindings = deps.config.slots.flatMap(({ id, android }) =>
    android === undefined ? [] : [{ slot: slotId(id), phone: android.phone, sim: android.sim }],
  );
  const lineFor = (slot: SlotId, iccid: string | null): LineId | null => phoneLine(deps.lines(), slot, iccid);
  return new Phones({ ...deps, settings: deps.store, secrets: secretBox(deps), bindings, lineFor });
}
