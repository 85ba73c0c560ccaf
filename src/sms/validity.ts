// Validity periods of SMS-SUBMIT: relative, absolute and enhanced (TS 23.040 9.2.3.12).

import { AppError } from "../base/index.ts";
import type { Cursor } from "./cursor.ts";
import type { Validity } from "./pdu.ts";
import { readTimestamp } from "./timestamp.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** 9.2.3.12.1. */
function relativeSeconds(octet: number): number {
  if (octet <= 143) return (octet + 1) * 5 * MINUTE;
  if (octet <= 167) return 12 * HOUR + (octet - 143) * 30 * MINUTE;
  if (octet <= 196) return (octet - 166) * DAY;
  return (octet - 192) * WEEK;
}

const RELATIVE_STEPS: readonly number[] = Array.from({ length: 256 }, (_, octet) => relativeSeconds(octet));

/** 9.2.3.12.3: seven octets; the first tells the meaning of the others. */
function readEnhanced(cursor: Cursor): Validity | null {
  const [indicator = 0, first = 0, second = 0, third = 0] = cursor.take(7, "validity period");
  const decimal = (octet: number): number => (octet & 0x0f) * 10 + (octet >> 4);
  switch (indicator & 0x87) {
    case 0:
      return null;
    case 1:
      return { kind: "relative", seconds: relativeSeconds(first) };
    case 2:
      return { kind: "relative", seconds: first };
    case 3:
      return { kind: "relative", seconds: decimal(first) * HOUR + decimal(second) * MINUTE + decimal(third) };
    default:
      cursor.warn("validity_invalid");
      return null;
  }
}

/** Reads the period that bits 4-3 of the first octet announce (9.2.3.3): 0 none, 1 enhanced, 2 relative, 3 absolute. */
export function readValidity(cursor: Cursor, format: number): Validity | null {
  switch (format) {
    case 0:
      return null;
    case 1:
      return readEnhanced(cursor);
    case 2:
      return { kind: "relative", seconds: relativeSeconds(cursor.octet("validity period")) };
    default: {
      const until = readTimestamp(cursor, "validity period");
      return until === null ? null : { kind: "absolute", until };
    }
  }
}

/** The relative octet of the shortest period that is not shorter than `seconds` (1 s to 63 weeks). Throws `pdu.bad_validity`. */
export function encodeRelativeValidity(seconds: number): number {
  const octet = RELATIVE_STEPS.findIndex((step) => step >= seconds);
  if (octet < 0 || !(seconds > 0)) {
    throw new AppError("pdu.bad_validity", "a validity period lies between 1 second and 63 weeks", {
      hint: "Give the validity in seconds, or leave it out.",
      context: { seconds },
    });
  }
  return octet;
}
