// Local time of the owner's zone, for what happens at a time of day.

import type { UnixMs } from "../../base/index.ts";

/** What local time is ahead of UTC, in minutes. */
export type ZoneOffset = (at: UnixMs) => number;

/** Of a zone by its IANA name, such as Europe/Madrid. */
export function zoneOffset(zone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, hourCycle: "h23" },
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const of = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0;
    const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
    return Math.round((local - Math.floor(at / 60_000) * 60_000) / 60_000);
  };
}
