// What a slot has found out about its modem and SIM so far.

import type { IccidCommand } from "../at/index.ts";
import type { VoiceAbility } from "../core/index.ts";
import { genericProfile, type ModemProfile } from "./profiles/index.ts";

export interface Findings {
  readonly profile: ModemProfile;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  readonly imei: string;
  readonly iccid: string | null;
  /** The form of the ICCID command that this modem answered. */
  readonly iccidForm: IccidCommand | null;
  readonly imsi: string | null;
  /** Digits of the network code in the IMSI (TS 31.102 4.2.18); null when the SIM does not tell. */
  readonly mncLength: 2 | 3 | null;
  /** As the SIM names it (EF_SPN). */
  readonly provider: string | null;
  /** As SIM or network tell it (+CNUM). */
  readonly ownNumber: string | null;
  /** `lost`: there was one, and it could not be put back. */
  readonly serviceCentre: "unknown" | "set" | "restored" | "lost";
  readonly mccMnc: string | null;
  /** Registration for packet services over LTE, for circuit services, and with IMS; null where the modem does not tell. */
  readonly epsRegistered: boolean | null;
  readonly csRegistered: boolean | null;
  readonly imsRegistered: boolean | null;
  readonly operator: string | null;
  readonly technology: string | null;
  readonly registration: string | null;
  readonly signalDbm: number | null;
  /** The storage that messages are received into. */
  readonly home: string;
  /** Whether the modem can tell which storage is selected (`AT+CPMS?`). */
  readonly tellsStorage: boolean;
  /** Other storages that may hold messages; a modem may lack them. */
  readonly others: readonly string[];
  readonly storage: { readonly used: number; readonly total: number } | null;
  /** Whether the modem has agreed to announce messages (+CNMI). */
  readonly announces: boolean;
  /** `direct`: the modem stores nothing and hands each message over (+CMT), to be acknowledged once it is durable. */
  readonly delivery: "stored" | "direct";
  /** What the modem says that it can do in calls. */
  readonly voice: VoiceAbility;
}

export const noFindings: Findings = {
  profile: genericProfile,
  manufacturer: "",
  model: "",
  revision: "",
  imei: "",
  iccid: null,
  iccidForm: null,
  imsi: null,
  mncLength: null,
  provider: null,
  ownNumber: null,
  serviceCentre: "unknown",
  mccMnc: null,
  epsRegistered: null,
  csRegistered: null,
  imsRegistered: null,
  operator: null,
  technology: null,
  registration: null,
  signalDbm: null,
  home: "SM",
  tellsStorage: true,
  others: [],
  storage: null,
  announces: false,
  delivery: "stored",
  voice: "none",
};
