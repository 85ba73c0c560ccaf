// Stores a batch of forwarded messages in one transaction: one statement asks, one script writes, whatever the size of the batch.

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
import {
  badRow,
  rowParser,
  type Script,
  type SqliteDatabase,
  type Statement,
  type Transaction,
} from "../../sqlite/index.ts";
import { scopeOf, versionOf } from "./message-row.ts";

type Stored = Extract<ForwardVerdict, { readonly kind: "store" }>;

interface StoredNow {
  readonly verdict: Stored;
  readonly cursor: number;
}

type BatchResult =
  | { readonly kind: "stored"; readonly cursor: number; readonly renter: string }
  | Exclude<ForwardVerdict, Stored>;

// All that is asked before: in one statement, as each takes a way to the disk's thread.
const COLUMNS = "m.id, m.rental_id, m.seq, m.v, m.ts, m.hash, m.scope, m.stored_at";
const STATE = `
  WITH asked AS MATERIALIZED (
    SELECT value ->> 0 AS id, value ->> 1 AS rental_id, value ->> 2 AS seq, value ->> 3 AS hash FROM json_each(?)
  ), known AS (
    SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.id = a.id
    UNION SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.rental_id = a.rental_id AND m.hash = a.hash
    UNION SELECT ${COLUMNS} FROM asked a CROSS JOIN messages m ON m.rental_id = a.rental_id AND m.seq = a.seq
  )
  SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) AS last_cursor,
    (SELECT json_group_array(json_object('id', id, 'rental_id', rental_id, 'seq', seq, 'v', v, 'ts', ts, 'hash', hash, 'scope', scope,
      'stored_at', stored_at)) FROM known) AS known,
    (SELECT json_group_array(json_object('rental_id', r.rental_id, 'renter', r.renter, 'expires_at', r.expires_at, 'credit', r.credit,
      'accepted', r.accepted, 'last_seq', r.last_seq, 'waiting', coalesce(b.waiting, 0), 'bytes', coalesce(b.bytes, 0)))
      FROM rentals r LEFT JOIN mailboxes b ON b.renter = r.renter
      WHERE r.rental_id IN (SELECT rental_id FROM asked)) AS rentals`;

// Rows stand in the script as they are: no JSON is to be read for them.
const INSERT = `
  INSERT INTO messages (cursor, id, rental_id, renter, seq, v, ts, hash, scope, signature, envelope, size, stored_at)
  VALUES `;

const COUNT_RENTALS = [
  "UPDATE rentals SET accepted = n.column2, last_seq = n.column3 FROM (VALUES ",
  ") AS n WHERE rentals.rental_id = n.column1",
] as const;

const COUNT_MAILBOXES = [
  "INSERT INTO mailboxes (renter, waiting, bytes) VALUES ",
  " ON CONFLICT (renter) DO UPDATE SET waiting = excluded.waiting, bytes = excluded.bytes",
] as const;

type Values = Statement["params"];

/** One statement with a row of `?` for each of `rows`. */
function rowsIn(before: string, rows: readonly Values[], after = ""): Statement {
  const places = rows.map((row) => `(${row.map(() => "?").join(", ")})`).join(", ");
  return { sql: `${before}${places}${after}`, params: rows.flat() };
}

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

interface Before {
  readonly state: ForwardState;
  /** The last one that was ever given. */
  readonly cursor: number;
}

const listOf = (text: string): readonly unknown[] => {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list : [];
};

const stateRow = rowParser("messages", (row): Before => {
  const rows = row.parsed("rentals", listOf).map(rentalRow);
  return {
    cursor: row.integer("last_cursor"),
    state: {
      known: row.parsed("known", listOf).map(knownRow),
      rentals: rows.map(({ rental }) => rental),
      mailboxes: rows.map(({ mailbox }) => mailbox),
    },
  };
});

async function before(read: Transaction["all"], candidates: readonly Candidate[]): Promise<Before> {
  const names = candidates.map(({ id, rentalId, seq, hash }) => [id, rentalId, seq, hash]);
  const [row] = await read(STATE, [JSON.stringify(names)], stateRow);
  if (row === undefined) throw badRow("messages", "*", "could not be asked for");
  return row;
}

function countsOf({ rentals, mailboxes }: Judgement): readonly Statement[] {
  const counted = rentals.map(({ rentalId, accepted, lastSeq }) => [rentalId, accepted, lastSeq]);
  const waiting = mailboxes.map(({ renter, waiting: count, bytes }) => [renter, count, bytes]);
  return [rowsIn(COUNT_RENTALS[0], counted, COUNT_RENTALS[1]), rowsIn(COUNT_MAILBOXES[0], waiting, COUNT_MAILBOXES[1])];
}

function insertOf(stored: readonly StoredNow[], at: UnixMs): Statement {
  const rows = stored.map(({ verdict: { candidate: m, renter }, cursor }) => [
    ...[cursor, m.id, m.rentalId, renter, m.seq, m.v, m.ts],
    ...[m.hash, m.scope, m.signature, m.envelope, m.envelope.length, at],
  ]);
  return rowsIn(INSERT, rows);
}

/** Gives each that is stored the next cursor, in their order: who reads behind a cursor misses none. */
function scriptOf(judgement: Judgement, last: number, at: UnixMs): Script<readonly BatchResult[]> {
  const stored: StoredNow[] = [];
  const value = judgement.verdicts.map((verdict): BatchResult => {
    if (verdict.kind !== "store") return verdict;
    const cursor = last + stored.length + 1;
    stored.push({ verdict, cursor });
    return { kind: "stored", cursor, renter: verdict.renter };
  });
  const statements = stored.length === 0 ? [] : [insertOf(stored, at), ...countsOf(judgement)];
  return { statements, value };
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
  const { items, now, storedAt, caps } = batch;
  const candidates = items.map(({ candidate }) => candidate);
  const results = await database.writeScript(async (read) => {
    const { state, cursor } = await before(read, candidates);
    return scriptOf(judgeForwards({ candidates, state, now, storedAt, caps }), cursor, storedAt);
  });
  return batch.items.map((item, index): ForwardResult => {
    const result = results[index];
    if (result?.kind !== "stored") return result ?? { kind: "refuse", code: "relay.internal" };
    const pushed = stored(result.renter, mailboxMessage(item, result.cursor));
    return { kind: "stored", status: pushed ? "delivered" : "queued", storedAt: batch.storedAt };
  });
}
