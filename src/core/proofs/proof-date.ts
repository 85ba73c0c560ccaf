// The UTC days that receipts are gathered by.

import { AppError, type Brand, type Millis, type UnixMs } from "../../base/index.ts";
import { utcDay, utcDayEnd, utcDayStart } from "../../registry/index.ts";

/** A day in UTC as its name in the chain has it: `YYYYMMDD`. */
export type ProofDate = Brand<string, "ProofDate">;

export const dateOf = (at: UnixMs): ProofDate => utcDay(at) as ProofDate;

/** The first millisecond of a day. */
export const startOf = (date: ProofDate): UnixMs => utcDayStart(date);

/** The first millisecond of the day after. */
export const endOf = (date: ProofDate): UnixMs => utcDayEnd(date);

/** Reads `YYYYMMDD` and `YYYY-MM-DD`. Throws `proofs.bad_date`. */
export function proofDate(text: string): ProofDate {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text) ?? [];
  try {
    return dateOf(utcDayStart(`${year}${month}${day}`));
  } catch (cause) {
    throw new AppError("proofs.bad_date", "a day is written YYYYMMDD or YYYY-MM-DD", {
      hint: "Give a day that exists, such as 20260131; days are in UTC.",
      cause,
    });
  }
}

/** As the seed writes a day in a proof's record: not ISO 8601, which would have `PT24H`. */
export function periodOf(date: ProofDate): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z/24h`;
}

/** Days from `first` on that ended at least `margin` before `now`, in order. */
export function endedDays(first: ProofDate, now: UnixMs, margin: Millis): readonly ProofDate[] {
  const found: ProofDate[] = [];
  for (let date = first; endOf(date) + margin <= now; date = dateOf(endOf(date))) found.push(date);
  return found;
}
