// Twins of Huawei sticks and modules.

import { sendTone } from "../behaviour-calls.ts";
import { swappedIccid } from "../behaviour-identity.ts";
import { ussdBehaviour } from "../behaviour-ussd.ts";
import { huaweiFace } from "../calls/call-faces.ts";
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
  onlyMemory,
  operatorByName,
  restartsBy,
  restyled,
  signalUnknown,
  silentUntil,
  triesBy,
  withoutQuotes,
  withoutSpace,
  zeroBased,
} from "./layers.ts";
import type { Twin } from "./twin.ts";

const tries = () => triesBy("^CPIN", (pin) => `^CPIN:READY,,10,${pin},10,3`);
const packedUssd = () => ussdBehaviour({ form: "hex_packed" });
const unsupported = { raw: "COMMAND NOT SUPPORT" } as const;

export const HUAWEI_TWINS = {
  /** Left silent by the program before us; counts places from 0; names the network when it should give digits. */
  "huawei-e1550": {
    identity: { manufacturer: "huawei", model: "E1550", revision: "11.608.14.00.00" },
    usbId: "12d1:1001",
    callFace: huaweiFace,
    soundOff: true,
    layers: () => [
      tableBehaviour("voice", {
        "^CVOICE": (context) => context.info("^CVOICE:0,8000,16,20"),
        "^DDSETEX": ({ modem }) => modem.audio.switch(true),
        "^DTMF": (context, { values: [, key] }) => sendTone(context, key),
        "+VTS": (context) => context.fail(unsupported),
      }),
      silentUntil(({ name, values }) => name === "^CURC" && values[0] === "1"),
      boots("^BOOT:24357620,0,0,0,65", "^SIMST:1", "^SRVST:2"),
      noisy(5, "^RSSI:21", "^MODE:5,4", "^DSFLOWRPT:00000010,0000000A,0000000B,00,00,0,0"),
      restyled(withoutSpace),
      packedUssd(),
      operatorByName(),
      onlyMemory("SM"),
      zeroBased(),
      answersRestyled(/^\+CREG$/, withoutQuotes),
      answersRestyled(/^\+(?:COPS|CREG)$/, (line) => line.replace(/,7$/, ",2")),
      lacks(/^\+(?:CEREG|CESQ|CIREG|CCID|ICCID|CPINR)$/, unsupported),
      iccidBy(["^ICCID"], (iccid) => `^ICCID: ${swappedIccid(iccid)}`),
      tries(),
      accepts("^PORTSEL"),
      restartsBy("^RESET"),
      tableBehaviour("E1550", { "^SYSINFO": report(() => ["^SYSINFO:2,3,0,5,1,,4"]) }),
    ],
    last: () => [knowsNothingElse(unsupported)],
  },
  /** LTE: no +CSQ, unquoted memories, ends of line that are CR alone. */
  "huawei-e3372": {
    identity: { manufacturer: "huawei", model: "E3372", revision: "21.328.62.00.55" },
    usbId: "12d1:1506",
    powerOn: { fixedLineEnd: "\r" },
    layers: () => [
      boots("^SIMST:255,1", "^SRVST:2"),
      noisy(6, '^HCSQ:"LTE",50,45,121,28', "^LWURC:1", "^RSSI:21"),
      packedUssd(),
      signalUnknown(),
      answersRestyled(/^\+CPMS$/, withoutQuotes),
      busyAtStart(/^\+(?:CPIN|CPMS)$/, { cme: 515 }),
      lacks(/^\+(?:CCID|ICCID|CESQ)$/),
      iccidBy(["^ICCID"], (iccid) => `^ICCID: ${iccid.padEnd(20, "F")}`),
      tries(),
      accepts("^PORTSEL", "^CURC"),
      restartsBy("^RESET"),
      tableBehaviour("E3372", {
        "^HCSQ": (context) => context.info('^HCSQ: "LTE",50,45,121,28'),
        "^SYSINFOEX": report(() => ['^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"']),
      }),
    ],
    last: () => [knowsNothingElse({ cme: 100 })],
  },
  "huawei-me909": {
    identity: { manufacturer: "Huawei Technologies Co., Ltd.", model: "ME909s-120", revision: "11.617.01.00.00" },
    usbId: "12d1:15c1",
    layers: () => [
      boots("^SYSSTART", "^SIMST: 1"),
      packedUssd(),
      busyAtStart(/^\+(?:CPIN|CIMI|CSCA)$/, { cme: 14 }),
      lacks(/^\+(?:CCID|ICCID)$/, { cme: 50 }),
      iccidBy(["^ICCID"], (iccid) => `^ICCID: ${iccid}`),
      tries(),
      accepts("^PORTSEL", "^CURC"),
      restartsBy("^RESET"),
      noisy(10, "^RSSI: 21", '^NWTIME: "26/11/27,12:00:00+4,0"'),
      tableBehaviour("ME909", {
        "^HCSQ": (context) => context.info('^HCSQ: "LTE",50,45,121,28'),
        "^SYSINFOEX": report(() => ['^SYSINFOEX: 2,3,0,1,,6,"LTE",101,"LTE"']),
      }),
    ],
  },
} as const satisfies Record<string, Twin>;
