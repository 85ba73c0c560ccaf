// Unsolicited result codes: what a modem says without being asked. Lines are classified here before anything looks at the command
// in flight, because a URC may come in the middle of a reply.

import { bareCallReport, CALL_READERS, type CallReport, callIndication, type DigitReport } from "./call-replies.ts";
import { type AtParameter, countOf, filledTextOf, integerOf, parseParameters, textOf } from "./parameters.ts";
import { type Registration, type RegistrationFamily, registrationOf, registrationShape } from "./registration.ts";
import { splitPrefix } from "./reply.ts";
import { type SimLock, simLockOf } from "./sim-replies.ts";
import { BARE_BOOT, BARE_CALL_END, BARE_VENDOR, type BootStage, type CallEnd, VENDOR_PREFIXES } from "./urc-names.ts";

export type Urc =
  /** A message (cmti), status report (cdsi) or broadcast (cbmi) was stored; null where the modem does not say where. */
  | { readonly kind: "cmti" | "cdsi" | "cbmi"; readonly mem: string | null; readonly index: number | null }
  /** A message (cmt), status report (cds) or broadcast (cbm) is delivered in the next line, a PDU of `length` TPDU octets. */
  | { readonly kind: "cmt" | "cds" | "cbm"; readonly length: number | null }
  | { readonly kind: "registration"; readonly registration: Registration }
  | { readonly kind: "storage_full"; readonly mem: string | null }
  | { readonly kind: "sim"; readonly lock: SimLock }
  /** The modem started, reached a stage of its start, or went down. */
  | { readonly kind: "boot"; readonly stage: BootStage }
  /** An incoming call; `type` is `VOICE`, `DATA`, … of +CRING. */
  | { readonly kind: "ring"; readonly type: string | null }
  /** The caller (clip) or the waiting caller (ccwa). */
  | { readonly kind: "clip" | "ccwa"; readonly number: string | null; readonly type: number | null }
  | { readonly kind: "call_ended"; readonly cause: CallEnd }
  /** What a vendor's modem says of a call: a reason to ask for +CLCC, no more. */
  | CallReport
  /** The other side of a call pressed a key. */
  | DigitReport
  /** `text` as sent: readable, UCS-2 hex or packed septets in hex, as `dcs` (TS 23.038 5) and the modem's habits say. */
  | { readonly kind: "cusd"; readonly status: number; readonly text: string | null; readonly dcs: number | null }
  /** Known, of no meaning here. */
  | { readonly kind: "vendor"; readonly name: string; readonly parameters: readonly AtParameter[] };

export interface UrcContext {
  /** `prefix` of the command in flight. Its reply lines are not URCs. */
  readonly pendingPrefix?: string | undefined;
}

/**
 * Prefixes of the commands whose final result may be NO CARRIER, BUSY, … (V.250 6.3). A hang-up is none of them: what it ends may be
 * said before its own OK, which would then be taken for the next command's.
 */
const CALL_PREFIXES: ReadonlySet<string> = new Set(["A", "D"]);

type Read = (parameters: readonly AtParameter[], rest: string) => Urc | null;

const storedIn =
  (kind: "cmti" | "cdsi" | "cbmi"): Read =>
  ([mem, index]) => ({ kind, mem: filledTextOf(mem)?.toUpperCase() ?? null, index: countOf(index) });

const deliveredAs =
  (kind: "cmt" | "cds" | "cbm"): Read =>
  (parameters) => ({ kind, length: countOf(parameters.at(-1)) });

const callerAs =
  (kind: "clip" | "ccwa"): Read =>
  ([number, type]) => ({ kind, number: filledTextOf(number), type: countOf(type) });

const registrationAs =
  (family: RegistrationFamily): Read =>
  (parameters) => {
    const registration = registrationOf(family, parameters);
    return registration === null ? null : { kind: "registration", registration };
  };

const USSD_TEXT = /^\d+\s*,\s*"(.*)"\s*(?:,\s*(\d{0,3})\s*)?$/s;
const USSD_OPEN_TEXT = /^\d+\s*,\s*"(.*)$/s;

/**
 * `+CUSD: <m>[,<str>[,<dcs>]]` (TS 27.007 7.15). The text may hold quotes, commas and LF (`UssdLines` joins its lines), or have lost its
 * closing quote.
 */
const ussd: Read = (parameters, rest) => {
  const status = countOf(parameters[0]);
  if (status === null) return null;
  const [, text, dcs] = USSD_TEXT.exec(rest) ?? USSD_OPEN_TEXT.exec(rest) ?? [];
  if (text !== undefined) return { kind: "cusd", status, text, dcs: dcs ? Number(dcs) : null };
  return { kind: "cusd", status, text: filledTextOf(parameters[1]), dcs: countOf(parameters[2]) };
};

/** `+CIEV: <ind>,<value>`: only the indicators that go by name can be told apart without +CIND. */
const indicator: Read = (parameters) => {
  const [name, value] = parameters;
  const full = filledTextOf(name)?.toLowerCase() === "smsfull" && integerOf(value) !== 0;
  return full ? { kind: "storage_full", mem: null } : { kind: "vendor", name: "+CIEV", parameters };
};

const QUECTEL_STAGES: ReadonlyMap<string, BootStage> = new Map([
  ["SMS DONE", "sms_ready"],
  ["PB DONE", "phonebook_ready"],
]);

/** Quectel: `+QIND: "smsfull","SM"`, `+QIND: SMS DONE`, and much else. */
const quectelIndication: Read = (parameters) => {
  const name = (textOf(parameters[0]) ?? "").toUpperCase();
  const stage = QUECTEL_STAGES.get(name);
  if (name === "SMSFULL") return { kind: "storage_full", mem: filledTextOf(parameters[1]) };
  const call = callIndication(parameters);
  if (call !== null) return call;
  return stage === undefined ? { kind: "vendor", name: "+QIND", parameters } : { kind: "boot", stage };
};

const simState: Read = (_, rest) => {
  const lock = simLockOf(rest);
  return lock === null ? null : { kind: "sim", lock };
};

const fullStorage: Read = ([mem]) => ({ kind: "storage_full", mem: filledTextOf(mem) });

const READERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ...CALL_READERS,
  ["+CMTI", storedIn("cmti")],
  ["+CDSI", storedIn("cdsi")],
  ["+CBMI", storedIn("cbmi")],
  ["+CMT", deliveredAs("cmt")],
  ["+CDS", deliveredAs("cds")],
  ["+CBM", deliveredAs("cbm")],
  ["+CREG", registrationAs("CREG")],
  ["+CGREG", registrationAs("CGREG")],
  ["+CEREG", registrationAs("CEREG")],
  ["+CRING", ([type]) => ({ kind: "ring", type: filledTextOf(type) })],
  ["+CLIP", callerAs("clip")],
  ["+CCWA", callerAs("ccwa")],
  ["+CUSD", ussd],
  ["+CPIN", simState],
  ["+CIEV", indicator],
  ["+QIND", quectelIndication],
  ["*ATREADY", () => ({ kind: "boot", stage: "started" })],
  ["^SMMEMFULL", fullStorage],
  ["+SMSFULL", fullStorage],
]);

/** Codes that no reply shares: they are URCs whatever command is in flight. */
const ALWAYS: ReadonlySet<string> = new Set(["+CMTI", "+CDSI", "+CBMI", "+CMT", "+CDS", "+CBM", "+CUSD"]);

const REGISTRATION: ReadonlySet<string> = new Set(["+CREG", "+CGREG", "+CEREG"]);

/** Whether a line with the prefix of the command in flight is its reply rather than a URC of the same name. */
function isReply(prefix: string, parameters: readonly AtParameter[]): boolean {
  if (REGISTRATION.has(prefix)) return registrationShape(parameters) === "read";
  return !ALWAYS.has(prefix);
}

function classifyPrefixed(prefix: string, rest: string, context: UrcContext): Urc | null {
  const parameters = parseParameters(rest);
  if (prefix === context.pendingPrefix && isReply(prefix, parameters)) return null;
  const read = READERS.get(prefix);
  if (read !== undefined) return read(parameters, rest);
  return VENDOR_PREFIXES.has(prefix) ? { kind: "vendor", name: prefix, parameters } : null;
}

function classifyBare(text: string, context: UrcContext): Urc | null {
  const upper = text.toUpperCase();
  if (upper === "RING") return { kind: "ring", type: null };
  if (upper === "SMS FULL" || upper === "+SMS FULL") return { kind: "storage_full", mem: null };
  const stage = BARE_BOOT.get(upper);
  if (stage !== undefined) return { kind: "boot", stage };
  const cause = BARE_CALL_END.get(upper);
  if (cause !== undefined) return CALL_PREFIXES.has(context.pendingPrefix ?? "") ? null : { kind: "call_ended", cause };
  const call = bareCallReport(upper);
  if (call !== null) return call;
  const [name, rest] = [upper.split(":", 1)[0] ?? "", text.slice(text.indexOf(":") + 1)];
  if (!BARE_VENDOR.has(name)) return null;
  return { kind: "vendor", name, parameters: name === upper ? [] : parseParameters(rest) };
}

/**
 * The URC that `line` is, null for data: reply lines, PDUs, final results and everything unknown. A `BUSY` or `NO CARRIER` that no
 * call command waits for is the end of a call, so ask here before `parseFinal`. Never throws.
 */
export function classifyUrc(line: string, context: UrcContext = {}): Urc | null {
  const split = splitPrefix(line);
  return split === null ? classifyBare(line.trim(), context) : classifyPrefixed(split.prefix, split.rest, context);
}
