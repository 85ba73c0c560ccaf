// The UTC days that receipts are gathered by.

import { AppError, type Brand, days, type Millis, type UnixMs, unixMs } from "../../base/index.ts";

/** A day in UTC as its name in the chain has it: `YYYYMMDD`. */
export type ProofDate = Brand<string, "ProofDate">;

const DAY = days(1);
const FORM = /^(\d{4})-?(\d\d)-?(\d\d)$/;

export function dateOf(at: UnixMs): ProofDate {
  return new Date(at).toISOString().slice(0, 10).replaceAll("-", "") as ProofDate;
}

/** Reads `YYYYMMDD` and `YYYY-MM-DD`. Throws `proofs.bad_date`. */
export function proofDate(text: string): ProofDate {
  const [, year, month, day] = FORM.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // Date.parse takes 31 February for a day in March.
  if (Number.isNaN(at) || dateOf(unixMs(at)) !== `${year}${month}${day}`) {
    throw new AppError("proofs.bad_date", "a day is written YYYYMMDD or YYYY-MM-DD", {
      hint: "Give a day that exists, such as 20260131; days are in UTC.",
    });
  }
  return dateOf(unixMs(at));
}

/** The first millisecond of a day. */
export function startOf(date: ProofDate): UnixMs {
  return unixMs(Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T00:00:00Z`));
}

/** The first millisecond of the day after. */
export function endOf(date: ProofDate): UnixMs {
  return unixMs(startOf(date) + DAY);
}

/** As the seed writes a day in a proof's record: not ISO 8601, which would have `PT24H`. */
export function periodOf(date: ProofDate): string {
  return `${new Date(startOf(date)).toISOString().slice(0, 10)}T00:00:00Z/24h`;
}

/** Days from `first` on that ended at least `margin` before `now`, in order. */
export function endedDays(first: ProofDate, now: UnixMs, margin: Millis): readonly ProofDate[] {
  const found: ProofDate[] = [];
  for (let date = first; endOf(date) + margin <= now; date = dateOf(endOf(date))) found.push(date);
  return found;
}
