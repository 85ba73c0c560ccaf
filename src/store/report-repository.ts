// Counts for the console and metrics. All are rows kept by triggers or written with what they count: no query scans messages.

import { lineId, rentalId, unixMs } from "../base/index.ts";
import type { Counters, LineActivity, RentalCounts, ReportStore } from "../core/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

const LINE_ACTIVITY = `
  SELECT lines.id, coalesce(line_activity.received, 0) AS received, line_activity.last_at, coalesce(line_denied.denied, 0) AS denied
  FROM lines LEFT JOIN line_activity ON line_activity.line_id = lines.id
  LEFT JOIN line_denied ON line_denied.line_id = lines.id ORDER BY lines.id`;

const NO_COUNTS: Counters = {
  received: 0,
  forwarded: 0,
  acknowledged: 0,
  duplicates: 0,
  undecodable: 0,
  unrented: 0,
  denied: 0,
};

const countersRow = rowParser(
  "counters",
  (row): Counters => ({
    received: row.integer("received"),
    forwarded: row.integer("forwarded"),
    acknowledged: row.integer("acknowledged"),
    duplicates: row.integer("duplicates"),
    undecodable: row.integer("undecodable"),
    unrented: row.integer("unrented"),
    denied: row.integer("denied"),
  }),
);

const rentalCountsRow = rowParser("rental_counts", (row) => {
  const counts: RentalCounts = {
    messages: row.integer("messages"),
    waiting: row.integer("waiting"),
    acknowledged: row.integer("acknowledged"),
  };
  return [row.parsed("rental_id", rentalId), counts] as const;
});

const activityRow = rowParser("line_activity", (row) => {
  const lastAt = row.integerOrNull("last_at");
  const activity: LineActivity = {
    received: row.integer("received"),
    lastAt: lastAt === null ? null : unixMs(lastAt),
    denied: row.integer("denied"),
  };
  return [row.parsed("id", lineId), activity] as const;
});

export function reportRepository(db: SqliteDatabase): ReportStore {
  return {
    counters: async () => (await db.readOne("SELECT * FROM counters", [], countersRow)) ?? NO_COUNTS,
    rentalCounts: async () => new Map(await db.read("SELECT * FROM rental_counts", [], rentalCountsRow)),
    lineActivity: async () => new Map(await db.read(LINE_ACTIVITY, [], activityRow)),
  };
}
