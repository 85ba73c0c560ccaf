// All profiles, the most specific first.

import { genericProfile } from "./generic.ts";
import type { ModelIdentity, ModemProfile } from "./profile.ts";

export type { ModelIdentity, ModemProfile, UsbLayout } from "./profile.ts";
export { genericProfile };

const PROFILES: readonly ModemProfile[] = [genericProfile];

/** The profile for a modem that names itself so; the generic one for a stranger. */
export function profileFor(identity: ModelIdentity): ModemProfile {
  return PROFILES.find((profile) => profile.matches(identity)) ?? genericProfile;
}

/** The profile of a USB device and its interfaces, null for a device that no profile knows. */
export function profileOfUsb(usbId: string): ModemProfile | null {
  return PROFILES.find((profile) => profile.usb.some((layout) => layout.usbId === usbId)) ?? null;
}
