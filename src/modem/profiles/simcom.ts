// SIMCom, from its AT manuals. SIM7000 and SIM7600 share the USB id: the model tells them apart, their interfaces are the same.

import { genericProfile } from "./generic.ts";
import { either, madeBy, named } from "./naming.ts";
import type { ModemProfile, UsbLayout } from "./profile.ts";
import { simcomVoice } from "./voice.ts";

const SIMCOM = /sim\s?com|simtech/i;

/** 0 diagnostics, 1 NMEA, 2 AT, 3 modem, 4 audio. */
const QUALCOMM: UsbLayout = { usbId: "1e0e:9001", at: [2, 3], data: 3, audio: 4, never: [0, 1] };

const simcom: ModemProfile = {
  ...genericProfile,
  iccid: ["+CCID", "+CICCID", "+ICCID", "+CRSM"],
  pinRetries: ["+SPIC", "+CPINR"],
  voice: simcomVoice,
};

export const SIMCOM_PROFILES: readonly ModemProfile[] = [
  {
    ...simcom,
    id: "simcom-sim800",
    name: "SIMCom SIM800, SIM900 (GSM)",
    matches: named(SIMCOM, /SIM[_ ]?(?:300|340|508|548|8\d\d|9\d\d)(?!\d)/i),
    // A UART, or a USB bridge that tells nothing of the modem.
    usb: [],
    // GSM: +CSQ knows the strength.
    signal: [],
  },
  {
    ...simcom,
    id: "simcom-sim7000",
    name: "SIMCom SIM7000, SIM7070",
    matches: named(SIMCOM, /SIM[_ ]?70\d\d/i),
    usb: [
      QUALCOMM,
      { usbId: "1e0e:9205", at: [2], data: 3, never: [0, 1] },
      { usbId: "1e0e:9206", at: [2], data: 5, never: [0, 1, 3, 4] },
    ],
    signal: ["+CPSI?", "+CESQ"],
    network: ["+CPSI?"],
  },
  {
    ...simcom,
    id: "simcom-a76xx",
    name: "SIMCom A76xx, SIM767x",
    matches: named(SIMCOM, /(?<![A-Z0-9])A7[69]\d\d|SIM[_ ]?767\d/i),
    // 0 and 1 network, 2 diagnostics, 4 AT, 5 modem.
    usb: [{ usbId: "1e0e:9011", at: [4], data: 5, never: [2] }],
    iccid: ["+CICCID", "+CCID", "+ICCID", "+CRSM"],
    signal: ["+CESQ", "+CPSI?"],
    network: ["+CPSI?"],
    acknowledges: true,
    restart: "+CRESET",
  },
  {
    ...simcom,
    id: "simcom-sim7x00",
    name: "SIMCom SIM7x00, SIM5xxx",
    matches: either(named(SIMCOM, /SIM[_ ]?(?:5\d{3}|7[1-6]\d\d|8\d{3})/i), madeBy(SIMCOM)),
    usb: [
      QUALCOMM,
      { usbId: "1e0e:9100", at: [3, 1] },
      { usbId: "1e0e:9200", at: [3, 1] },
      { usbId: "05c6:9000", at: [2], data: 3, never: [0, 1] },
    ],
    iccid: ["+CICCID", "+ICCID", "+CCID", "+CRSM"],
    signal: ["+CPSI?", "+CESQ"],
    network: ["+CPSI?"],
    acknowledges: true,
    restart: "+CRESET",
  },
];
