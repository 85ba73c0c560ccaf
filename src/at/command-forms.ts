// Vendors' own spellings of questions that 27.007 leaves open, and every vendor setting that the product sends. Nothing here takes an
// argument from outside.

/** How modems name the ICCID command. `+CRSM` reads the card's file itself (TS 27.007 8.18), which nearly every modem can. */
export type IccidCommand =
  | "+CCID"
  | "+CCID?"
  | "+ICCID"
  | "+ICCID?"
  | "+CICCID"
  | "^ICCID?"
  | "+QCCID"
  | "#CCID"
  | "^SCID"
  | "!ICCID?"
  | "+ZGETICCID"
  | "+CRSM";

/** How modems name the question for the tries left at PIN and PUK. */
export type PinRetriesCommand =
  | "+CPINR"
  | "^CPIN?"
  | "+SPIC"
  | "^SPIC"
  | "+QPINC?"
  | "#PCT"
  | "+UPINCNT"
  | "+CPINC?"
  | "+ZPINPUK=?";

/** Where a modem tells its signal besides +CSQ. */
export type SignalCommand = "+CESQ" | "^HCSQ?" | "+QCSQ" | "+CPSI?";

/** Where a modem tells technology and network besides +COPS. */
export type NetworkCommand = "^SYSINFOEX" | "^SYSINFO" | "+QNWINFO" | "+CPSI?";

/** Files of the SIM that are read: number, provider's name, administrative data. File, length (TS 102 221 13.2, TS 31.102 4.2.12, 4.2.18). */
export const SIM_FILES = {
  iccid: { id: 0x2fe2, length: 10 },
  providerName: { id: 0x6f46, length: 17 },
  administrativeData: { id: 0x6fad, length: 4 },
} as const;
export type SimFile = keyof typeof SIM_FILES;

/** Every vendor setting that the product ever sends, without `AT`. None changes an identity of the modem, and none will. */
export const SETTINGS = [
  // Huawei: URCs on (another program may have left ^CURC=0, which silences +CMTI too), and on the PCUI interface, not on PPP's.
  "^CURC=1",
  "^PORTSEL=0",
  // Quectel: URCs on the AT port that is open, not on one that nobody reads.
  '+QURCCFG="urcport","all"',
  // Cinterion: URCs on the application's interface; and a card that is pulled out is told (^SCKS).
  '^SCFG="URC/DstIfc","app"',
  "^SCKS=1",
  // Telit: a card that is pulled out is told (#QSS).
  "#QSS=1",
] as const;
export type SettingCommand = (typeof SETTINGS)[number];

/** Every command that restarts a modem, without `AT`. */
export const RESTARTS = [
  "+CFUN=1,1",
  // Huawei.
  "^RESET",
  // SIMCom from SIM7000 on.
  "+CRESET",
  // Telit.
  "#REBOOT",
  // Sierra.
  "!RESET",
  // u-blox: a silent reset of the modem, SIM included.
  "+CFUN=16",
  // Fibocom and others with Intel's platform.
  "+CFUN=15",
] as const;
export type RestartCommand = (typeof RESTARTS)[number];
