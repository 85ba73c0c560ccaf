// Alerts: those that are open, and those of the past.

import { z } from "zod";
import { unixMs } from "../base/index.ts";
import { type Alert, type AlertStore, RULE_IDS, SEVERITIES } from "../core/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export const ALERT_TABLES = `
  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    raised_at INTEGER NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    alert TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alerts_by_time ON alerts (raised_at);`;

const time = z.int().min(0).transform(unixMs);
const stored: z.ZodType<Alert, unknown> = z.object({
  id: z.string(),
  rule: z.enum(RULE_IDS),
  subject: z.string(),
  severity: z.enum(SEVERITIES),
  raisedAt: time,
  clearedAt: time.nullable(),
  toldAt: time.nullable(),
  tells: z.int(),
  acknowledgedAt: time.nullable(),
  snoozedUntil: time.nullable(),
  flapping: z.boolean(),
  value: z.union([z.number(), z.boolean()]),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});

const SAVE = `
  INSERT INTO alerts (id, raised_at, open, alert)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true
  ON CONFLICT (id) DO UPDATE SET open = excluded.open, alert = excluded.alert`;
const PRUNE = `
  DELETE FROM alerts WHERE open = 0 AND id IN
    (SELECT id FROM alerts WHERE open = 0 ORDER BY raised_at DESC, id DESC LIMIT -1 OFFSET ?)`;

const alertRow = rowParser("alerts", (row) => parseJsonWith(stored, row.text("alert"), "store.bad_row", "an alert"));

export function alertRepository(db: SqliteDatabase): AlertStore {
  return {
    openAlerts: () => db.read("SELECT alert FROM alerts WHERE open = 1 ORDER BY raised_at, id", [], alertRow),
    saveAlerts: async (alerts) => {
      if (alerts.length === 0) return;
      const rows = alerts.map(({ alert, open }) => [alert.id, alert.raisedAt, open ? 1 : 0, JSON.stringify(alert)]);
      await db.write((tx) => tx.run(SAVE, [JSON.stringify(rows)]));
    },
    alertHistory: (before, limit) =>
      before === null
        ? db.read("SELECT alert FROM alerts ORDER BY raised_at DESC, id DESC LIMIT ?", [limit], alertRow)
        : db.read(
            "SELECT alert FROM alerts WHERE raised_at < ? ORDER BY raised_at DESC, id DESC LIMIT ?",
            [before, limit],
            alertRow,
          ),
    pruneAlerts: async (keep) => {
      await db.write((tx) => tx.run(PRUNE, [keep]));
    },
  };
}
