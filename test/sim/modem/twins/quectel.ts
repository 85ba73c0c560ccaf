// Twins of Quectel modems.

import { soundSwitch } from "../behaviour-calls.ts";
import { quectelFace, quectelKey } from "../calls/call-faces.ts";
import { report, tableBehaviour } from "../handlers.ts";
import {
  accepts,
  answersRestyled,
  boots,
  busyAtStart,
  iccidBy,
  knowsNothingElse,
  lacks,
  noisy,
  picksIndications,
  signalUnknown,
  silentUntil,
  triesBy,
  withoutTechnology,
} from "./layers.ts";
import type { Twin } from "./twin.ts";

/** F pads the number to whole octets, and some firmware does not hide it. */
const padded = (iccid: string): string => iccid.padEnd(20, "F");

const quectelWords = () => [
  iccidBy(["+QCCID"], (iccid) => `+QCCID: ${padded(iccid)}`),
  triesBy("+QPINC", (pin) => `+QPINC: "SC",${pin},10\n+QPINC: "P2",3,10`),
  tableBehaviour("Quectel", {
    "+QNWINFO": report(() => ['+QNWINFO: "FDD LTE","00101","LTE BAND 3",1650']),
    "+QCSQ": report(({ modem }) => [`+QCSQ: "LTE",${2 * modem.radio.rssi - 113},-95,180,-11`]),
  }),
];

export const QUECTEL_TWINS = {
  /** URCs go to an interface nobody listens at until they are sent to all. */
  "quectel-ec25": {
    identity: { manufacturer: "Quectel", model: "EC25", revision: "EC25EFAR06A08M4G" },
    usbId: "2c7c:0125",
    callFace: quectelFace,
    key: quectelKey,
    soundOff: true,
    layers: () => [
      soundSwitch("+QPCMV"),
      accepts("^DSCI", "+QTONEDET", "+QGPSCFG"),
      silentUntil(({ name, values }) => name === "+QURCCFG" && values[0] === "urcport" && values[1] === "all"),
      boots("+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"),
      busyAtStart(/^\+(?:CPIN|CIMI|QCCID)$/, { cme: 14 }, 3),
      noisy(9, '+QIND: "csq",21,99', '+QIND: "act","LTE"', "+QNETDEVSTATUS: 1"),
      ...quectelWords(),
    ],
  },
  /** LTE-M: no +CSQ, its own <AcT>, no mode 2 for +CNMI. */
  "quectel-bg96": {
    identity: { manufacturer: "Quectel", model: "BG96", revision: "BG96MAR02A07M1G" },
    usbId: "2c7c:0296",
    layers: () => [
      boots("APP RDY"),
      accepts("+QURCCFG"),
      picksIndications([0, 1], [0]),
      signalUnknown(),
      tableBehaviour("BG96", { "+QCSQ": report(() => ['+QCSQ: "CAT-M1",-71,-98,140,-12']) }),
      answersRestyled(/^\+(?:COPS|CREG|CEREG)$/, (line) => line.replace(/,7$/, ",8")),
      ...quectelWords(),
    ],
  },
  /** UMTS: no LTE registration, +CSQ in the 100 range of other modes, verbose errors whatever was asked for. */
  "quectel-uc20": {
    identity: { manufacturer: "Quectel", model: "UC20", revision: "UC20GQBR03A14E1G" },
    usbId: "05c6:9003",
    layers: () => [
      boots("+QIND: SMS DONE"),
      lacks(/^\+(?:CEREG|CESQ|CIREG)$/, { raw: "+CME ERROR: operation not supported" }),
      busyAtStart(/^\+CPIN$/, { raw: "+CME ERROR: SIM busy" }),
      answersRestyled(/^\+(?:COPS|CREG)$/, (line) => line.replace(/,7$/, ",2")),
      accepts("+QURCCFG"),
      ...quectelWords(),
    ],
    last: () => [knowsNothingElse({ raw: "+CME ERROR: unknown" })],
  },
  /** Unisoc: answers with spaces behind commas, no setting for URCs. */
  "quectel-eg915u": {
    identity: { manufacturer: "Quectel", model: "EG915U", revision: "EG915UEUABR03A02M08" },
    usbId: "2c7c:0901",
    layers: () => [
      boots("+QIND: PB DONE", "+QIND: SMS DONE"),
      busyAtStart(/^\+CP(?:IN|MS)$/, { cms: 314 }, 2),
      answersRestyled(/^\+(?:CPMS|CEREG)$/, (line) => line.replace(/,(?=\S)/g, ", ")),
      lacks(/^\+(?:QNWINFO|QCSQ|QURCCFG)$/, { cme: 58 }),
      ...quectelWords(),
    ],
  },
  /** GSM: neither LTE nor <AcT>, an ICCID without its name. */
  "quectel-m95": {
    identity: { manufacturer: "Quectel_Ltd", model: "Quectel_M95", revision: "M95FAR02A08" },
    usbId: null,
    layers: () => [
      boots("+CFUN: 1", "Call Ready"),
      lacks(/^\+(?:CEREG|CESQ|CIREG|CPINR|ICCID)$/, { cme: 58 }),
      iccidBy(["+CCID", "+QCCID"], (iccid) => iccid.toLowerCase()),
      withoutTechnology(),
    ],
  },
} as const satisfies Record<string, Twin>;
