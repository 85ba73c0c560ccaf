// The generic 3GPP modem: TS 27.005 and 27.007 as written.

import type { ModemProfile } from "./profile.ts";

export const genericProfile: ModemProfile = {
  id: "generic",
  matches: () => true,
  iccid: ["+CCID", "+ICCID", "^ICCID?", "+QCCID", "#CCID"],
  receiveInto: ["SM", "ME"],
  alsoRead: ["ME", "SM"],
  indicationModes: [2, 1],
};
