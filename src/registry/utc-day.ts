// Days of UTC as `YYYYMMDD`.

import { AppError, days, type UnixMs, unixMs } from "../base/index.ts";

const DAY = days(1);

/** The day of a moment: `20251113`. Throws `registry.bad_day` outside the years 1970-9999. */
export function utcDay(at: UnixMs): string {
  if (!Number.isSafeInteger(at) || at < 0 || at > 253_402_300_799_999) throw badDay();
  return new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
}

/** The first millisecond of a day. Throws `registry.bad_day` for a text that is no day of the calendar. */
export function utcDayStart(day: string): UnixMs {
  const [, year, month, date] = /^(\d{4})(\d\d)(\d\d)$/.exec(day) ?? [];
  const at = Date.parse(`${year}-${month}-${date}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March.
  if (Number.isNaN(at) || at < 0 || utcDay(unixMs(at)) !== day) throw badDay();
  return unixMs(at);
}

/** The first millisecond after a day. Throws `registry.bad_day`. */
export function utcDayEnd(day: string): UnixMs {
  return unixMs(utcDayStart(day) + DAY);
}

/** The day `count` days later (earlier below 0). Throws `registry.bad_day`. */
export function utcDayAfter(day: string, count = 1): string {
  return utcDay(unixMs(utcDayStart(day) + count * DAY));
}

function badDay(): AppError {
  return new AppError("registry.bad_day", "a day is not of the form YYYYMMDD, or not in the calendar", {
    hint: "Write the day as in 20251113.",
  });
}
