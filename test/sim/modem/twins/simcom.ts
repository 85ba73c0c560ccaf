// Twins of SIMCom modems.

import { soundSwitch } from "../behaviour-calls.ts";
import { simcomFace, simcomKey } from "../calls/call-faces.ts";
import { report, tableBehaviour } from "../handlers.ts";
import {
  accepts,
  boots,
  busyAtStart,
  echoStays,
  iccidBy,
  lacks,
  noisy,
  operatorByName,
  repeatsMemories,
  restartsBy,
  signalUnknown,
  triesBy,
  withoutTechnology,
} from "./layers.ts";
import type { Twin } from "./twin.ts";

const tries = () => triesBy("+SPIC", (pin) => `+SPIC: ${pin},10,0,10`);
const noCardNumber = /^\+(?:CCID|ICCID)$/;

export const SIMCOM_TWINS = {
  /** GSM: a card's number without a name and in small letters, the network's time and name at any moment. */
  "simcom-sim800": {
    identity: { manufacturer: "SIMCOM_Ltd", model: "SIMCOM_SIM800L", revision: "Revision:1418B05SIM800L24" },
    usbId: null,
    layers: () => [
      boots("+CFUN: 1", "Call Ready", "SMS Ready"),
      busyAtStart(/^\+(?:CPIN|CPMS|CMGF)$/, { raw: "+CME ERROR: SIM busy" }, 3),
      noisy(8, '*PSUTTZ: 2026,11,27,12,0,0,"+4",1', "DST: 1", '+CIEV: 10,"00101","Testnet","TEST", 0, 0'),
      iccidBy(["+CCID"], (iccid) => iccid.padEnd(20, "f")),
      lacks(/^\+(?:CEREG|CESQ|CIREG|ICCID|CPINR|CPSI)$/),
      tries(),
      withoutTechnology(),
    ],
  },
  /** LTE-M on the USB id of SIM7600; strength only in +CPSI. */
  "simcom-sim7000": {
    identity: { manufacturer: "SIMCOM_Ltd", model: "SIMCOM_SIM7000G", revision: "Revision:1529B11SIM7000G" },
    usbId: "1e0e:9001",
    layers: () => [
      boots("+CFUN: 1", "SMS Ready"),
      iccidBy(["+CCID"], (iccid) => iccid),
      lacks(/^\+(?:ICCID|CESQ|CPINR)$/, { cme: 100 }),
      signalUnknown(),
      tries(),
      tableBehaviour("SIM7000", {
        "+CPSI": (context) =>
          context.info("+CPSI: LTE CAT-M1,Online,001-01,0x0001,49153,100,EUTRAN-BAND3,1650,5,5,-12,-96,-71,15"),
      }),
    ],
  },
  /** Numeric +COPS was accepted and not done; the place of a message is announced as -1. */
  "simcom-sim7600": {
    identity: { manufacturer: "SIMCOM INCORPORATED", model: "SIMCOM_SIM7600G-H", revision: "LE20B04SIM7600G22" },
    usbId: "1e0e:9001",
    callFace: simcomFace,
    key: simcomKey,
    soundOff: true,
    layers: () => [
      soundSwitch("+CPCMREG", 2),
      accepts("^DSCI", "+DDET", "$QCRCIND", "+CPCMBANDWIDTH"),
      boots("SMS DONE", "PB DONE"),
      busyAtStart(/^\+(?:CPIN|CICCID)$/, { raw: "+CME ERROR: SIM busy" }),
      operatorByName(),
      lacks(noCardNumber),
      iccidBy(["+CICCID"], (iccid) => `+ICCID: ${iccid}`),
      tries(),
      restartsBy("+CRESET"),
      noisy(7, "+CNSMOD: 8", "+NITZ: 26/11/27,12:00:00+4", "+CSQN: 21,99"),
      tableBehaviour("SIM7600", {
        "+CPSI": (context) =>
          context.info("+CPSI: LTE,Online,001-01,0x0001,49153,318,EUTRAN-BAND3,1650,5,0,-106,-960,-710,12"),
      }),
      {
        name: "places unknown",
        onCommand: () => false,
        onUrc: (lines) => lines.map((line) => line.replace(/^(\+CMTI: "..",)\d+$/, "$1-1")),
      },
    ],
  },
  /** ASR: half a manufacturer, an echo that stays, memories repeated in the answer to +CPMS. */
  "simcom-a7670": {
    identity: { manufacturer: "INCORPORATED", model: "A7670E-FASE", revision: "A011B07A7670M7_F" },
    usbId: "1e0e:9011",
    layers: () => [
      boots("*ATREADY: 1", "SMS DONE", "PB DONE"),
      echoStays(),
      repeatsMemories(),
      lacks(noCardNumber, { cme: 100 }),
      iccidBy(["+CICCID"], (iccid) => `+ICCID: ${iccid}`),
      tries(),
      restartsBy("+CRESET"),
      tableBehaviour("A7670", { "+SIMCARD": report(() => []) }),
    ],
  },
} as const satisfies Record<string, Twin>;
