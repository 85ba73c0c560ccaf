// All profiles, the most specific first.

import { genericProfile } from "./generic.ts";
import type { ModemProfile } from "./profile.ts";

export type { ModemProfile } from "./profile.ts";
export { genericProfile };

const PROFILES: readonly ModemProfile[] = [genericProfile];

export function profileFor(identity: { readonly manufacturer: string; readonly model: string }): ModemProfile {
  return PROFILES.find((profile) => profile.matches(identity)) ?? genericProfile;
}
