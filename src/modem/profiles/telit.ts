// Telit, from its AT manuals for LE910 and HE910.

import { genericProfile } from "./generic.ts";
import { madeBy } from "./naming.ts";
import type { ModemProfile, UsbLayout } from "./profile.ts";

/** 0 diagnostics, then network, NMEA, two AT interfaces and one that is Telit's own. */
const lte = (product: string, first: number): UsbLayout => ({
  usbId: `1bc7:${product}`,
  at: [first, first + 1],
  never: [0, first - 1, first + 2],
});

export const TELIT_PROFILES: readonly ModemProfile[] = [
  {
    ...genericProfile,
    id: "telit-le910",
    name: "Telit LE910, ME910, HE910",
    matches: madeBy(/telit/i),
    usb: [
      lte("1201", 4),
      lte("1204", 5),
      lte("1040", 4),
      lte("1041", 5),
      // LE910C1 and LE910C4 with other compositions.
      { usbId: "1bc7:1031", at: [1, 2], never: [0] },
      { usbId: "1bc7:1033", at: [1, 2], never: [0] },
      // ME910.
      { usbId: "1bc7:1101", at: [1, 2], never: [0] },
      // HE910, CDC ACM: 0 modem, 6 AT.
      { usbId: "1bc7:0021", at: [6, 0], data: 0 },
    ],
    settings: ["#QSS=1"],
    iccid: ["#CCID", "+CCID", "+ICCID", "+CRSM"],
    pinRetries: ["#PCT", "+CPINR"],
    acknowledges: true,
    restart: "#REBOOT",
  },
];
