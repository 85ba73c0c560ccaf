// The hours in which only critical alerts are told, by the owner's local time.

import type { UnixMs } from "../../base/index.ts";

export interface QuietHours {
  /** Minutes after local midnight, 0-1439. */
  readonly from: number;
  /** The first minute that is loud again; before `from` when the night lies between. */
  readonly to: number;
  /** IANA name such as Europe/Madrid; null for the machine's own. */
  readonly zone: string | null;
}

/** Minutes after local midnight. */
export function localMinute(zone: string | null): (at: UnixMs) => number {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...(zone === null ? {} : { timeZone: zone }),
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return (parts.get("hour") ?? 0) * 60 + (parts.get("minute") ?? 0);
  };
}

/** Whether a time is quiet. It goes by what the clock on the wall shows, so a night in which the clocks change is an hour longer or shorter. */
export function quietAt(hours: QuietHours | null): (at: UnixMs) => boolean {
  if (hours === null) return () => false;
  const { from, to, zone } = hours;
  const minuteOf = localMinute(zone);
  return (at) => {
    const minute = minuteOf(at);
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  };
}
