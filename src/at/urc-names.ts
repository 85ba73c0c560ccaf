// Names of unsolicited result codes that need no parser of their own, from the manuals of Huawei, Quectel, SIMCom, Sierra, Telit,
// Cinterion, u-blox, ZTE, Option, Ericsson and Wavecom modems.

export type BootStage = "started" | "call_ready" | "sms_ready" | "phonebook_ready" | "powered_down";

/** Whole lines, upper case. */
export const BARE_BOOT: ReadonlyMap<string, BootStage> = new Map([
  ["RDY", "started"],
  ["APP RDY", "started"],
  ["START", "started"],
  ["^SYSSTART", "started"],
  ["MODEM:STARTUP", "started"],
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

export type CallEnd =
  | "no_carrier"
  | "busy"
  | "no_answer"
  | "no_dialtone"
  /** Told by cause only, not by a line of its own. */
  | "declined"
  | "unreachable"
  | "congested";

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
  "DST",
  "UNDER-VOLTAGE WARNING",
  "UNDER-VOLTAGE WARNNING",
  "OVER-VOLTAGE WARNING",
  "OVER-VOLTAGE WARNNING",
]);

const words = (text: string): string[] => text.split(" ");

/** Prefixes, upper case. */
export const VENDOR_PREFIXES: ReadonlySet<string> = new Set([
  // TS 27.007
  ...words("+CFUN +CGEV +COLP +CSSI +CSSU +CTZE +CTZV"),
  // Huawei
  ...words("^ANLEVEL ^BOOT ^CRSSI ^CSNR ^DSFLOWRPT ^HCSQ ^HRSSILVL ^LWURC ^MODE ^NDISSTAT ^NWTIME"),
  ...words("^RSSI ^RSSILVL ^SIMST ^SRVST ^STIN"),
  // Quectel
  ...words("+QIURC +QNETDEVSTATUS +QSIMSTAT +QUSIM"),
  // SIMCom
  ...words("*ISIMAID *PSNWID *PSUTTZ +CSQN +NITZ +SIMCARD +STIN"),
  // Telit, Cinterion, Wavecom
  ...words("#QSS #STN ^SBC ^SCKS ^SCTM +WIND"),
  // u-blox
  ...words("+UMWI +UUPSDD +UUSIMSTAT +UUSTS"),
  // ZTE, D-Link
  ...words("+PSBEARER +SPNWNAME +ZDONR +ZEND +ZMGSF +ZMSRI +ZPASR +ZPSTM +ZUSIMR"),
  // Option, Ericsson
  ...words("_OSIGQ _OSSYSI _OWCTI *E2REG *EMRDY *EPEV *STKEND *STKI +PACSP0"),
]);
