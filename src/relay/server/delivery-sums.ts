// Counts of each rental's deliveries by day, from which reputations come. They are made when somebody asks, or in quiet hours, and hold as
// long as nothing was taken or acknowledged since: the rental's own count and its newest receipt tell that. So neither a message nor a
// receipt costs a write more, and what an older program writes to the same file is seen, too.

import { z } from "zod";
import { DELIVERIES_PER_RENTAL, type RentalDays, type SumSpan } from "../../core/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase } from "../../sqlite/index.ts";

export const DELIVERY_SUMS_TABLE = `
  CREATE TABLE delivery_sums (
    rental_id TEXT PRIMARY KEY REFERENCES rentals (rental_id) ON DELETE CASCADE,
    -- Of the rental, and the cursor of its newest receipt, when it was counted.
    accepted INTEGER NOT NULL,
    receipts INTEGER NOT NULL,
    -- JSON: [[day, sent, acknowledged], ...]
    days TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;`;

/** Rentals whose messages are read for one question: each has up to a thousand, some milliseconds. */
const COUNTED_AT_ONCE = 8;
/** Rentals that are looked at in one slice of `sumUp`: most are known, but after an update none. */
const SLICE = 64;
const PER_LISTING = 50;

const NEWEST_RECEIPT = "(SELECT coalesce(max(cursor), 0) FROM receipts WHERE receipts.rental_id = r.rental_id)";
/** Null where the rental is to be counted (anew). */
const STORED = `CASE WHEN r.accepted = 0 THEN '[]' WHEN s.accepted = r.accepted AND s.receipts = ${NEWEST_RECEIPT} THEN s.days END`;

const OF_LISTINGS = `
  SELECT listing_id, rental_id, days FROM (
    SELECT a.key AS place, r.listing_id, r.rental_id, ${STORED} AS days,
      row_number() OVER (PARTITION BY r.listing_id ORDER BY r.expires_at DESC, r.rental_id) AS nth
    FROM json_each(?) a CROSS JOIN rentals r ON r.listing_id = a.value LEFT JOIN delivery_sums s ON s.rental_id = r.rental_id
  ) WHERE nth <= ${PER_LISTING} ORDER BY place`;

// One statement sees one moment: what it counts is of the marks beside it.
const COUNT = `
  SELECT r.rental_id, r.accepted, ${NEWEST_RECEIPT} AS receipts,
    (SELECT json_group_array(json_array(day, sent, acknowledged)) FROM (
      SELECT (m.ts + 86399) / 86400 AS day, count(*) AS sent, count(c.cursor) AS acknowledged
      FROM messages m LEFT JOIN receipts c ON c.message_id = m.id
      WHERE m.rental_id = r.rental_id AND m.seq > max(r.last_seq - ${DELIVERIES_PER_RENTAL}, 0) GROUP BY day)) AS days
  FROM rentals r WHERE r.rental_id IN (SELECT value FROM json_each(?))`;

const SAVE = `
  INSERT OR REPLACE INTO delivery_sums (rental_id, accepted, receipts, days)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)
  WHERE EXISTS (SELECT 1 FROM rentals WHERE rental_id = value ->> 0)`;

const ENDED = `
  SELECT r.expires_at, r.rental_id, ${STORED} AS days
  FROM rentals r LEFT JOIN delivery_sums s ON s.rental_id = r.rental_id
  WHERE r.expires_at <= ?2 AND (r.expires_at, r.rental_id) > (?1, ?3) ORDER BY r.expires_at, r.rental_id LIMIT ${SLICE}`;

const count = z.int().min(0);
const stored = z.array(z.tuple([count, count, count]));

function daysOf(text: string): RentalDays {
  try {
    return stored.parse(JSON.parse(text)).map(([day, sent, acknowledged]) => ({ day, sent, acknowledged }));
  } catch {
    throw badRow("delivery_sums", "days", "are no counts");
  }
}

const daysOrNull = (row: Row): RentalDays | null => (row.textOrNull("days") === null ? null : daysOf(row.text("days")));

const sumRow = rowParser("delivery_sums", (row) => ({
  listingId: row.text("listing_id"),
  rentalId: row.text("rental_id"),
  days: daysOrNull(row),
}));
const countedRow = rowParser("delivery_sums", (row) => ({
  rentalId: row.text("rental_id"),
  accepted: row.integer("accepted"),
  receipts: row.integer("receipts"),
  text: row.text("days"),
}));
const endedRow = rowParser("rentals", (row) => ({
  rentalId: row.text("rental_id"),
  place: `${row.integer("expires_at")}.${row.text("rental_id")}`,
  isKnown: row.textOrNull("days") !== null,
}));

type Counted = ReturnType<typeof countedRow>;

function countAnew(database: SqliteDatabase, rentalIds: readonly string[]): Promise<readonly Counted[]> {
  if (rentalIds.length === 0) return Promise.resolve([]);
  return database.read(COUNT, [JSON.stringify(rentalIds)], countedRow);
}

async function save(database: SqliteDatabase, counted: readonly Counted[]): Promise<void> {
  if (counted.length === 0) return;
  const rows = counted.map(({ rentalId, accepted, receipts, text }) => [rentalId, accepted, receipts, text]);
  await database.write((tx) => tx.run(SAVE, [JSON.stringify(rows)]));
}

/** As `MailStore.sums`. */
export async function deliverySums(
  database: SqliteDatabase,
  listingIds: readonly string[],
): Promise<ReadonlyMap<string, readonly RentalDays[]>> {
  const rows = await database.read(OF_LISTINGS, [JSON.stringify(listingIds)], sumRow);
  const unknown = rows.filter(({ days }) => days === null);
  const [first] = listingIds;
  const least = unknown.filter(({ listingId }) => listingId === first).length;
  const toCount = unknown.slice(0, Math.max(COUNTED_AT_ONCE, least)).map(({ rentalId }) => rentalId);
  const counted = await countAnew(database, toCount);
  // Nobody waits for it: what is not kept is counted again, and a disk that takes no writes keeps nobody from reading.
  void save(database, counted).catch(() => {});
  const known = new Map(counted.map(({ rentalId, text }) => [rentalId, daysOf(text)]));
  const found = new Map<string, RentalDays[]>(listingIds.map((id) => [id, []]));
  for (const { listingId, rentalId, days } of rows) {
    const now = days ?? known.get(rentalId);
    if (now !== undefined) found.get(listingId)?.push(now);
    // Removed since, where it is of those that were counted.
    else if (!toCount.includes(rentalId)) found.delete(listingId);
  }
  return found;
}

/** As `RelayUpkeep.sumUp`. */
export async function sumUp(
  database: SqliteDatabase,
  { endedAfter, endedBefore }: SumSpan,
  after: string | null,
): Promise<string | null> {
  const [end = "", rentalId = ""] = after === null ? [String(endedAfter), "g"] : after.split(".");
  const rows = await database.read(ENDED, [Number(end), endedBefore, rentalId], endedRow);
  const toCount = rows.filter(({ isKnown }) => !isKnown).slice(0, COUNTED_AT_ONCE);
  await save(
    database,
    await countAnew(
      database,
      toCount.map(({ rentalId: id }) => id),
    ),
  );
  const last = toCount.length < COUNTED_AT_ONCE ? rows.at(-1) : toCount.at(-1);
  return last === undefined || (last === rows.at(-1) && rows.length < SLICE) ? null : last.place;
}
