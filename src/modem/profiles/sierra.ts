// Sierra Wireless, from its AT manuals for AirPrime MC and EM: interfaces 0 diagnostics, 2 NMEA, 3 AT; 8 and 10 are MBIM or QMI.

import { genericProfile } from "./generic.ts";
import { madeBy, named } from "./naming.ts";
import type { ModemProfile, UsbLayout } from "./profile.ts";

const SIERRA = /sierra/i;

const airPrime = (usbId: string): UsbLayout => ({ usbId, at: [3], never: [0, 2] });

const sierra: ModemProfile = {
  ...genericProfile,
  iccid: ["!ICCID?", "+ICCID", "+CRSM"],
  pinRetries: ["+CPINC?", "+CPINR"],
  acknowledges: true,
  restart: "!RESET",
};

export const SIERRA_PROFILES: readonly ModemProfile[] = [
  {
    ...sierra,
    id: "sierra-em75xx",
    name: "Sierra EM75xx, EM9xxx",
    matches: named(SIERRA, /(?<![A-Z0-9])(?:[EM][MC]75\d\d|EM9\d{3})/i),
    usb: [airPrime("1199:9091")],
  },
  {
    ...sierra,
    id: "sierra-mc74xx",
    name: "Sierra MC73xx, MC74xx",
    matches: madeBy(SIERRA),
    usb: [airPrime("1199:9071"), airPrime("1199:9079"), airPrime("1199:68c0")],
  },
];
