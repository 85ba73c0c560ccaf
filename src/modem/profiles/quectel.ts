// Quectel, from its AT manuals and its USB driver guide. Diagnostics and NMEA come before the AT interfaces on all Qualcomm platforms.

import { genericProfile } from "./generic.ts";
import { either, madeBy, named } from "./naming.ts";
import type { ModemProfile, UsbLayout } from "./profile.ts";
import { genericVoice, quectelVoice } from "./voice.ts";

const QUECTEL = /quectel/i;

/** Interfaces 0 diagnostics, 1 NMEA or the sound of calls, 2 AT, 3 modem. */
const qualcomm = (usbId: string): UsbLayout => ({ usbId, at: [2, 3], data: 3, audio: 1, never: [0] });

const quectel: ModemProfile = {
  ...genericProfile,
  settings: ['+QURCCFG="urcport","all"'],
  iccid: ["+QCCID", "+CCID", "+CRSM"],
  pinRetries: ["+QPINC?", "+CPINR"],
  signal: ["+QCSQ", "+CESQ"],
  network: ["+QNWINFO"],
  acknowledges: true,
  voice: quectelVoice,
};

export const QUECTEL_PROFILES: readonly ModemProfile[] = [
  {
    ...quectel,
    id: "quectel-bg9x",
    name: "Quectel BG9x",
    matches: named(QUECTEL, /(?<![A-Z0-9])BG(?:77|9[56]|600|77[0-9])/i),
    usb: [qualcomm("2c7c:0296"), qualcomm("2c7c:0700")],
    // Its manual: 8 is LTE-M.
    acts: { ec_gsm_iot: "lte" },
    // LTE-M and NB-IoT: no calls to speak of.
    voice: genericVoice,
  },
  {
    ...quectel,
    id: "quectel-uc20",
    name: "Quectel UC20",
    matches: named(QUECTEL, /(?<![A-Z0-9])U[CG](?:15|20|35|9[56])/i),
    usb: [qualcomm("05c6:9003"), qualcomm("05c6:9090")],
    // UMTS modules have no +CESQ.
    signal: ["+QCSQ"],
  },
  {
    ...quectel,
    id: "quectel-ec200",
    name: "Quectel EC200, EG915",
    matches: named(QUECTEL, /(?<![A-Z0-9])(?:EC200|EC600|EC800|EG800|EG91[25]|UC200)/i),
    usb: [
      // Unisoc: 2 AT, 3 to 6 traces, 7 modem, 8 NMEA.
      { usbId: "2c7c:0901", at: [2], data: 7, never: [3, 4, 5, 6, 8] },
      // ASR: 2 diagnostics, 3 AT, 4 modem.
      ...["2c7c:6001", "2c7c:6002", "2c7c:6005"].map((usbId) => ({ usbId, at: [3, 4], data: 4, never: [2] })),
    ],
    signal: ["+CESQ", "+QCSQ"],
  },
  {
    ...quectel,
    id: "quectel-m",
    name: "Quectel M (GSM)",
    matches: named(QUECTEL, /quectel[_ ]?(?:M\d\d|MC60)|^M(?:10|26|35|66|72|8[05]|95)[A-Z]*$/i),
    // Serial only.
    usb: [],
    settings: [],
    iccid: ["+CCID", "+QCCID", "+CRSM"],
    signal: [],
    network: [],
    acknowledges: false,
    voice: genericVoice,
  },
  {
    ...quectel,
    id: "quectel-ec2x",
    name: "Quectel EC2x, EG2x, EG9x",
    matches: either(
      named(QUECTEL, /(?<![A-Z0-9])(?:E[CG]2[015]|E[GMP]0[56]|E[GM]1[268]|EG9[15]|EM160|R[GM]5\d\d)/i),
      madeBy(QUECTEL),
    ),
    usb: [
      ...["0121", "0125", "0191", "0195", "0306", "0512", "0800", "0801"].map((product) => qualcomm(`2c7c:${product}`)),
      // EC20 in its first edition.
      qualcomm("05c6:9215"),
      // Behind network interfaces: 3 diagnostics, 4 NMEA, 5 AT.
      { usbId: "2c7c:0128", at: [5], audio: 4, never: [3] },
    ],
  },
];
