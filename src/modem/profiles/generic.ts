// The generic 3GPP modem: TS 27.005 and 27.007 as written.

import type { ModemProfile } from "./profile.ts";
import { genericVoice } from "./voice.ts";

export const genericProfile: ModemProfile = {
  id: "generic",
  name: "3GPP modem",
  matches: () => true,
  usb: [],
  settings: [],
  iccid: [
    "+CCID",
    "+ICCID",
    "^ICCID?",
    "+QCCID",
    "#CCID",
    "+CICCID",
    "+CCID?",
    "+ICCID?",
    "^SCID",
    "+ZGETICCID",
    "+CRSM",
  ],
  pinRetries: ["+CPINR", "^CPIN?", "+SPIC"],
  signal: ["+CESQ"],
  network: [],
  acts: {},
  receiveInto: ["SM", "ME"],
  alsoRead: ["ME", "SM"],
  indicationModes: [2, 1],
  listing: "list",
  acknowledges: false,
  ussd: "text",
  voice: genericVoice,
  restart: "+CFUN=1,1",
};
