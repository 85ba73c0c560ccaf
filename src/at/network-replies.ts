// Replies about the network: signal (TS 27.007 8.5), operator (7.3), IMS (8.71) and the clock (8.15).

import { type UnixMs, unixMs } from "../base/index.ts";
import { countOf, filledTextOf, integerOf, readableOf } from "./parameters.ts";
import { type AccessTechnology, accessTechnologyOf } from "./registration.ts";
import { parametersOf, required } from "./reply.ts";

export interface SignalQuality {
  /** Received strength in dBm, null when the modem does not know it. */
  readonly dbm: number | null;
  /** Bit error class 0-7 (TS 45.008 8.2.4), null when the modem does not know it. */
  readonly ber: number | null;
}

/** 0-31 are steps of 2 dB from -113; 100-191 are the TD-SCDMA extension, 1 dB steps from -116. 99 and 199 mean unknown. */
function dbmOf(rssi: number): number | null {
  if (rssi >= 0 && rssi <= 31) return -113 + 2 * rssi;
  return rssi >= 100 && rssi <= 191 ? rssi - 216 : null;
}

/** The answer to `AT+CSQ`; throws `at.bad_response`. */
export function parseCsq(lines: readonly string[]): SignalQuality {
  const [rssi, errors] = parametersOf(lines, "+CSQ");
  const ber = countOf(errors);
  return {
    dbm: dbmOf(required(integerOf(rssi), "+CSQ", "signal strength")),
    ber: ber !== null && ber <= 7 ? ber : null,
  };
}

const FORMATS = ["long", "short", "numeric"] as const;
export type OperatorFormat = (typeof FORMATS)[number];

export interface OperatorState {
  /** 0 automatic, 1 manual, 2 deregistered, 4 manual with automatic as the net. */
  readonly mode: number;
  /** The format the modem says it used. */
  readonly format: OperatorFormat | null;
  /** As sent, null when the modem is on no network. */
  readonly operator: string | null;
  /** Country and network code when `operator` is one, whatever `format` says: modems ignore a request for digits. */
  readonly plmn: string | null;
  readonly act: AccessTechnology | null;
}

/** The answer to `AT+COPS?`; throws `at.bad_response`. */
export function parseCops(lines: readonly string[]): OperatorState {
  const [mode, format, name, act] = parametersOf(lines, "+COPS");
  const operator = readableOf(name);
  return {
    mode: required(countOf(mode), "+COPS", "mode"),
    format: FORMATS[countOf(format) ?? -1] ?? null,
    operator,
    plmn: operator !== null && /^\d{5,6}$/.test(operator) ? operator : null,
    act: accessTechnologyOf(act),
  };
}

export interface ImsRegistration {
  readonly registered: boolean;
  /** Whether SMS go over IMS; null when the modem does not tell. */
  readonly sms: boolean | null;
}

/** Bit of <ext_info> that means SMS over IP (TS 27.007 8.71). */
const SMS_OVER_IP = 0x04;

/** `+CIREG: <n>,<reg_info>[,<ext_info>]` (TS 27.007 8.71), <ext_info> in hex; throws `at.bad_response`. */
export function parseCireg(lines: readonly string[]): ImsRegistration {
  const [, state, extra] = parametersOf(lines, "+CIREG");
  const registered = required(countOf(state), "+CIREG", "state") === 1;
  const mask = filledTextOf(extra);
  if (mask === null || !/^[0-9A-F]{1,8}$/i.test(mask)) return { registered, sms: registered ? null : false };
  return { registered, sms: registered && (Number.parseInt(mask, 16) & SMS_OVER_IP) !== 0 };
}

const CLOCK = /^(\d{2})\/(\d{2})\/(\d{2}),(\d{2}):(\d{2}):(\d{2})([+-]\d{1,2})$/;

/**
 * The answer to `AT+CCLK?`: local time with its zone in quarters of an hour. Null for a clock without a zone, which could be off by half a
 * day, and for a date that there is not. Throws `at.bad_response`.
 */
export function parseClock(lines: readonly string[]): UnixMs | null {
  const [given] = parametersOf(lines, "+CCLK");
  const text = required(filledTextOf(given), "+CCLK", "time");
  const [, ...parts] = CLOCK.exec(text) ?? [];
  if (parts.length === 0) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, quarters = 0] = parts.map(Number);
  // Two digits: a clock that nobody set says 1980, or 1970.
  const local = Date.UTC(year >= 70 ? 1900 + year : 2000 + year, month - 1, day, hour, minute, second);
  const same = new Date(local);
  const isDay = same.getUTCMonth() === month - 1 && same.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 60 || Math.abs(quarters) > 56) return null;
  return unixMs(Math.max(0, local - quarters * 15 * 60_000));
}
