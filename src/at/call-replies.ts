// What modems say of calls: +CLCC, which is the truth, and the vendors' reports of changes, which are hints.

import { type AtParameter, countOf, filledTextOf, integerOf, parseParameters } from "./parameters.ts";
import { badResponse, restsOf } from "./reply.ts";
import type { CallEnd } from "./urc-names.ts";

/** In the order of <stat> of +CLCC (TS 27.007 7.18). */
export const CALL_STATES = ["active", "held", "dialing", "alerting", "incoming", "waiting"] as const;
export type CallState = (typeof CALL_STATES)[number];

export interface CallEntry {
  /** <idx>, from 1; given anew when it has become free. */
  readonly id: number;
  readonly direction: "in" | "out";
  readonly state: CallState;
  /** `data`: also what some modems show for the connection to the Internet. */
  readonly mode: "voice" | "data" | "fax" | "unknown";
  readonly multiparty: boolean;
  /** Digits, with `+` where it is international; null when it is withheld or not known. */
  readonly number: string | null;
  /** <type> of TS 24.008 10.5.4.7, such as 145; null where it is missing. */
  readonly type: number | null;
}

const MODES = ["voice", "data", "fax"] as const;
const INTERNATIONAL = 145;
const NUMBER = /^\+?[0-9*#ABCDabc]{1,40}$/;

/** As the network means it: of type 145 a number is international also where the modem leaves the `+` out. */
export function callerNumber(text: string | null, type: number | null): string | null {
  if (text === null || !NUMBER.test(text)) return null;
  return type === INTERNATIONAL && !text.startsWith("+") && /^\d+$/.test(text) ? `+${text}` : text;
}

/** Null when a member is missing that nothing can be said without. */
function entryOf([index, dir, stat, mode, mpty, number, type]: readonly AtParameter[]): CallEntry | null {
  const [id, direction, state] = [countOf(index), countOf(dir), CALL_STATES[countOf(stat) ?? -1]];
  if (id === null || (direction !== 0 && direction !== 1) || state === undefined) return null;
  const kind = countOf(type);
  return {
    id,
    direction: direction === 1 ? "in" : "out",
    state,
    mode: MODES[countOf(mode) ?? -1] ?? "unknown",
    multiparty: countOf(mpty) === 1,
    number: callerNumber(filledTextOf(number), kind),
    type: kind,
  };
}

/**
 * `+CLCC: <idx>,<dir>,<stat>,<mode>,<mpty>[,<number>,<type>[,<alpha>]]`, each call once and the last line of it; no line means no call.
 * Throws `at.bad_response` for a line that cannot be read: to leave a call out would end it.
 */
export function parseClcc(lines: readonly string[]): CallEntry[] {
  const calls = new Map<number, CallEntry>();
  for (const rest of restsOf(lines, "+CLCC")) {
    const entry = entryOf(parseParameters(rest));
    if (entry === null) throw badResponse("+CLCC", "has a line that cannot be read");
    calls.set(entry.id, entry);
  }
  return [...calls.values()];
}

/** What a report says has happened to a call. */
export type CallChange = "dialing" | "alerting" | "connected" | "held" | "incoming" | "waiting" | "ended";

export interface CallReport {
  readonly kind: "call";
  readonly change: CallChange;
  /** The modem's number of the call, which need not be that of +CLCC; null where it says none. */
  readonly id: number | null;
  readonly number: string | null;
  /** Of `ended`, where the modem says why. */
  readonly cause: CallEnd | null;
}

export type DigitReport = { readonly kind: "digit"; readonly digit: string };

type Read = (parameters: readonly AtParameter[]) => CallReport | DigitReport | null;

function report(change: CallChange, about: Partial<Omit<CallReport, "kind" | "change">> = {}): CallReport {
  return { kind: "call", change, id: null, number: null, cause: null, ...about };
}

const DSCI_STATES: Readonly<Record<number, CallChange>> = {
  0: "connected",
  1: "held",
  2: "dialing",
  3: "connected",
  4: "incoming",
  5: "waiting",
  6: "ended",
  7: "alerting",
  8: "connected",
};

/** `^DSCI: <id>,<dir>,<stat>,<type>,<number>,<toa>` of Quectel and SIMCom. */
const dsci: Read = ([id, , stat, , number, toa]) => {
  const change = DSCI_STATES[countOf(stat) ?? -1];
  if (change === undefined) return null;
  return report(change, { id: countOf(id), number: callerNumber(filledTextOf(number), countOf(toa)) });
};

const LIST_CHANGES: Readonly<Record<CallState, CallChange>> = {
  active: "connected",
  held: "held",
  dialing: "dialing",
  alerting: "alerting",
  incoming: "incoming",
  waiting: "waiting",
};

/** +CLCC that nobody asked for, as SIMCom sends it after AT+CLCC=1; <stat> 6 is the end. */
const listed: Read = (parameters) => {
  const entry = entryOf(parameters);
  if (entry !== null) return report(LIST_CHANGES[entry.state], { id: entry.id, number: entry.number });
  return countOf(parameters[2]) === 6 ? report("ended", { id: countOf(parameters[0]) }) : null;
};

const numbered =
  (change: CallChange): Read =>
  ([id]) =>
    report(change, { id: countOf(id) });

/** Causes of TS 24.008 10.5.4.11 that say more than "over". */
const CAUSES: Readonly<Record<number, CallEnd>> = {
  1: "unreachable",
  3: "unreachable",
  17: "busy",
  18: "no_answer",
  19: "no_answer",
  21: "declined",
  22: "unreachable",
  27: "unreachable",
  28: "unreachable",
  34: "congested",
  38: "congested",
  41: "congested",
  42: "congested",
  44: "congested",
  47: "congested",
};

/** Huawei: `^CEND:<id>,<duration>,<end_status>[,<cc_cause>]`. */
const cend: Read = ([id, , , cause]) =>
  report("ended", { id: countOf(id), cause: CAUSES[countOf(cause) ?? -1] ?? null });

const QUECTEL_STATES: Readonly<Record<number, CallChange>> = {
  [-1]: "ended",
  0: "connected",
  1: "held",
  2: "dialing",
  3: "alerting",
  4: "incoming",
  5: "waiting",
};

/** `+QIND: "ccinfo",<id>,<dir>,<state>,<mode>,<mpty>,<number>,<type>`; null for other indications. */
export function callIndication(parameters: readonly AtParameter[]): CallReport | null {
  const [name, id, , state, , , number, type] = parameters;
  const change = QUECTEL_STATES[integerOf(state) ?? -2];
  if (filledTextOf(name)?.toLowerCase() !== "ccinfo" || change === undefined) return null;
  return report(change, { id: countOf(id), number: callerNumber(filledTextOf(number), countOf(type)) });
}

const DIGIT = /^[0-9*#A-D]$/;

function digitOf(text: string): DigitReport | null {
  const digit = text.toUpperCase();
  return DIGIT.test(digit) ? { kind: "digit", digit } : null;
}

const digit: Read = ([key]) => digitOf(filledTextOf(key) ?? "");
/** Quectel writes the key's ASCII code. */
const digitByCode: Read = ([code]) => digitOf(String.fromCharCode(countOf(code) ?? 0));

/** By prefix, upper case. */
export const CALL_READERS: ReadonlyMap<string, Read> = new Map([
  ["^DSCI", dsci],
  ["+CLCC", listed],
  ["^ORIG", numbered("dialing")],
  ["^CONF", numbered("alerting")],
  ["^CONN", numbered("connected")],
  ["^CEND", cend],
  ["+DTMF", digit],
  ["+RXDTMF", digit],
  ["^DDTMF", digit],
  ["#DTMFEV", digit],
  ["+UUDTMFD", digit],
  ["+QTONEDET", digitByCode],
]);

/**
 * `VOICE CALL: BEGIN`, `VOICE CALL: END: 000012`, `MISSED_CALL: 02:57AM 07712345678` and `REMOTE CALL END` of SIMCom, upper case; null
 * for any other line. Who was missed is not kept: +CLCC has told it.
 */
export function bareCallReport(upper: string): CallReport | null {
  const line = upper.replace(/\s*:\s*/g, ":");
  if (line === "VOICE CALL:BEGIN") return report("connected");
  if (/^VOICE CALL:END(?::|$)/.test(line)) return report("ended");
  if (line.startsWith("MISSED_CALL:") || line === "REMOTE CALL END") return report("ended");
  return null;
}
