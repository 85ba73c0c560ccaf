// What a slot has found out about its modem and SIM so far.

import type { IccidCommand } from "../at/index.ts";
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
  readonly operator: string | null;
  readonly technology: string | null;
  readonly registration: string | null;
  readonly signalDbm: number | null;
  /** The storage that messages are received into. */
  readonly home: string;
  /** Other storages that may hold messages; a modem may lack them. */
  readonly others: readonly string[];
  readonly storage: { readonly used: number; readonly total: number } | null;
  /** Whether the modem has agreed to announce messages (+CNMI). */
  readonly announces: boolean;
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
  operator: null,
  technology: null,
  registration: null,
  signalDbm: null,
  home: "SM",
  others: [],
  storage: null,
  announces: false,
};
