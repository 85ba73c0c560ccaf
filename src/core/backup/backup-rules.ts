// When a backup is due and which old ones go, pure.

import { type Millis, millis, minutes, type UnixMs, unixMs } from "../../base/index.ts";
import type { ZoneOffset } from "./zone-offset.ts";

export type BackupSchedule =
  | { readonly kind: "every"; readonly every: Millis }
  /** Minutes after midnight, by the clock on the wall. */
  | { readonly kind: "daily"; readonly minute: number };

/** What is known of one destination. */
export interface DestinationRecord {
  readonly lastSuccess: UnixMs | null;
  readonly lastAttempt: UnixMs | null;
  /** Attempts that failed since the last success. */
  readonly failures: number;
}

export const noRecord: DestinationRecord = { lastSuccess: null, lastAttempt: null, failures: 0 };

/** A record with what only people want to know. */
export interface FullRecord extends DestinationRecord {
  readonly lastName: string | null;
  readonly lastSize: number | null;
  /** Code of why the last attempt failed; null if it did not. */
  readonly problem: string | null;
}

export const noFullRecord: FullRecord = { ...noRecord, lastName: null, lastSize: null, problem: null };

const FIRST_RETRY = minutes(5);
const LAST_RETRY = minutes(6 * 60);
const DAY = 86_400_000;

/** The moment of a day at which the wall shows that minute; `day` is its midnight as if it were UTC. */
function momentOf(day: number, minute: number, offset: ZoneOffset): number {
  const local = day + minute * 60_000;
  // The offset that counts is the one of the moment itself, which is found with the one of about then. In the night in which the
  // clocks are put forward the minute may not be there: then it is the same time of the hour before or after.
  const about = local - offset(unixMs(Math.max(0, local))) * 60_000;
  return local - offset(unixMs(Math.max(0, about))) * 60_000;
}

interface Daily {
  readonly last: number;
  readonly next: number;
}

/** The last moment at or before `now` at which a daily backup is due, and the one after it. */
function dailyAround(now: UnixMs, minute: number, offset: ZoneOffset): Daily {
  const day = Math.floor((now + offset(now) * 60_000) / DAY) * DAY;
  const [before, today, after] = [day - DAY, day, day + DAY].map((each) => momentOf(each, minute, offset));
  return today !== undefined && today <= now
    ? { last: today, next: after ?? today + DAY }
    : { last: before ?? 0, next: today ?? 0 };
}

/** How long after its last failure a destination is tried again. */
export function retryAfter(failures: number): Millis {
  return millis(Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.min(20, Math.max(0, failures - 1))));
}

/** When the next backup to this destination is due; in the past when it is due now. */
export function nextRun(
  schedule: BackupSchedule,
  record: DestinationRecord,
  at: { readonly now: UnixMs; readonly offset: ZoneOffset },
): UnixMs {
  const { lastSuccess, lastAttempt, failures } = record;
  const retry = failures > 0 && lastAttempt !== null ? lastAttempt + retryAfter(failures) : 0;
  if (schedule.kind === "every")
    return unixMs(Math.max(retry, lastSuccess === null ? 0 : lastSuccess + schedule.every));
  const { last, next } = dailyAround(at.now, schedule.minute, at.offset);
  const due = lastSuccess !== null && lastSuccess >= last ? next : last;
  return unixMs(Math.max(retry, due));
}

export interface KeepRules {
  /** The newest of each of as many days, weeks (from Monday) and months, by UTC. */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

const NAME = /^numberbox-(.+)-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})\.nbbackup$/;

/** Whose backup a name is and of when; null for a file of another kind. */
export function readBackupName(name: string): { readonly identity: string; readonly at: number } | null {
  const [, identity, ...parts] = NAME.exec(name) ?? [];
  if (identity === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return { identity, at: Date.UTC(year, month - 1, day, hour, minute, second) };
}

/** Keeps the newest name of each of the `count` newest periods. */
function newestOf(
  names: readonly { name: string; at: number }[],
  count: number,
  period: (at: number) => number,
): string[] {
  const newest = new Map<number, string>();
  for (const { name, at } of names) if (!newest.has(period(at))) newest.set(period(at), name);
  return [...newest.values()].slice(0, count);
}

/** Backups of the same identity as `newest` that nobody needs any more. `newest` itself and foreign files are never among them. */
export function obsolete(names: readonly string[], newest: string, keep: KeepRules): readonly string[] {
  const own = readBackupName(newest);
  if (own === null) return [];
  const mine = names
    .flatMap((name) => {
      const read = readBackupName(name);
      return read !== null && read.identity === own.identity ? [{ name, at: read.at }] : [];
    })
    .toSorted((a, b) => b.at - a.at);
  const month = (at: number): number => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth();
  const kept = new Set([
    newest,
    ...newestOf(mine, keep.daily, (at) => Math.floor(at / DAY)),
    // 1970-01-01 was a Thursday.
    ...newestOf(mine, keep.weekly, (at) => Math.floor((at / DAY + 3) / 7)),
    ...newestOf(mine, keep.monthly, month),
  ]);
  // A clock that was wrong may have named one into the future: it is no reason to drop today's.
  return mine.map(({ name }) => name).filter((name) => !kept.has(name));
}
