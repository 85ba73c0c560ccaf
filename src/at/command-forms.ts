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

/** Every setting of voice that the product ever sends, without `AT`. */
export const VOICE_SETTINGS = [
  // No answering by itself, no waiting of ATD for the other side, and ATH ends calls (V.250 6.3.8, 27.007 7.8, 6.20).
  "S0=0",
  "+COLP=0",
  "+CVHU=0",
  // Quectel, SIMCom: changes of calls are told.
  "^DSCI=1",
  // Quectel: keys of the other side are told; the sound goes as PCM over the serial port of GNSS, which must leave it, or over USB audio.
  "+QTONEDET=1",
  '+QGPSCFG="outport","none"',
  "+QPCMV=0",
  "+QPCMV=1,0",
  "+QPCMV=1,2",
  // SIMCom: rings are told on all interfaces; keys of the other side are told; sound over the audio port in 8 kHz also over LTE, on, off.
  "$QCRCIND=1",
  "+CPCMBANDWIDTH=1,1",
  "+DDET=1",
  "+CPCMREG=0",
  "+CPCMREG=1",
  // Huawei: sound over the voice port.
  "^DDSETEX=2",
] as const;
export type VoiceSetting = (typeof VOICE_SETTINGS)[number];

/** How modems are asked whether they have a way for sound. */
export type VoiceQuestion = "+QPCMV?" | "+CPCMREG?" | "^CVOICE?";

/** How a call is ended, or refused. */
export type HangUpCommand = "+CHUP" | "H";

/** How a tone is sent into a call: TS 27.007 C.2.11, and Huawei's with the call's number. */
export type ToneCommand = "+VTS" | "^DTMF";

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
