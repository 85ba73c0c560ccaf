// Every command that the product sends: one table with prefix, class, clause; one builder each. Builders check their arguments, so
// that no line end, ESC, Ctrl-Z or second command can be smuggled into the port.

import { AppError, type Millis, seconds } from "../base/index.ts";
import {
  type HangUpCommand,
  type IccidCommand,
  type NetworkCommand,
  type PinRetriesCommand,
  type RestartCommand,
  type SettingCommand,
  SIM_FILES,
  type SignalCommand,
  type SimFile,
  type ToneCommand,
  type VoiceQuestion,
  type VoiceSetting,
} from "./command-forms.ts";

/**
 * How long a modem may take for the answer, and between two lines of it. `quick`: known to the modem itself; some take 4 s all the same. `normal`: asks the SIM. `slow`: walks through
 * storage or changes the radio. `network`: waits for the network (27.007 sets no limits; the figures bound the vendors' manuals).
 */
export type CommandClass = "quick" | "normal" | "slow" | "network";

export const CLASS_TIMEOUTS: Readonly<Record<CommandClass, Millis>> = {
  quick: seconds(5),
  normal: seconds(10),
  slow: seconds(20),
  network: seconds(180),
};

interface Row {
  /** What starts its reply lines, and what `classifyUrc` wants to know: the command's name, without `AT`. */
  readonly prefix: string;
  readonly klass: CommandClass;
  readonly clause: string;
}

const row = (prefix: string, klass: CommandClass, clause: string): Row => ({ prefix, klass, clause });

export const COMMANDS = {
  attention: row("", "quick", "V.250 5.2.1"),
  echo: row("E", "quick", "V.250 6.2.4"),
  identification: row("I", "quick", "V.250 6.1.3"),
  errors: row("+CMEE", "quick", "27.007 9.1"),
  manufacturer: row("+CGMI", "quick", "27.007 5.1"),
  model: row("+CGMM", "quick", "27.007 5.2"),
  revision: row("+CGMR", "quick", "27.007 5.3"),
  imei: row("+CGSN", "quick", "27.007 5.4"),
  imsi: row("+CIMI", "normal", "27.007 5.6"),
  iccid: row("+CCID", "normal", "vendor"),
  simFile: row("+CRSM", "normal", "27.007 8.18"),
  setting: row("", "normal", "vendor"),
  restart: row("", "slow", "vendor"),
  commandList: row("+CLAC", "normal", "27.007 8.37"),
  pin: row("+CPIN", "normal", "27.007 8.3"),
  pinRetries: row("+CPINR", "normal", "27.007 8.73"),
  facilityLock: row("+CLCK", "normal", "27.007 7.4"),
  functionality: row("+CFUN", "slow", "27.007 8.2"),
  signal: row("+CSQ", "quick", "27.007 8.5"),
  signalDetail: row("+CESQ", "quick", "27.007 8.69"),
  registration: row("+CREG", "quick", "27.007 7.2"),
  packetRegistration: row("+CGREG", "quick", "27.007 10.1.20"),
  epsRegistration: row("+CEREG", "quick", "27.007 10.1.22"),
  imsRegistration: row("+CIREG", "quick", "27.007 8.71"),
  vendorNetwork: row("", "quick", "vendor"),
  charset: row("+CSCS", "quick", "27.007 5.5"),
  operator: row("+COPS", "slow", "27.007 7.3"),
  clock: row("+CCLK", "quick", "27.007 8.15"),
  clockUpdate: row("+CTZU", "quick", "27.007 8.40"),
  ownNumber: row("+CNUM", "normal", "27.007 7.1"),
  caller: row("+CLIP", "network", "27.007 7.6"),
  // Not `network`, though some modems say OK only after the network's answer: SMS wait for the command in flight. An answer that comes
  // later than this is still taken, as it is a URC.
  ussd: row("+CUSD", "normal", "27.007 7.15"),
  // A call's commands are answered when the modem has taken them; where one waits for the other side, SMS wait as long.
  dial: row("D", "slow", "V.250 6.3.1"),
  answer: row("A", "slow", "V.250 6.3.5"),
  hangUp: row("+CHUP", "slow", "27.007 6.5"),
  callList: row("+CLCC", "quick", "27.007 7.18"),
  callWaiting: row("+CCWA", "slow", "27.007 7.12"),
  callHold: row("+CHLD", "normal", "27.007 7.13"),
  tone: row("+VTS", "normal", "27.007 C.2.11"),
  voice: row("", "normal", "vendor"),
  messageService: row("+CSMS", "normal", "27.005 3.2.1"),
  storage: row("+CPMS", "slow", "27.005 3.2.2"),
  messageFormat: row("+CMGF", "quick", "27.005 3.2.3"),
  serviceCentre: row("+CSCA", "normal", "27.005 3.3.1"),
  indications: row("+CNMI", "quick", "27.005 3.4.1"),
  acknowledge: row("+CNMA", "quick", "27.005 4.7"),
  list: row("+CMGL", "slow", "27.005 4.1"),
  read: row("+CMGR", "slow", "27.005 4.2"),
  delete: row("+CMGD", "slow", "27.005 3.5.4"),
} as const satisfies Record<string, Row>;

export interface AtCommand extends Row {
  /** Without its CR. It may hold a PIN or a USSD code: log `prefix` instead. */
  readonly text: string;
  /** From the end of the write, and from each line of the reply. */
  readonly timeoutMs: Millis;
}

function build(of: Row, tail: string): AtCommand {
  return { ...of, text: `AT${of.prefix}${tail}`, timeoutMs: CLASS_TIMEOUTS[of.klass] };
}

function badArgument(of: Row, what: string): AppError {
  return new AppError("at.bad_argument", `AT${of.prefix}: ${what}`, {
    hint: "Correct the argument.",
    context: { command: of.prefix },
  });
}

/** `value` when it is an integer from 0 to `max`. */
function integer(of: Row, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw badArgument(of, `needs an integer from 0 to ${max}`);
  return value;
}

/** `value` when `pattern` matches; the error says `shape` and never the value. */
function matching(of: Row, value: string, pattern: RegExp, shape: string): string {
  if (!pattern.test(value)) throw badArgument(of, `needs ${shape}`);
  return value;
}

/** A PIN or PUK is 4-8 digits (TS 27.007 8.3, TS 51.011 9.3). */
const PIN = /^[0-9]{4,8}$/;
const MEM = /^[A-Z]{2}$/;
const FACILITY = /^[A-Z]{2}$/;
const USSD = /^[0-9A-Za-z*#+ ]{1,182}$/;
const SERVICE_CENTRE = /^\+?[0-9]{3,20}$/;
const MAX_INDEX = 65_535;
/** Nothing but digits: neither `*` and `#`, which are codes for the network, nor anything that V.250 6.3.1 lets follow. */
const DIALLED = /^\+?[0-9]{1,20}$/;
const TONE = /^[0-9A-D*#]$/;
/** Calls that +CLCC can show (TS 22.030 6.5.5.1: at most 7). */
const MAX_CALL = 7;

/** The settings of +CNMI (TS 27.005 3.4.1). */
export interface IndicationSettings {
  readonly mode: number;
  readonly mt: number;
  readonly bm: number;
  readonly ds: number;
  readonly bfr: number;
}

const C = COMMANDS;

/** A command of fixed spelling: everything up to `=` or `?` is its prefix. */
function spelled(of: Row, text: string): AtCommand {
  const prefix = text.replace(/[=?].*$/, "");
  return build({ ...of, prefix }, text.slice(prefix.length));
}

/** READ BINARY, 176 (TS 27.007 8.18). */
function readSimFile(file: SimFile): AtCommand {
  const { id, length } = SIM_FILES[file];
  return build(C.simFile, `=176,${id},0,0,${length}`);
}

/** One builder per command. Each throws `at.bad_argument` for an argument outside its range. */
export const command = {
  attention: (): AtCommand => build(C.attention, ""),
  echoOff: (): AtCommand => build(C.echo, "0"),
  identification: (): AtCommand => build(C.identification, ""),
  /** 0 plain, 1 numeric, 2 verbose. */
  reportErrors: (level: number): AtCommand => build(C.errors, `=${integer(C.errors, level, 2)}`),
  manufacturer: (): AtCommand => build(C.manufacturer, ""),
  model: (): AtCommand => build(C.model, ""),
  revision: (): AtCommand => build(C.revision, ""),
  imei: (): AtCommand => build(C.imei, ""),
  imsi: (): AtCommand => build(C.imsi, ""),
  iccid: (form: IccidCommand): AtCommand => (form === "+CRSM" ? readSimFile("iccid") : spelled(C.iccid, form)),
  /** READ BINARY of one of `SIM_FILES`, whole. */
  readSimFile,
  commandList: (): AtCommand => build(C.commandList, ""),
  readPin: (): AtCommand => build(C.pin, "?"),
  enterPin: (pin: string): AtCommand => build(C.pin, `="${matching(C.pin, pin, PIN, "4-8 digits")}"`),
  pinRetries: (form: PinRetriesCommand = "+CPINR"): AtCommand => spelled(C.pinRetries, form),
  /** `SC`: whether the SIM asks for a PIN. */
  readFacilityLock: (facility: string): AtCommand =>
    build(C.facilityLock, `="${matching(C.facilityLock, facility, FACILITY, "two capital letters")}",2`),
  readFunctionality: (): AtCommand => build(C.functionality, "?"),
  /** 0 minimum, 1 full, 4 radio off; other levels up to 127 are vendors'. */
  setFunctionality: (level: number): AtCommand => build(C.functionality, `=${integer(C.functionality, level, 127)}`),
  /** Restarts the modem: by default full functionality with <rst> 1 (TS 27.007 8.2). */
  restart: (form: RestartCommand = "+CFUN=1,1"): AtCommand => spelled(C.restart, form),
  signal: (): AtCommand => build(C.signal, ""),
  signalDetail: (form: SignalCommand): AtCommand => spelled(C.signalDetail, form),
  /** One of `SETTINGS`. */
  setting: (text: SettingCommand): AtCommand => spelled(C.setting, text),
  readRegistration: (): AtCommand => build(C.registration, "?"),
  /** 0 off, 1 state, 2 state and cell; `readRegistration` answers in the same depth. */
  reportRegistration: (level: number): AtCommand => build(C.registration, `=${integer(C.registration, level, 2)}`),
  readPacketRegistration: (): AtCommand => build(C.packetRegistration, "?"),
  reportPacketRegistration: (level: number): AtCommand =>
    build(C.packetRegistration, `=${integer(C.packetRegistration, level, 2)}`),
  readEpsRegistration: (): AtCommand => build(C.epsRegistration, "?"),
  reportEpsRegistration: (level: number): AtCommand =>
    build(C.epsRegistration, `=${integer(C.epsRegistration, level, 2)}`),
  readImsRegistration: (): AtCommand => build(C.imsRegistration, "?"),
  /** Vendors' own words on network and technology, for `parseNetworkInfo`. */
  vendorNetwork: (form: NetworkCommand): AtCommand => spelled(C.vendorNetwork, form),
  readOperator: (): AtCommand => build(C.operator, "?"),
  /** Only the format of `readOperator`: digits. The choice of network stays as it is (<mode> 3). */
  numericOperator: (): AtCommand => build(C.operator, "=3,2"),
  /** As `numericOperator`, for the operator's name. */
  longOperator: (): AtCommand => build(C.operator, "=3,0"),
  readClock: (): AtCommand => build(C.clock, "?"),
  /** The modem sets its clock by what the network tells. */
  clockByNetwork: (): AtCommand => build(C.clockUpdate, "=1"),
  ownNumber: (): AtCommand => build(C.ownNumber, ""),
  /** Alphabet of names and USSD strings: the international reference alphabet, or hex of UCS-2 (TS 27.007 5.5). */
  charset: (name: "IRA" | "UCS2"): AtCommand => build(C.charset, `="${name}"`),
  /** The answer comes as a +CUSD URC, often after the final result. `code` is at most 182 of 0-9 A-Z a-z * # + and space. */
  ussd: (code: string): AtCommand =>
    build(C.ussd, `=1,"${matching(C.ussd, code, USSD, "1-182 digits, letters, *, #, + or spaces")}",15`),
  endUssd: (): AtCommand => build(C.ussd, "=2"),
  /** 0: Phase 2. 1: Phase 2+, each +CMT must be acknowledged with `acknowledge`. */
  setMessageService: (service: number): AtCommand =>
    build(C.messageService, `=${integer(C.messageService, service, 1)}`),
  readMessageService: (): AtCommand => build(C.messageService, "?"),
  readStorage: (): AtCommand => build(C.storage, "?"),
  listStorages: (): AtCommand => build(C.storage, "=?"),
  /** One to three storages, mem1 first: `["SM", "SM", "SM"]`. */
  setStorage: (mems: readonly string[]): AtCommand => {
    if (mems.length < 1 || mems.length > 3) throw badArgument(C.storage, "needs one to three storages");
    const quoted = mems.map((mem) => `"${matching(C.storage, mem, MEM, "storages of two capital letters")}"`);
    return build(C.storage, `=${quoted.join(",")}`);
  },
  pduFormat: (): AtCommand => build(C.messageFormat, "=0"),
  readServiceCentre: (): AtCommand => build(C.serviceCentre, "?"),
  /** Type 145 (international) for a number with `+`, 129 (unknown) for one without (TS 24.011 8.2.5.2). */
  setServiceCentre: (number: string): AtCommand => {
    const checked = matching(C.serviceCentre, number, SERVICE_CENTRE, "3-20 digits");
    return build(C.serviceCentre, `="${checked}",${number.startsWith("+") ? 145 : 129}`);
  },
  readIndications: (): AtCommand => build(C.indications, "?"),
  listIndications: (): AtCommand => build(C.indications, "=?"),
  setIndications: ({ mode, mt, bm, ds, bfr }: IndicationSettings): AtCommand => {
    const values = [mode, mt, bm, ds, bfr].map((value) => integer(C.indications, value, 3));
    return build(C.indications, `=${values.join(",")}`);
  },
  /** Acknowledges the last +CMT or +CDS, with RP-ACK (TS 27.005 4.7). `bare`: for modems that take no <n>. */
  acknowledge: (form: "numbered" | "bare" = "numbered"): AtCommand =>
    build(C.acknowledge, form === "numbered" ? "=0" : ""),
  readCaller: (): AtCommand => build(C.caller, "?"),
  /** Whether incoming calls tell who calls, in +CLIP. */
  presentCaller: (on: boolean): AtCommand => build(C.caller, on ? "=1" : "=0"),
  /** A voice call, as the semicolon says (TS 27.007 6.2). `number` is 1-20 digits, `+` before an international one. */
  dial: (number: string): AtCommand => build(C.dial, `${matching(C.dial, number, DIALLED, "1-20 digits")};`),
  answer: (): AtCommand => build(C.answer, ""),
  hangUp: (form: HangUpCommand = "+CHUP"): AtCommand => spelled(C.hangUp, form),
  listCalls: (): AtCommand => build(C.callList, ""),
  /** At the network, for voice: a second caller hears busy. */
  callWaitingOff: (): AtCommand => build(C.callWaiting, "=0,0,1"),
  /** Busy for a caller who waits; held calls end with it (TS 22.030 6.5.5.1). */
  refuseWaiting: (): AtCommand => build(C.callHold, "=0"),
  /** One key of 0-9, *, #, A-D. `call` is its number in +CLCC, which `^DTMF` wants. */
  sendTone: (form: ToneCommand, key: string, call: number): AtCommand => {
    const tone = matching(C.tone, key, TONE, "one of 0-9, *, # and A-D");
    if (form === "+VTS") return build(C.tone, `=${tone}`);
    if (call < 1) throw badArgument(C.tone, "needs the number of a call");
    return build({ ...C.tone, prefix: form, clause: "vendor" }, `=${integer(C.tone, call, MAX_CALL)},${tone}`);
  },
  /** One of `VOICE_SETTINGS`. */
  voiceSetting: (text: VoiceSetting): AtCommand => spelled(C.voice, text),
  voiceQuestion: (form: VoiceQuestion): AtCommand => spelled(C.voice, form),
  /** Every message in mem1, whatever its state; marks unread ones as read. */
  listMessages: (): AtCommand => build(C.list, "=4"),
  /** Whether the modem can list messages at all. */
  testListing: (): AtCommand => build(C.list, "=?"),
  readMessage: (index: number): AtCommand => build(C.read, `=${integer(C.read, index, MAX_INDEX)}`),
  /** Deletes one message of mem1 for good. */
  deleteMessage: (index: number): AtCommand => build(C.delete, `=${integer(C.delete, index, MAX_INDEX)}`),
} as const;
