// Storage of calls: in clear what tells no number, and the record sealed to the renter.

import { lineId, microEmc, millis, type RentalId, rentalId, slotId, unixMs } from "../base/index.ts";
import type { CallQuery, CallStore, CallUsage, EndCause, IssuedCall, IssuedCalls, StoredCall } from "../core/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export const CALL_TABLES = `
  CREATE TABLE calls (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    line_id TEXT NOT NULL,
    slot_id TEXT NOT NULL,
    rental_id TEXT REFERENCES rentals (id),
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    started_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    duration INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    included INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    last_cost INTEGER NOT NULL,
    cause TEXT,
    record TEXT,
    record_hash TEXT
  ) STRICT;
  CREATE INDEX calls_open ON calls (position) WHERE ended_at IS NULL;
  CREATE INDEX calls_by_rental ON calls (rental_id, position);
  CREATE INDEX calls_by_line ON calls (line_id, position);
  CREATE INDEX calls_by_end ON calls (ended_at, position) WHERE answered_at IS NOT NULL AND record_hash IS NOT NULL;
  CREATE UNIQUE INDEX calls_by_hash ON calls (record_hash) WHERE record_hash IS NOT NULL;`;

const COLUMNS = `id, line_id, slot_id, rental_id, direction, started_at, answered_at, ended_at, duration, minutes, included, cost,
  last_cost, cause, record, record_hash`;
const SAVE = `
  INSERT INTO calls (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET answered_at = excluded.answered_at, ended_at = excluded.ended_at, duration = excluded.duration,
    minutes = excluded.minutes, included = excluded.included, cost = excluded.cost, last_cost = excluded.last_cost,
    cause = excluded.cause, record = excluded.record, record_hash = excluded.record_hash`;
const PAGE = `
  SELECT * FROM calls WHERE (?1 IS NULL OR position < ?1) AND (?2 IS NULL OR line_id = ?2) AND (?3 IS NULL OR rental_id = ?3)
  ORDER BY position DESC LIMIT ?4`;
const USAGE = `
  SELECT rental_id, count(*) AS calls, sum(minutes) AS minutes, sum(included) AS included, sum(cost) AS cost,
    sum(CASE WHEN direction = 'out' AND answered_at >= ?1 THEN minutes ELSE 0 END) AS dialled
  FROM calls WHERE rental_id IS NOT NULL GROUP BY rental_id`;

/** Rows that one slice of receipts looks at: each is signed. */
const SLICE = 64;
const ISSUED = `
  SELECT c.position, c.record_hash, c.direction, c.answered_at, c.duration, c.ended_at, r.listing_id
  FROM calls c JOIN rentals r ON r.id = c.rental_id
  WHERE c.answered_at IS NOT NULL AND c.record_hash IS NOT NULL`;
const ENDED = `${ISSUED} AND c.ended_at IS NOT NULL
  AND (c.ended_at, c.position) > (?1, ?2) AND c.ended_at < ?3 AND (?4 IS NULL OR c.rental_id = ?4)
  ORDER BY c.ended_at, c.position LIMIT ${SLICE}`;
const ENDED_AS = `${ISSUED} AND c.ended_at IS NOT NULL AND c.record_hash = ?`;

const CAUSES: readonly EndCause[] = [
  ...(["hung_up", "cancelled", "busy", "declined", "no_answer", "unreachable", "congested", "not_registered"] as const),
  ...([
    "no_rental",
    "blocked",
    "no_credit",
    "max_call",
    "day_limit",
    "line_busy",
    "modem_lost",
    "gateway_lost",
    "media_timeout",
  ] as const),
  ...(["stopped", "failed"] as const),
];

function directionOf(row: Row): "in" | "out" {
  const direction = row.text("direction");
  if (direction === "in" || direction === "out") return direction;
  throw badRow("calls", "direction", "holds an unknown word");
}

function causeOf(row: Row): EndCause | null {
  const text = row.textOrNull("cause");
  if (text === null) return null;
  // A cause of a later version: the call is over all the same.
  return CAUSES.find((cause) => cause === text) ?? "failed";
}

const timeOrNull = (row: Row, column: string) => {
  const at = row.integerOrNull(column);
  return at === null ? null : unixMs(at);
};

const callRow = rowParser("calls", (row): StoredCall & { readonly cursor: number } => {
  const sealed = row.textOrNull("record");
  return {
    cursor: row.integer("position"),
    id: row.text("id"),
    lineId: row.parsed("line_id", lineId),
    slotId: row.parsed("slot_id", slotId),
    rentalId: row.textOrNull("rental_id") === null ? null : row.parsed("rental_id", rentalId),
    direction: directionOf(row),
    startedAt: unixMs(row.integer("started_at")),
    answeredAt: timeOrNull(row, "answered_at"),
    endedAt: timeOrNull(row, "ended_at"),
    duration: millis(row.integer("duration")),
    minutes: row.integer("minutes"),
    included: row.integer("included"),
    cost: microEmc(row.integer("cost")),
    lastCost: microEmc(row.integer("last_cost")),
    cause: causeOf(row),
    record: sealed === null ? null : { sealed, hash: row.text("record_hash") },
  };
});

const openRow = (values: unknown): StoredCall => {
  const { cursor: _, ...call } = callRow(values);
  return call;
};

const usageRow = rowParser("calls", (row): readonly [RentalId, CallUsage] => [
  row.parsed("rental_id", rentalId),
  {
    calls: row.integer("calls"),
    minutes: row.integer("minutes"),
    included: row.integer("included"),
    cost: microEmc(row.integer("cost")),
    dialledSince: row.integer("dialled"),
  },
]);

const issuedRow = rowParser("calls", (row): IssuedCall & { readonly position: number } => ({
  position: row.integer("position"),
  hash: row.text("record_hash"),
  listingId: row.text("listing_id"),
  direction: directionOf(row),
  start: unixMs(row.integer("answered_at")),
  duration: millis(row.integer("duration")),
  at: unixMs(row.integer("ended_at")),
}));

export function callRepository(db: SqliteDatabase): CallStore {
  return {
    saveCall: async (call) => {
      await db.write((tx) => tx.run(SAVE, valuesOf(call)));
    },
    openCalls: () => db.read("SELECT * FROM calls WHERE ended_at IS NULL ORDER BY position", [], openRow),
    calls: ({ before, line, rental, limit }: CallQuery) => db.read(PAGE, [before, line, rental, limit], callRow),
    callUsage: async (since) => new Map(await db.read(USAGE, [since], usageRow)),
    issued: issuedCalls(db),
  };
}

function valuesOf(call: StoredCall) {
  const { id, lineId: line, slotId: slot, rentalId: rental, direction, startedAt, answeredAt, endedAt } = call;
  const { duration, minutes, included, cost, lastCost, cause, record } = call;
  return [
    ...[id, line, slot, rental, direction, startedAt, answeredAt, endedAt],
    ...[duration, minutes, included, cost, lastCost, cause, record?.sealed ?? null, record?.hash ?? null],
  ];
}

function issuedCalls(db: SqliteDatabase): IssuedCalls {
  const plain = ({ position: _, ...call }: IssuedCall & { readonly position: number }): IssuedCall => call;
  return {
    ended: async ({ after, from, to, rentalId: rental }) => {
      const [at = from, position = 0] = after === "" ? [] : after.split(".").map(Number);
      const rows = await db.read(ENDED, [at, position, to, rental], issuedRow);
      const last = rows.at(-1);
      const next = last === undefined || rows.length < SLICE ? null : `${last.at}.${last.position}`;
      return { rows: rows.map(plain), next };
    },
    endedAs: async (hash) => {
      const row = await db.readOne(ENDED_AS, [hash], issuedRow);
      return row === null ? null : plain(row);
    },
  };
}
