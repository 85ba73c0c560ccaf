// u-blox, from its AT manuals: even interfaces are CDC ACM, 0 and 2 take AT, those from 6 are GNSS, SIM access and traces.

import { genericProfile } from "./generic.ts";
import { either, madeBy, named } from "./naming.ts";
import type { ModemProfile } from "./profile.ts";

const UBLOX = /u-?blox/i;

const ublox: ModemProfile = {
  ...genericProfile,
  iccid: ["+CCID", "+CCID?", "+CRSM"],
  pinRetries: ["+UPINCNT", "+CPINR"],
  acknowledges: true,
  restart: "+CFUN=16",
};

export const UBLOX_PROFILES: readonly ModemProfile[] = [
  {
    ...ublox,
    id: "ublox-lara",
    name: "u-blox LARA, TOBY",
    matches: named(UBLOX, /LARA|TOBY|MPCI/i),
    usb: [
      { usbId: "1546:1141", at: [0] },
      { usbId: "1546:1143", at: [0] },
      { usbId: "1546:1146", at: [0] },
      { usbId: "1546:1010", at: [0], never: [2, 4, 8] },
    ],
  },
  {
    ...ublox,
    id: "ublox-sara",
    name: "u-blox SARA, LISA",
    matches: either(named(UBLOX, /SARA|LISA|LEON/i), madeBy(UBLOX)),
    usb: [
      { usbId: "1546:1102", at: [0, 2, 4], never: [6, 8, 10, 12] },
      { usbId: "1546:1104", at: [0], never: [2, 4, 6] },
      { usbId: "1546:1107", at: [0, 2, 4], never: [6, 8, 10] },
      { usbId: "1546:110a", at: [0, 2, 4], never: [6, 8, 10] },
      // SARA-R4 under the chip maker's id.
      { usbId: "05c6:90b2", at: [1], never: [0] },
      { usbId: "05c6:908b", at: [1, 2], never: [0, 3] },
    ],
  },
];
