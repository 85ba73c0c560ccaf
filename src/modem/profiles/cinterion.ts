// Cinterion, sold by Siemens, Gemalto, Thales and now Telit, from its AT manuals. <bfr> of +CNMI is always 1.

import { genericProfile } from "./generic.ts";
import { madeBy, named } from "./naming.ts";
import type { ModemProfile } from "./profile.ts";

const CINTERION = /cinterion|gemalto|thales|siemens/i;

const cinterion: ModemProfile = {
  ...genericProfile,
  settings: ['^SCFG="URC/DstIfc","app"', "^SCKS=1"],
  iccid: ["^SCID", "+CCID?", "+CCID", "+CRSM"],
  pinRetries: ["^SPIC", "+CPINR"],
  acknowledges: true,
};

export const CINTERION_PROFILES: readonly ModemProfile[] = [
  {
    ...cinterion,
    id: "cinterion-lte",
    name: "Cinterion PLS, ELS, PLAS, EXS",
    matches: named(CINTERION, /(?<![A-Z0-9])(?:(?:PL|EL|AL|EX|TX)S\d|PLAS\d|PLPS\d|ALAS\d|MV\d)/i),
    usb: [
      { usbId: "1e2d:0061", at: [2, 0], data: 0, never: [4, 6, 8] },
      { usbId: "1e2d:005b", at: [0, 2], never: [4, 6, 8] },
      { usbId: "1e2d:005d", at: [0, 2], never: [4, 6, 8] },
      { usbId: "1e2d:0069", at: [0, 2], never: [4, 6] },
      { usbId: "1e2d:006f", at: [0, 2], never: [4, 6] },
      { usbId: "1e2d:00b3", at: [2], never: [4, 5] },
      { usbId: "1e2d:00f1", at: [2], never: [4, 5] },
    ],
  },
  {
    ...cinterion,
    id: "cinterion-ehs",
    name: "Cinterion EHS, BGS, PHS, MC",
    matches: madeBy(CINTERION),
    usb: [
      // PHS8: 1 NMEA, 2 AT, 3 modem.
      { usbId: "1e2d:0053", at: [2, 3], data: 3, never: [0, 1] },
      // EHS5, EHS6.
      { usbId: "1e2d:0058", at: [0, 2] },
    ],
    // GSM and UMTS: +CSQ knows the strength.
    signal: [],
  },
];
