// All profiles, the most specific first.

import { CINTERION_PROFILES } from "./cinterion.ts";
import { FIBOCOM_PROFILES } from "./fibocom.ts";
import { genericProfile } from "./generic.ts";
import { HUAWEI_PROFILES } from "./huawei.ts";
import type { ModelIdentity, ModemProfile } from "./profile.ts";
import { QUECTEL_PROFILES } from "./quectel.ts";
import { SIERRA_PROFILES } from "./sierra.ts";
import { SIMCOM_PROFILES } from "./simcom.ts";
import { TELIT_PROFILES } from "./telit.ts";
import { UBLOX_PROFILES } from "./u-blox.ts";
import { ZTE_PROFILES } from "./zte.ts";

export { type IndicationWish, indicationAttempts } from "./indications.ts";
export type { ModelIdentity, ModemProfile, UsbLayout } from "./profile.ts";
export type { Persistent, VoiceProfile } from "./voice.ts";
export { genericProfile };

/** Cinterion's come before Telit's: its new owner writes "Telit Cinterion". */
export const PROFILES: readonly ModemProfile[] = [
  ...QUECTEL_PROFILES,
  ...SIMCOM_PROFILES,
  ...HUAWEI_PROFILES,
  ...SIERRA_PROFILES,
  ...CINTERION_PROFILES,
  ...TELIT_PROFILES,
  ...UBLOX_PROFILES,
  ...FIBOCOM_PROFILES,
  ...ZTE_PROFILES,
  genericProfile,
];

/** The profile for a modem that names itself so; the generic one for a stranger. */
export function profileFor(identity: ModelIdentity): ModemProfile {
  return PROFILES.find((profile) => profile.matches(identity)) ?? genericProfile;
}

/**
 * The profile of a USB device, null for a device that no profile knows. Where several share an id, their interfaces are the same and
 * the model decides later which it is.
 */
export function profileOfUsb(usbId: string): ModemProfile | null {
  return PROFILES.find((profile) => profile.usb.some((layout) => layout.usbId === usbId)) ?? null;
}
