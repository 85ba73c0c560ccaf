// Time stamps of service centres (TS 23.040 9.2.3.11).

import { AppError } from "../base/index.ts";
import type { Cursor } from "./cursor.ts";
import type { Timestamp } from "./pdu.ts";

/** A moment to be encoded: UTC in milliseconds and the offset of local time from UTC in minutes. */
export interface Moment {
  readonly unixMs: number;
  readonly offsetMinutes: number;
}

// The year has two digits. No network sent SMS before 1992, so 90-99 are the nineties.
const PIVOT = 90;
const MINUTE_MS = 60_000;
const MAX_OFFSET_MINUTES = 79 * 15;

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** One digit; 9.2.3.11 wants one that is no decimal digit read as 0. */
function digit(value: number, cursor: Cursor): number {
  if (value <= 9) return value;
  cursor.warn("timestamp_digits");
  return 0;
}

const pair = (octet = 0, cursor: Cursor): number => digit(octet & 0x0f, cursor) * 10 + digit(octet >> 4, cursor);

/** Quarter hours, the sign in bit 3. Some networks send units above 9 (A0 for +02:30); they are read as they stand. */
const offsetMinutesOf = (octet: number): number => ((octet & 0x07) * 10 + (octet >> 4)) * 15;
const isWest = (octet: number): boolean => (octet & 0x08) !== 0;

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** The sign of a zero offset is kept: in RFC 3339, too, -00:00 is another statement than +00:00. */
function isoOffset(octet: number): string {
  const minutes = offsetMinutesOf(octet);
  return `${isWest(octet) ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Reads seven octets; null with a warning when they name no moment. */
export function readTimestamp(cursor: Cursor, what: string): Timestamp | null {
  const octets = cursor.take(7, what);
  if (octets.length === 0) return null;
  const years = pair(octets[0], cursor);
  const year = years < PIVOT ? 2000 + years : 1900 + years;
  const month = pair(octets[1], cursor);
  const day = pair(octets[2], cursor);
  const hour = pair(octets[3], cursor);
  const minute = pair(octets[4], cursor);
  const second = pair(octets[5], cursor);
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59) {
    cursor.warn("timestamp_invalid");
    return null;
  }
  const local = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  const zone = octets[6] ?? 0;
  const offsetMinutes = isWest(zone) ? 0 - offsetMinutesOf(zone) : offsetMinutesOf(zone);
  const unixMs = Date.UTC(year, month - 1, day, hour, minute, second) - offsetMinutes * MINUTE_MS;
  return { unixMs, offsetMinutes, iso: `${local}${isoOffset(zone)}` };
}

const packPair = (value: number): number => ((value % 10) << 4) | (Math.floor(value / 10) % 10);

/** Seven octets; milliseconds are cut off. Throws `pdu.bad_timestamp` outside 1990-2089 or for an offset that is no quarter hour. */
export function encodeTimestamp(moment: Moment): Uint8Array {
  const { unixMs, offsetMinutes } = moment;
  const local = new Date(unixMs + offsetMinutes * MINUTE_MS);
  const year = local.getUTCFullYear();
  const offsetFits = offsetMinutes % 15 === 0 && Math.abs(offsetMinutes) <= MAX_OFFSET_MINUTES;
  if (!offsetFits || !(year >= 1900 + PIVOT && year < 2000 + PIVOT)) {
    throw new AppError(
      "pdu.bad_timestamp",
      "a time stamp lies in 1990-2089, with an offset in quarter hours up to 19:45",
      {
        hint: "Give unixMs in milliseconds and offsetMinutes as a multiple of 15.",
        context: { offsetMinutes },
      },
    );
  }
  const quarters = packPair(Math.abs(offsetMinutes) / 15);
  return Uint8Array.of(
    packPair(year % 100),
    packPair(local.getUTCMonth() + 1),
    packPair(local.getUTCDate()),
    packPair(local.getUTCHours()),
    packPair(local.getUTCMinutes()),
    packPair(local.getUTCSeconds()),
    offsetMinutes < 0 ? quarters | 0x08 : quarters,
  );
}
