// What differs between modems, as data. A profile overrides the generic 3GPP one where a vendor deviates; code never asks for a model.

import type { IccidCommand } from "../../at/index.ts";

export interface ModemProfile {
  readonly id: string;
  /** Whether this profile is for a modem that names itself so (AT+CGMI, AT+CGMM). */
  readonly matches: (identity: { readonly manufacturer: string; readonly model: string }) => boolean;
  /** Forms of the ICCID command, tried in order. */
  readonly iccid: readonly IccidCommand[];
  /**
   * Storages to receive into, best first. SM is on the SIM, so what was not read moves with the line. Never MT: it shows the messages of
   * SM and ME under numbers of its own, and a message that was read under another number looks like a second one.
   */
  readonly receiveInto: readonly string[];
  /** Storages to look through besides, where messages of an earlier set-up may lie. */
  readonly alsoRead: readonly string[];
  /** `+CNMI` modes, best first; 2 buffers URCs while the line is busy. */
  readonly indicationModes: readonly number[];
}
