// Names of unsolicited result codes that need no parser of their own, from the manuals of Huawei, Quectel, SIMCom, Sierra, Telit,
// Cinterion, u-blox, ZTE, Option, Ericsson and Wavecom modems.

export type BootStage = "started" | "call_ready" | "sms_ready" | "phonebook_ready" | "powered_down";

/** Whole lines, upper case. */
export const BARE_BOOT: ReadonlyMap<string, BootStage> = new Map([
  ["RDY", "started"],
  ["APP RDY", "started"],
  ["START", "started"],
  ["^SYSSTART", "started"],
  ["CALL READY", "call_ready"],
  ["SMS READY", "sms_ready"],
  ["SMS DONE", "sms_ready"],
  ["PB DONE", "phonebook_ready"],
  ["+PBREADY", "phonebook_ready"],
  ["NORMAL POWER DOWN", "powered_down"],
  ["POWERED DOWN", "powered_down"],
  ["UNDER-VOLTAGE POWER DOWN", "powered_down"],
  ["OVER-VOLTAGE POWER DOWN", "powered_down"],
  ["^SHUTDOWN", "powered_down"],
]);

export type CallEnd = "no_carrier" | "busy" | "no_answer" | "no_dialtone";

/** Whole lines, upper case. */
export const BARE_CALL_END: ReadonlyMap<string, CallEnd> = new Map([
  ["NO CARRIER", "no_carrier"],
  ["BUSY", "busy"],
  ["NO ANSWER", "no_answer"],
  ["NO DIALTONE", "no_dialtone"],
  ["NO DIAL TONE", "no_dialtone"],
]);

/** Lines without a prefix character: the part before the colon, or the whole line, upper case. */
export const BARE_VENDOR: ReadonlySet<string> = new Set([
  "VOICE CALL",
  "MISSED_CALL",
  "DST",
  "UNDER-VOLTAGE WARNING",
  "UNDER-VOLTAGE WARNNING",
  "OVER-VOLTAGE WARNING",
  "OVER-VOLTAGE WARNNING",
]);

/** Prefixes, upper case. */
export const VENDOR_PREFIXES: ReadonlySet<string> = new Set([
  // TS 27.007
  "+CFUN",
  "+CGEV",
  "+COLP",
  "+CSSI",
  "+CSSU",
  "+CTZE",
  "+CTZV",
  "+CTZEU",
  // Huawei
  "^RSSI",
  "^RSSILVL",
  "^MODE",
  "^BOOT",
  "^SIMST",
  "^SRVST",
  "^STIN",
  "^NWTIME",
  "^DSFLOWRPT",
  "^HCSQ",
  "^CONF",
  "^ORIG",
  "^CONN",
  "^CEND",
  "^DDTMF",
  "^NDISSTAT",
  "^THERM",
  "^LWURC",
  "^CARDLOCK",
  "^NWNAME",
  "^CSNR",
  "^CERSSI",
  "^EONS",
  "^STREADY",
  // Quectel
  "+QUSIM",
  "+QIURC",
  "+QSIMSTAT",
  "+QNETDEVSTATUS",
  "+QNWINFO",
  "+QTONEDET",
  "+QUSBCFG",
  // SIMCom
  "*PSUTTZ",
  "*PSNWID",
  "+CSQN",
  "+RXDTMF",
  "+SIMCARD",
  "+STIN",
  "+CPASPORT",
  "+NITZ",
  "+CUSBPIDSWITCH",
  // Telit, Cinterion, Sierra, Wavecom
  "#QSS",
  "#STN",
  "^SBC",
  "^SCKS",
  "^SCTM",
  "+WIND",
  "*TUANDORED",
  // u-blox
  "+UUSTS",
  "+UUSIMSTAT",
  "+UUPSDD",
  "+UMWI",
  "+UUPSMR",
  // ZTE
  "+ZUSIMR",
  "+ZPASR",
  "+ZDONR",
  "+ZPSTM",
  "+ZMSRI",
  "+ZPBIC",
  "+ZMGSF",
  "+ZEND",
  // Option, Ericsson
  "_OSIGQ",
  "_OSSYSI",
  "_OWCTI",
  "*EMRDY",
  "*STKEND",
  "*EPEV",
  "*STKI",
  "*E2REG",
  "+PACSP0",
]);
