// Huawei sticks and modules, from its AT manuals (UMTS datacards, ME909). A stick in HiLink mode is a router and has no AT interface.

import { genericProfile } from "./generic.ts";
import { madeBy, named } from "./naming.ts";
import type { ModemProfile } from "./profile.ts";
import { huaweiVoice } from "./voice.ts";

const HUAWEI = /huawei|brovi/i;

const huawei: ModemProfile = {
  ...genericProfile,
  settings: ["^CURC=1", "^PORTSEL=0"],
  iccid: ["^ICCID?", "+ICCID", "+CRSM"],
  pinRetries: ["^CPIN?", "+CPINR"],
  // The datacards' manual: 7-bit text goes packed and in hex, both ways.
  ussd: "hex_packed",
  voice: huaweiVoice,
  restart: "^RESET",
};

export const HUAWEI_PROFILES: readonly ModemProfile[] = [
  {
    ...huawei,
    id: "huawei-e3372",
    name: "Huawei E3372 and other LTE sticks",
    matches: named(
      HUAWEI,
      /(?<![A-Z0-9])(?:E(?:32[67]\d|33[57]\d|39[278]|589|8278|8372)|MS2[13]\d\d|K51[56]\d|brovi)|3372/i,
    ),
    usb: [
      // The order of ^SETPORT: PCUI, modem, network.
      { usbId: "12d1:1506", at: [0, 1], data: 1 },
      { usbId: "12d1:155e", at: [0, 1], data: 1 },
      { usbId: "3566:2001", at: [0, 1, 2] },
    ],
    signal: ["^HCSQ?", "+CESQ"],
    network: ["^SYSINFOEX"],
  },
  {
    ...huawei,
    id: "huawei-me909",
    name: "Huawei ME and MU modules",
    matches: named(HUAWEI, /(?<![A-Z0-9])(?:M[EUG]\d{3}|EM(?:7[67]0|820|920))(?!\d)/i),
    usb: [
      // 0 modem, 1 diagnostics, 2 PCUI, 4 GPS.
      { usbId: "12d1:15c1", at: [2, 0], data: 0, never: [1, 4] },
      { usbId: "12d1:1573", at: [2, 4, 0] },
    ],
    signal: ["^HCSQ?", "+CESQ"],
    network: ["^SYSINFOEX"],
    acknowledges: true,
  },
  {
    ...huawei,
    id: "huawei-e1xx",
    name: "Huawei E1xx and other UMTS sticks",
    matches: madeBy(HUAWEI),
    usb: [
      // 0 modem, 1 diagnostics or the sound of calls, 2 PCUI.
      { usbId: "12d1:1001", at: [2, 0], data: 0, audio: 1 },
      { usbId: "12d1:1003", at: [1, 0], data: 0 },
      { usbId: "12d1:140c", at: [3, 0], data: 0, audio: 2 },
      { usbId: "12d1:1436", at: [4, 0], data: 0, audio: 3 },
    ],
    signal: ["+CESQ"],
    network: ["^SYSINFOEX", "^SYSINFO"],
  },
];
