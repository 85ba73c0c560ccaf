// Fibocom, from its AT manuals. L8xx stand on Intel's platform, NL, FM and FG on Qualcomm's, L6xx and L7xx on Unisoc's.

import { genericProfile } from "./generic.ts";
import { madeBy, named } from "./naming.ts";
import type { ModemProfile } from "./profile.ts";

const FIBOCOM = /fibocom/i;

const fibocom: ModemProfile = {
  ...genericProfile,
  iccid: ["+CCID", "+ICCID", "+CRSM"],
  acknowledges: true,
  restart: "+CFUN=15",
};

export const FIBOCOM_PROFILES: readonly ModemProfile[] = [
  {
    ...fibocom,
    id: "fibocom-l8xx",
    name: "Fibocom L8xx",
    matches: named(FIBOCOM, /(?<![A-Z0-9])(?:L8[0-9]{2}|H[37]\d{2})/i),
    usb: [
      { usbId: "2cb7:0007", at: [2, 6], never: [4] },
      { usbId: "8087:095a", at: [0, 4], never: [2] },
    ],
  },
  {
    ...fibocom,
    id: "fibocom-nl6xx",
    name: "Fibocom NL6xx, L6xx, FM",
    matches: madeBy(FIBOCOM),
    usb: [
      { usbId: "2cb7:0104", at: [1, 2], never: [0, 3] },
      { usbId: "2cb7:0105", at: [1, 2], never: [0] },
      { usbId: "2cb7:0106", at: [1, 2], never: [0] },
      { usbId: "2cb7:010a", at: [0, 1] },
      { usbId: "2cb7:01a0", at: [2, 3], never: [4] },
      { usbId: "1508:1001", at: [1, 2, 3], never: [0] },
      { usbId: "1782:4d10", at: [0, 5, 6], never: [1, 2, 3, 4] },
      { usbId: "1782:4d11", at: [2, 7, 8], never: [3, 4, 5, 6] },
    ],
  },
];
