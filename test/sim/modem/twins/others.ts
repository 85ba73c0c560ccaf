// Twins of ZTE, Sierra, Telit, u-blox, Fibocom and Cinterion modems.

import { report, tableBehaviour } from "../handlers.ts";
import {
  accepts,
  answersRestyled,
  boots,
  busyAtStart,
  echoStays,
  iccidBy,
  knowsNothingElse,
  lacks,
  noisy,
  operatorByName,
  picksIndications,
  repeatsMemories,
  restartsBy,
  restyled,
  signalUnknown,
  triesBy,
  withoutQuotes,
  withoutTechnology,
  withSpaces,
} from "./layers.ts";
import type { Twin } from "./twin.ts";

const noLte = (failure: Parameters<typeof lacks>[1] = "ERROR") => lacks(/^\+(?:CEREG|CESQ|CIREG)$/, failure);
const noCardNumber = (failure: Parameters<typeof lacks>[1] = "ERROR") => lacks(/^\+I?CCID$/, failure);

export const OTHER_TWINS = {
  /** Floods until +CPMS? is asked; errors stay plain; the SIM stays busy when its service centre is asked for. */
  "zte-mf190": {
    identity: { manufacturer: "ZTE INCORPORATED", model: "MF190", revision: "BD_3GHAP673A4V1.0.0B02" },
    usbId: "19d2:0117",
    layers: () => [
      boots("+ZUSIMR:2", "+ZUSIMR:2", '+ZDONR: "Testnet",1,1,"CS_PS","ROAM_OFF"'),
      noisy(4, "+ZUSIMR:2", '+ZPASR: "HSDPA"', "+ZEND:0,0"),
      busyAtStart(/^\+(?:CPIN|CIMI|CPMS)$/, { cme: 14 }, 3),
      lacks(/^\+CSCA$/, { raw: "+CME ERROR: 14" }),
      tableBehaviour("errors stay plain", { "+CMEE": () => {} }),
      operatorByName(),
      noLte(),
      noCardNumber(),
      iccidBy(["+ZGETICCID"], (iccid) => `+ZGETICCID: ${iccid}`),
      triesBy("+ZPINPUK", (pin) => `+ZPINPUK: ${pin},10`),
      answersRestyled(/^\+CREG$/, withoutQuotes),
    ],
  },
  /** Tells much about itself in ATI; strength nowhere but in +CESQ. */
  "sierra-mc7455": {
    identity: {
      manufacturer: "Sierra Wireless, Incorporated",
      model: "MC7455",
      revision: "SWI9X30C_02.24.05.06 r7040 CARMD-EV-FRMWR2 2017/05/19 06:23:09",
    },
    usbId: "1199:9071",
    layers: () => [
      signalUnknown(),
      answersRestyled(/^\+CGMR$/, (line) => `+CGMR: ${line}`),
      noCardNumber({ cme: 100 }),
      iccidBy(["!ICCID"], (iccid) => `!ICCID: ${iccid}`),
      triesBy("+CPINC", (pin) => `+CPINC: ${pin},3,10,10`),
      restartsBy("!RESET"),
      tableBehaviour("MC7455", {
        I: report(({ modem: { identity } }) => [
          `Manufacturer: ${identity.manufacturer}`,
          `Model: ${identity.model}`,
          `Revision: ${identity.revision}`,
          `IMEI: ${identity.imei}`,
          "IMEI SV: 14",
          "FSN: LF00000000000000",
          "+GCAP: +CGSM",
        ]),
      }),
    ],
  },
  /** The chip maker's name in +CGMI. */
  "sierra-em7565": {
    identity: { manufacturer: "QUALCOMM INCORPORATED", model: "EM7565", revision: "SWI9X50C_01.14.02.00" },
    usbId: "1199:9091",
    layers: () => [
      noCardNumber({ cme: 3 }),
      iccidBy(["!ICCID"], (iccid) => `!ICCID: ${iccid.padEnd(20, "F")}`),
      triesBy("+CPINC", (pin) => `+CPINC: ${pin},3,10,10`),
      restartsBy("!RESET"),
      repeatsMemories(),
      busyAtStart(/^\+CPIN$/, { cme: 515 }, 3),
    ],
  },
  "telit-le910": {
    identity: { manufacturer: "Telit", model: "LE910-EU1", revision: "20.00.522" },
    usbId: "1bc7:1201",
    layers: () => [
      boots("#QSS: 1", "#QSS: 2", "#QSS: 3"),
      accepts("#QSS"),
      noCardNumber({ raw: "+CME ERROR: operation not supported" }),
      iccidBy(["#CCID"], (iccid) => `#CCID: ${iccid}`),
      triesBy("#PCT", (pin) => `#PCT: ${pin}`),
      restartsBy("#REBOOT"),
      busyAtStart(/^\+CPIN$/, { raw: "+CME ERROR: SIM busy" }),
      answersRestyled(/^\+CMGL$/, (line) => line.replace(",,", ',"",')),
    ],
  },
  /** UMTS; errors in words whatever was asked for. */
  "ublox-sara-u201": {
    identity: { manufacturer: "u-blox", model: "SARA-U201", revision: "23.60" },
    usbId: "1546:1102",
    layers: () => [
      boots("+PACSP0"),
      noLte({ raw: "+CME ERROR: operation not supported" }),
      lacks(/^\+(?:ICCID|CPINR)$/, { raw: "+CME ERROR: operation not supported" }),
      triesBy("+UPINCNT", (pin) => `+UPINCNT: ${pin},3,10,10`),
      restartsBy("+CFUN", "16"),
      busyAtStart(/^\+C(?:PIN|IMI)$/, { raw: "+CME ERROR: SIM busy" }),
      withoutTechnology(),
      tableBehaviour("SARA", { I: report(() => ["SARA-U201-03B-00"]) }),
    ],
  },
  /** +CSQ knows nothing on LTE; the card's number is quoted. */
  "ublox-lara-r211": {
    identity: { manufacturer: "u-blox", model: "LARA-R211", revision: "30.44" },
    usbId: "1546:1141",
    layers: () => [
      signalUnknown(),
      triesBy("+UPINCNT", (pin) => `+UPINCNT: ${pin},3,10,10`),
      restartsBy("+CFUN", "16"),
      answersRestyled(/^\+CCID$/, (line) => line.replace(/ (\d+)$/, ' "$1"')),
      noisy(11, "+UUSIMSTAT: 1", "+UMWI: 0,1"),
    ],
  },
  /** Intel: spaces behind all commas. */
  "fibocom-l850": {
    identity: { manufacturer: "Fibocom Wireless Inc.", model: "L850-GL", revision: "18500.5001.00.02.24.12" },
    usbId: "2cb7:0007",
    layers: () => [
      restyled((line) => (/^\+C(?:OPS|PMS|NMI|MTI|REG|EREG|SQ)/.test(line) ? withSpaces(line) : line)),
      signalUnknown(),
      restartsBy("+CFUN", "15"),
      lacks(/^\+(?:ICCID|CPINR)$/, { cme: 100 }),
    ],
  },
  "fibocom-nl668": {
    identity: { manufacturer: "Fibocom", model: "NL668-EAU-00", revision: "19006.1000.00.01.01.22" },
    usbId: "1508:1001",
    layers: () => [
      boots("+SIM READY", "SMS Ready"),
      echoStays(),
      iccidBy(["+CCID", "+ICCID"], (iccid) => `+ICCID: ${iccid}`),
      restartsBy("+CFUN", "15"),
      noisy(9, "+CTZV: 4", '+CTZE: "+04",0,"2026/11/27,12:00:00"'),
    ],
  },
  /** GSM and UMTS: nothing but <bfr> 1. */
  "cinterion-ehs5": {
    identity: { manufacturer: "Cinterion", model: "EHS5-E", revision: "REVISION 03.001" },
    usbId: "1e2d:0058",
    layers: () => [
      boots("^SYSSTART", "+PBREADY"),
      accepts("^SCFG", "^SCKS"),
      picksIndications([0, 1, 2], [1]),
      noLte(),
      noCardNumber(),
      iccidBy(["^SCID"], (iccid) => `^SCID: ${iccid}`),
      triesBy("^SPIC", (pin) => `^SPIC: ${pin}`),
      busyAtStart(/^\+C(?:PIN|PMS)$/, { cms: 314 }, 3),
      noisy(10, "+CIEV: signal,99", "+CIEV: rssi,4"),
    ],
  },
  "cinterion-pls8": {
    identity: { manufacturer: "Cinterion", model: "PLS8-E", revision: "REVISION 03.011" },
    usbId: "1e2d:0061",
    powerOn: { fixedLineEnd: "\r\r\n" },
    layers: () => [
      boots("^SYSSTART", "+PBREADY"),
      accepts("^SCFG", "^SCKS"),
      picksIndications([0, 1, 2], [1]),
      signalUnknown(),
      noCardNumber({ cme: 4 }),
      iccidBy(["^SCID"], (iccid) => `^SCID: ${iccid}`),
      triesBy("^SPIC", (pin) => `^SPIC: ${pin}`),
    ],
    last: () => [knowsNothingElse({ cme: 4 })],
  },
} as const satisfies Record<string, Twin>;
