// Stores a batch of forwarded messages in one transaction, with a fixed number of statements whatever the size of the batch.

import { type UnixMs, unixMs } from "../../base/index.ts";
import {
  type Candidate,
  type ForwardBatch,
  type ForwardResult,
  type ForwardState,
  type ForwardVerdict,
  type Judgement,
  judgeForwards,
  type KnownMessage,
  mailboxMessage,
  type RelayListener,
} from "../../core/index.ts";
import { badRow, rowParser, type SqliteDatabase, type Transaction } from "../../sqlite/index.ts";
import { scopeOf, versionOf } from "./message-row.ts";

type Stored = Extract<ForwardVerdict, { readonly kind: "store" }>;

type BatchResult =
  | { readonly kind: "stored"; readonly cursor: number; readonly renter: string }
  | Exclude<ForwardVerdict, Stored>;

const RENTALS = `
  SELECT r.rental_id, r.renter, r.expires_at, r.credit, r.accepted, r.last_seq,
    coalesce(b.waiting, 0) AS waiting, coalesce(b.bytes, 0) AS bytes
  FROM rentals r LEFT JOIN mailboxes b ON b.renter = r.renter
  WHERE r.rental_id IN (SELECT value FROM json_each(?))`;

const COLUMNS = "m.id, m.rental_id, m.seq, m.v, m.ts, m.hash, m.scope, m.stored_at";
const KNOWN = `
  WITH asked AS MATERIALIZED (
    SELECT value ->> 0 AS id, value ->> 1 AS rental_id, value ->> 2 AS seq, value ->> 3 AS hash FROM json_each(?)
  )
  SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.id = a.id
  UNION SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.rental_id = a.rental_id AND m.hash = a.hash
  UNION SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.rental_id = a.rental_id AND m.seq = a.seq`;

const INSERT = `
  INSERT INTO messages (id, rental_id, renter, seq, v, ts, hash, scope, signature, envelope, size, stored_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    value ->> 9, length(value ->> 9), ?
  FROM json_each(?) ORDER BY key
  RETURNING id, cursor`;

const COUNT_RENTALS = `
  UPDATE rentals SET accepted = n.accepted, last_seq = n.last_seq
  FROM (SELECT value ->> 0 AS rental_id, value ->> 1 AS accepted, value ->> 2 AS last_seq FROM json_each(?)) AS n
  WHERE rentals.rental_id = n.rental_id`;

const COUNT_MAILBOXES = `
  INSERT INTO mailboxes (renter, waiting, bytes)
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
  ON CONFLICT (renter) DO UPDATE SET waiting = excluded.waiting, bytes = excluded.bytes`;

const rentalRow = rowParser("rentals", (row) => {
  const renter = row.text("renter");
  return {
    rental: {
      rentalId: row.text("rental_id"),
      renter,
      expiresAt: row.integer("expires_at"),
      credit: row.integerOrNull("credit"),
      accepted: row.integer("accepted"),
      lastSeq: row.integer("last_seq"),
    },
    mailbox: { renter, waiting: row.integer("waiting"), bytes: row.integer("bytes") },
  };
});

const knownRow = rowParser(
  "messages",
  (row): KnownMessage => ({
    id: row.text("id"),
    rentalId: row.text("rental_id"),
    seq: row.integerOrNull("seq"),
    v: versionOf(row),
    ts: row.integer("ts"),
    hash: row.text("hash"),
    scope: scopeOf(row),
    storedAt: unixMs(row.integer("stored_at")),
  }),
);

const insertedRow = rowParser("messages", (row) => ({ id: row.text("id"), cursor: row.integer("cursor") }));

/**
 * Two that read: SQLite's thread has them at once, without a way to the event loop and back between. Both have come to an end when this does:
 * nothing of a transaction runs behind it.
 */
async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

async function loadState(tx: Transaction, candidates: readonly Candidate[]): Promise<ForwardState> {
  const rentalIds = [...new Set(candidates.map((candidate) => candidate.rentalId))];
  const names = candidates.map(({ id, rentalId, seq, hash }) => [id, rentalId, seq, hash]);
  const [rows, known] = await together(
    tx.all(RENTALS, [JSON.stringify(rentalIds)], rentalRow),
    tx.all(KNOWN, [JSON.stringify(names)], knownRow),
  );
  return {
    known,
    rentals: rows.map((row) => row.rental),
    mailboxes: rows.map((row) => row.mailbox),
  };
}

async function saveCounts(tx: Transaction, { rentals, mailboxes }: Judgement): Promise<void> {
  const counted = rentals.map(({ rentalId, accepted, lastSeq }) => [rentalId, accepted, lastSeq]);
  const waiting = mailboxes.map(({ renter, waiting: count, bytes }) => [renter, count, bytes]);
  await together(tx.run(COUNT_RENTALS, [JSON.stringify(counted)]), tx.run(COUNT_MAILBOXES, [JSON.stringify(waiting)]));
}

/** Inserts in order and returns each id's cursor. */
async function insert(tx: Transaction, stored: readonly Stored[], at: UnixMs): Promise<ReadonlyMap<string, number>> {
  const rows = stored.map(({ candidate: m, renter }) => [
    ...[m.id, m.rentalId, renter, m.seq, m.v, m.ts],
    ...[m.hash, m.scope, m.signature, m.envelope],
  ]);
  const inserted = await tx.all(INSERT, [at, JSON.stringify(rows)], insertedRow);
  return new Map(inserted.map((row) => [row.id, row.cursor]));
}

async function storeBatch(tx: Transaction, batch: ForwardBatch): Promise<readonly BatchResult[]> {
  const { items, now, storedAt, caps } = batch;
  const candidates = items.map(({ candidate }) => candidate);
  const judgement = judgeForwards({ candidates, state: await loadState(tx, candidates), now, storedAt, caps });
  const stored = judgement.verdicts.filter((verdict) => verdict.kind === "store");
  if (stored.length === 0) return judgement.verdicts.filter((verdict) => verdict.kind !== "store");
  // One after the other: SQLite may end the transaction when a statement fails, and what came behind it would stay.
  const cursors = await insert(tx, stored, storedAt);
  await saveCounts(tx, judgement);
  return judgement.verdicts.map((verdict) => {
    if (verdict.kind !== "store") return verdict;
    const cursor = cursors.get(verdict.candidate.id);
    if (cursor === undefined) throw badRow("messages", "cursor", "was not given");
    return { kind: "stored", cursor, renter: verdict.renter };
  });
}

/**
 * One result for each item, in their order; resolves after fsync. Each stored message is handed on before anything else runs, so that
 * sockets see them in cursor order. Errors: `store.*`.
 */
export async function storeForwards(
  database: SqliteDatabase,
  batch: ForwardBatch,
  stored: RelayListener["stored"],
): Promise<readonly ForwardResult[]> {
  const results = await database.write((tx) => storeBatch(tx, batch));
  return batch.items.map((item, index): ForwardResult => {
    const result = results[index];
    if (result?.kind !== "stored") return result ?? { kind: "refuse", code: "relay.internal" };
    const pushed = stored(result.renter, mailboxMessage(item, result.cursor));
    return { kind: "stored", status: pushed ? "delivered" : "queued", storedAt: batch.storedAt };
  });
}
