// How a profile recognises its modems by what they say of themselves.

import type { ModelIdentity, ModemProfile } from "./profile.ts";

/** Manufacturers that say nothing: the chip's maker, or half a name. The model alone decides then. */
const VAGUE = /^\W*(?:|qualcomm.*|incorporated|manufacturer.*|inc\.?|linux|generic|unknown|undefined|n\/a)\W*$/i;

/** Modems whose model fits, from this manufacturer or from one that does not name itself. */
export function named(manufacturer: RegExp, model: RegExp): ModemProfile["matches"] {
  return (identity: ModelIdentity): boolean =>
    model.test(identity.model) && (VAGUE.test(identity.manufacturer) || says(manufacturer, identity));
}

/** Every modem of this manufacturer: for the last profile of a vendor, which takes what the others leave. */
export function madeBy(manufacturer: RegExp): ModemProfile["matches"] {
  return (identity: ModelIdentity): boolean => says(manufacturer, identity);
}

/** Some put their name into the model only. */
function says(manufacturer: RegExp, { manufacturer: name, model }: ModelIdentity): boolean {
  return manufacturer.test(name) || manufacturer.test(model);
}

export function either(...matchers: readonly ModemProfile["matches"][]): ModemProfile["matches"] {
  return (identity) => matchers.some((matches) => matches(identity));
}
