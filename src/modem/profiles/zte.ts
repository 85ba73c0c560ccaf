// ZTE sticks. Which interface takes AT changes from model to model; the ids are those of the sticks that are common as modems.

import { genericProfile } from "./generic.ts";
import { madeBy } from "./naming.ts";
import type { ModemProfile, UsbLayout } from "./profile.ts";

/** Diagnostics on 0; NMEA, modem and AT in an order of each model's own. */
const stick = (product: string, at: number, modem: number): UsbLayout => ({
  usbId: `19d2:${product}`,
  at: [at, modem],
  data: modem,
  never: [0],
});

export const ZTE_PROFILES: readonly ModemProfile[] = [
  {
    ...genericProfile,
    id: "zte-mf",
    name: "ZTE MF",
    matches: madeBy(/zte/i),
    usb: [
      // MF622: 0 AT, 2 modem.
      { usbId: "19d2:0001", at: [0, 2], data: 2 },
      stick("0015", 1, 3),
      stick("0016", 2, 1),
      stick("0017", 2, 1),
      stick("0031", 3, 1),
      stick("0033", 4, 1),
      stick("0037", 3, 1),
      stick("0039", 3, 1),
      stick("0063", 3, 1),
      stick("0066", 3, 1),
      stick("0104", 3, 1),
      stick("0117", 2, 1),
      stick("1008", 3, 1),
      stick("1010", 3, 1),
    ],
    iccid: ["+ZGETICCID", "+ICCID", "+CRSM"],
    pinRetries: ["+ZPINPUK=?", "+CPINR"],
    signal: [],
  },
];
