// The box's events, for its owner.

import { type EventQuery, type EventStore, levelsFrom } from "../core/index.ts";
import { type BoxEvent, boxEvent, parseJsonWith } from "../protocol/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase } from "../sqlite/index.ts";

// No index beside the key: a question about 20,000 rows is answered in milliseconds, and each index is a page more to write.
export const EVENT_TABLES = `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warn', 'error')),
    code TEXT NOT NULL,
    slot TEXT,
    line TEXT,
    details TEXT NOT NULL
  ) STRICT;`;

const INSERT_EVENTS = `
  INSERT OR IGNORE INTO events (seq, at, level, code, slot, line, details)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`;
const PRUNE_STEP = 500;

function details(row: Row): BoxEvent["details"] {
  return parseJsonWith(boxEvent.shape.details, row.text("details"), "store.bad_row", "the details of an event");
}

function levelOf(row: Row): BoxEvent["level"] {
  const level = boxEvent.shape.level.safeParse(row.text("level"));
  if (!level.success) throw badRow("events", "level", "is no level");
  return level.data;
}

const eventRow = rowParser(
  "events",
  (row): BoxEvent => ({
    seq: row.integer("seq"),
    at: row.integer("at"),
    level: levelOf(row),
    code: row.text("code"),
    slot: row.textOrNull("slot"),
    line: row.textOrNull("line"),
    details: details(row),
  }),
);

function condition(query: EventQuery): { readonly where: string; readonly params: (string | number)[] } {
  const { before, level, code, slot, from, to } = query;
  const levels = levelsFrom(level);
  const parts: (readonly [string, readonly (string | number)[]] | null)[] = [
    [`level IN (${levels.map(() => "?").join(", ")})`, levels],
    before === null ? null : ["seq < ?", [before]],
    code === "" ? null : ["substr(code, 1, ?) = ?", [code.length, code]],
    slot === null ? null : ["slot = ?", [slot]],
    from === null ? null : ["at >= ?", [from]],
    to === null ? null : ["at < ?", [to]],
  ];
  const used = parts.flatMap((part) => (part === null ? [] : [part]));
  return { where: used.map(([sql]) => sql).join(" AND "), params: used.flatMap(([, values]) => [...values]) };
}

export function eventRepository(db: SqliteDatabase): EventStore {
  return {
    saveEvents: async (events) => {
      if (events.length === 0) return;
      const rows = events.map(({ seq, at, level, code, slot, line, details: more }) => [
        ...[seq, at, level, code, slot, line, JSON.stringify(more)],
      ]);
      await db.write((tx) => tx.run(INSERT_EVENTS, [JSON.stringify(rows)]));
    },
    findEvents: (query) => {
      const { where, params } = condition(query);
      const sql = `SELECT * FROM events WHERE ${where} ORDER BY seq DESC LIMIT ?`;
      return db.read(sql, [...params, query.limit], eventRow);
    },
    pruneEvents: async (keep, before) => {
      // In short steps: an SMS must not wait behind a long one.
      const old = "SELECT seq FROM events WHERE at < ? LIMIT ?";
      const many = "SELECT seq FROM events ORDER BY seq DESC LIMIT ? OFFSET ?";
      for (const [select, params] of [
        [old, [before, PRUNE_STEP]],
        [many, [PRUNE_STEP, keep]],
      ] as const) {
        const step = () => db.write((tx) => tx.run(`DELETE FROM events WHERE seq IN (${select})`, [...params]));
        while ((await step()) === PRUNE_STEP);
      }
    },
  };
}
