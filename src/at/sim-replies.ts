// Replies about the SIM: lock state and retry counters, identity, own numbers.

import { type AtParameter, countOf, parseParameters, readableOf, textOf } from "./parameters.ts";
import { badResponse, parametersOf, restsOf, splitPrefix } from "./reply.ts";

const LOCKS = {
  READY: "ready",
  "SIM PIN": "sim_pin",
  "SIM PUK": "sim_puk",
  "SIM PIN2": "sim_pin2",
  "SIM PUK2": "sim_puk2",
  "PH-SIM PIN": "ph_sim_pin",
  "PH-SIM PUK": "ph_sim_puk",
  "PH-FSIM PIN": "ph_fsim_pin",
  "PH-FSIM PUK": "ph_fsim_puk",
  "PH-NET PIN": "ph_net_pin",
  "PH-NET PUK": "ph_net_puk",
  "PH-NETSUB PIN": "ph_netsub_pin",
  "PH-NETSUB PUK": "ph_netsub_puk",
  "PH-SP PIN": "ph_sp_pin",
  "PH-SP PUK": "ph_sp_puk",
  "PH-CORP PIN": "ph_corp_pin",
  "PH-CORP PUK": "ph_corp_puk",
  "NOT INSERTED": "not_inserted",
  "NOT READY": "not_ready",
  "SIM REMOVED": "not_inserted",
} as const;
/** What the SIM waits for (TS 27.007 8.3; the last three are vendors' words). */
export type SimLock = (typeof LOCKS)[keyof typeof LOCKS];

const LOCK_NAMES: ReadonlyMap<string, SimLock> = new Map(Object.entries(LOCKS));

/** The lock that a word of +CPIN names, null for an unknown one. */
export function simLockOf(text: string): SimLock | null {
  return LOCK_NAMES.get(text.replaceAll('"', "").trim().replace(/\s+/g, " ").toUpperCase()) ?? null;
}

/** The answer to `AT+CPIN?`, with or without its prefix; throws `at.bad_response`, also for a lock of an unknown name. */
export function parseCpin(lines: readonly string[]): SimLock {
  for (const line of lines) {
    const split = splitPrefix(line);
    const lock = split === null || split.prefix === "+CPIN" ? simLockOf(split?.rest ?? line) : null;
    if (lock !== null) return lock;
  }
  throw badResponse("+CPIN", "names no known state");
}

/** Attempts left; null where the modem does not tell. */
export interface PinRetries {
  readonly pin: number | null;
  readonly puk: number | null;
  readonly pin2: number | null;
  readonly puk2: number | null;
  /** For whatever the SIM asks for now, from modems that give this number alone: read it together with +CPIN. */
  readonly current: number | null;
}

const NO_RETRIES: PinRetries = { pin: null, puk: null, pin2: null, puk2: null, current: null };
const RETRY_NAMES: ReadonlyMap<string, keyof PinRetries> = new Map([
  ["SIM PIN", "pin"],
  ["SIM PUK", "puk"],
  ["SIM PIN2", "pin2"],
  ["SIM PUK2", "puk2"],
]);

/** `+CPINR: <code>,<retries>[,<default>]`, a line for each code (TS 27.007 8.73). */
function standardRetries(rests: readonly string[]): PinRetries {
  const found: Partial<Record<keyof PinRetries, number | null>> = {};
  for (const rest of rests) {
    const [code, left] = parseParameters(rest);
    const name = RETRY_NAMES.get((textOf(code) ?? "").toUpperCase());
    if (name !== undefined) found[name] = countOf(left);
  }
  return { ...NO_RETRIES, ...found };
}

/** Huawei: `^CPIN: <code>,[<times>],<puk>,<pin>,<puk2>,<pin2>`. */
function huaweiRetries(rest: string): PinRetries {
  const [, , puk, pin, puk2, pin2] = parseParameters(rest).map(countOf);
  return { ...NO_RETRIES, puk: puk ?? null, pin: pin ?? null, puk2: puk2 ?? null, pin2: pin2 ?? null };
}

// TS 102 221 9.5.1: a PIN has three tries, a PUK ten.
const PIN_TRIES = 3;

/**
 * u-blox (`+UPINCNT`), Sierra (`+CPINC`) and older SIMCom (`+SPIC`): `<pin>,<pin2>,<puk>,<puk2>`; newer SIMCom:
 * `<pin>,<puk>,<pin2>,<puk2>`, told apart by a second number that no PIN has. SIM800, Cinterion (`^SPIC`) and Telit (`#PCT`) give one.
 */
function listedRetries(rest: string): PinRetries {
  const counts = parseParameters(rest).map(countOf);
  if (counts.length === 1) return { ...NO_RETRIES, current: counts[0] ?? null };
  const [pin, second, third, puk2] = counts;
  const [pin2, puk] = (second ?? 0) > PIN_TRIES ? [third, second] : [second, third];
  return { ...NO_RETRIES, pin: pin ?? null, pin2: pin2 ?? null, puk: puk ?? null, puk2: puk2 ?? null };
}

/** Quectel: `+QPINC: "SC",<pin>,<puk>` and `+QPINC: "P2",<pin2>,<puk2>`. */
function quectelRetries(rests: readonly string[]): PinRetries {
  let retries = NO_RETRIES;
  for (const rest of rests) {
    const [facility, pin, puk] = parseParameters(rest);
    if (textOf(facility) === "SC") retries = { ...retries, pin: countOf(pin), puk: countOf(puk) };
    if (textOf(facility) === "P2") retries = { ...retries, pin2: countOf(pin), puk2: countOf(puk) };
  }
  return retries;
}

/** ZTE: `+ZPINPUK: <pin>,<puk>`. */
function zteRetries(rest: string): PinRetries {
  const [pin, puk] = parseParameters(rest).map(countOf);
  return { ...NO_RETRIES, pin: pin ?? null, puk: puk ?? null };
}

const LISTED: readonly string[] = ["+SPIC", "^SPIC", "+UPINCNT", "+CPINC", "#PCT"];

/** Attempts left at PIN and PUK, in any form of `command.pinRetries`; throws `at.bad_response` when no number is found. */
export function parsePinRetries(lines: readonly string[]): PinRetries {
  const [huawei] = restsOf(lines, "^CPIN");
  const [listed] = LISTED.flatMap((prefix) => restsOf(lines, prefix));
  const quectel = restsOf(lines, "+QPINC");
  const [zte] = restsOf(lines, "+ZPINPUK");
  let retries = standardRetries(restsOf(lines, "+CPINR"));
  if (huawei !== undefined) retries = huaweiRetries(huawei);
  else if (listed !== undefined) retries = listedRetries(listed);
  else if (quectel.length > 0) retries = quectelRetries(quectel);
  else if (zte !== undefined) retries = zteRetries(zte);
  if (Object.values(retries).every((value) => value === null)) throw badResponse("+CPINR", "has no retry counter");
  return retries;
}

/** Whether the facility that `AT+CLCK="…",2` asked for is locked (TS 27.007 7.4); throws `at.bad_response`. */
export function parseClck(lines: readonly string[]): boolean {
  const status = countOf(parametersOf(lines, "+CLCK")[0]);
  if (status !== 0 && status !== 1) throw badResponse("+CLCK", "has no valid status");
  return status === 1;
}

const ICCID_PREFIX = /^\s*[+^*#%$!]?(?:[A-Z]*CCID|SCID)\s*[:=]/i;

/** ITU-T E.118: 89, then 16-18 digits. Some issuers use A-F inside; F at the end is padding to whole octets (TS 51.011 10.1.1). */
function iccidOf(digits: string): string | null {
  const upper = digits.toUpperCase();
  if (!/^[0-9A-F]{18,20}$/.test(upper)) return null;
  // As stored on the SIM each octet has its low digit first.
  const ordered = upper.startsWith("98") ? upper.replace(/(.)(.)/g, "$2$1") : upper;
  const bare = ordered.replace(/F+$/, "");
  return bare.startsWith("89") && bare.length >= 18 ? bare : null;
}

/** The ICCID from +CCID, +ICCID, ^SCID, +CRSM of EF_ICCID, … or bare digits, padding removed and digits in reading order; throws `at.bad_response`. */
export function parseIccid(lines: readonly string[]): string {
  for (const line of lines) {
    for (const parameter of parseParameters(line.replace(ICCID_PREFIX, ""))) {
      const iccid = iccidOf(textOf(parameter) ?? "");
      if (iccid !== null) return iccid;
    }
  }
  throw badResponse("+CCID", "has no ICCID");
}

/** The IMSI (TS 27.007 5.6), 6-15 digits, with or without a prefix; throws `at.bad_response`. */
export function parseCimi(lines: readonly string[]): string {
  for (const line of lines) {
    const digits = /^\s*(?:\+CIMI\s*:)?\s*"?(\d{6,15})"?\s*$/i.exec(line)?.[1];
    if (digits !== undefined) return digits;
  }
  throw badResponse("+CIMI", "has no IMSI");
}

export interface OwnNumber {
  readonly name: string | null;
  /** Null when the SIM has an entry without a number. */
  readonly number: string | null;
  readonly type: number | null;
}

function ownNumber(parameters: readonly AtParameter[]): OwnNumber {
  const [name, number, type] = parameters;
  return { name: readableOf(name), number: readableOf(number), type: countOf(type) };
}

/** The SIM's own numbers (TS 27.007 7.1); none is common and no error. */
export function parseCnum(lines: readonly string[]): readonly OwnNumber[] {
  return restsOf(lines, "+CNUM").map((rest) => ownNumber(parseParameters(rest)));
}
