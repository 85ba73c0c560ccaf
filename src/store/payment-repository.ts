// Storage of the payments: records in motion, the coins that back tickets, and the journal, which only grows.

import { type MicroEmc, microEmc, rentalId, type UnixMs, unixMs } from "../base/index.ts";
import {
  type Account,
  type EntryKind,
  holdsCoins,
  type JournalEntry,
  outpointText,
  type PaymentChange,
  type PaymentRecords,
  type PaymentStore,
  type Posting,
  type StoredTicket,
  WON_STATES,
} from "../core/index.ts";
import { type RowParser, rowParser, type SqliteDatabase, type SqlValue, type Transaction } from "../sqlite/index.ts";
import { readChap, readDeposit, readFlag, readOrder, readSweep, readTicket } from "./payment-codec.ts";

/** `open` rows are loaded at the start; the others are history. */
const RECORDS = (table: string): string =>
  `CREATE TABLE ${table} (id TEXT PRIMARY KEY, open INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;`;

export const PAYMENT_TABLES = `
  ${["pay_chaps", "pay_tickets", "pay_orders", "pay_deposits", "pay_sweeps", "pay_flags"].map(RECORDS).join("\n  ")}
  CREATE INDEX pay_chaps_open ON pay_chaps (id) WHERE open = 1;
  CREATE INDEX pay_tickets_open ON pay_tickets (id) WHERE open = 1;
  CREATE INDEX pay_tickets_at ON pay_tickets (at);
  CREATE TABLE pay_coins (coin TEXT PRIMARY KEY, ticket TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX pay_coins_ticket ON pay_coins (ticket);
  CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    rental TEXT
  ) STRICT;
  CREATE INDEX journal_at ON journal (at);
  CREATE TABLE postings (
    entry INTEGER NOT NULL REFERENCES journal (position),
    account TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (entry, account)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE balances (account TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER posted AFTER INSERT ON postings
  BEGIN
    INSERT INTO balances VALUES (NEW.account, NEW.amount)
    ON CONFLICT (account) DO UPDATE SET amount = amount + excluded.amount;
  END;
  CREATE TRIGGER journal_kept BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
  CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
  CREATE TRIGGER postings_kept BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
  CREATE TRIGGER postings_stay BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;`;

const bodies = <T>(table: string, read: (text: string) => T): RowParser<T> =>
  rowParser(table, (row) => row.parsed("body", read));

const balanceRow = rowParser(
  "balances",
  (row) => [row.text("account") as Account, microEmc(row.integer("amount"))] as const,
);

const postingRow = rowParser("journal", (row) => {
  const rental = row.textOrNull("rental");
  return {
    key: row.text("key"),
    // Written by `entry` only.
    kind: row.text("kind") as EntryKind,
    at: unixMs(row.integer("at")),
    rental: rental === null ? null : rentalId(rental),
    posting: { account: row.text("account") as Account, amount: microEmc(row.integer("amount")) },
  };
});

const JOURNAL = `
  SELECT j.key, j.kind, j.at, j.rental, p.account, p.amount FROM journal j JOIN postings p ON p.entry = j.position
  WHERE j.at >= ? AND j.at < ? ORDER BY j.position, p.account`;

/** Those in motion, and those of the last hour, which the caps count. */
const TICKETS = `
  SELECT body FROM pay_tickets WHERE open = 1 OR at > (SELECT max(at) FROM pay_tickets) - 3600000 ORDER BY at, id`;

const WON = ` AND body ->> '$.state' IN (${WON_STATES.map((state) => `'${state}'`).join()})`;

export function paymentRepository(db: SqliteDatabase): PaymentStore {
  const open = <T>(table: string, read: (text: string) => T): Promise<readonly T[]> =>
    db.read(`SELECT body FROM ${table} WHERE open = 1 ORDER BY at, id`, [], bodies(table, read));
  return {
    payments: async (): Promise<PaymentRecords> => ({
      chaps: await open("pay_chaps", readChap),
      tickets: await db.read(TICKETS, [], bodies("pay_tickets", readTicket)),
      orders: await open("pay_orders", readOrder),
      deposits: await open("pay_deposits", readDeposit),
      sweeps: await open("pay_sweeps", readSweep),
      flags: await open("pay_flags", readFlag),
      balances: new Map<Account, MicroEmc>(await db.read("SELECT account, amount FROM balances", [], balanceRow)),
    }),
    commitPayments: (change) => db.write((tx) => commit(tx, change)),
    ticket: (id) => db.readOne("SELECT body FROM pay_tickets WHERE id = ?", [id], bodies("pay_tickets", readTicket)),
    tickets: ({ from, to, limit, newestFirst = false, wins = false }) => {
      const order = newestFirst ? "at DESC, id DESC" : "at, id";
      return db.read(
        `SELECT body FROM pay_tickets WHERE at >= ? AND at < ?${wins ? WON : ""} ORDER BY ${order} LIMIT ?`,
        [from, to, limit],
        bodies("pay_tickets", readTicket),
      );
    },
    journal: async ({ from, to }) => gathered(await db.read(JOURNAL, [from, to], postingRow)),
  };
}

/** Rows of postings, those of one entry behind each other. */
function gathered(rows: readonly (Omit<JournalEntry, "postings"> & { readonly posting: Posting })[]): JournalEntry[] {
  const entries = new Map<string, JournalEntry>();
  for (const { posting, ...head } of rows) {
    const postings = [...(entries.get(head.key)?.postings ?? []), posting];
    entries.set(head.key, { ...head, postings });
  }
  return [...entries.values()];
}

interface Saved {
  readonly table: string;
  readonly id: string;
  readonly open: boolean;
  readonly at: UnixMs;
  readonly body: object;
}

const OPEN_TICKETS: ReadonlySet<StoredTicket["state"]> = new Set(["deciding", "won", "settled"]);

function saved(change: PaymentChange): readonly Saved[] {
  const { chaps = [], tickets = [], orders = [], deposits = [], sweeps = [], flags = [] } = change;
  return [
    ...chaps.map((chap) => {
      const isOpen = chap.state === "pool" || chap.state === "offered" || chap.state === "used";
      return { table: "pay_chaps", id: chap.text, open: isOpen, at: chap.issuedAt, body: chap };
    }),
    ...tickets.map((ticket) => {
      const isOpen = OPEN_TICKETS.has(ticket.state);
      return { table: "pay_tickets", id: ticket.id, open: isOpen, at: ticket.receivedAt, body: ticket };
    }),
    ...orders.map((order) => ({ table: "pay_orders", id: order.id, open: true, at: order.createdAt, body: order })),
    ...deposits.map((deposit) => {
      return { table: "pay_deposits", id: outpointText(deposit), open: true, at: deposit.changedAt, body: deposit };
    }),
    ...sweeps.map((sweep) => ({ table: "pay_sweeps", id: sweep.id, open: true, at: sweep.createdAt, body: sweep })),
    ...flags.map((flag) => ({ table: "pay_flags", id: flag.payer, open: true, at: flag.at, body: flag })),
  ];
}

async function commit(tx: Transaction, change: PaymentChange): Promise<void> {
  for (const { table, id, open, at, body } of saved(change)) {
    const values: SqlValue[] = [id, open ? 1 : 0, at, JSON.stringify(body)];
    await tx.run(`INSERT OR REPLACE INTO ${table} (id, open, at, body) VALUES (?, ?, ?, ?)`, values);
  }
  for (const ticket of change.tickets ?? []) {
    await tx.run("DELETE FROM pay_coins WHERE ticket = ?", [ticket.id]);
    if (!holdsCoins(ticket)) continue;
    for (const coin of ticket.coins) {
      await tx.run("INSERT INTO pay_coins (coin, ticket) VALUES (?, ?)", [outpointText(coin), ticket.id]);
    }
  }
  for (const { key, kind, at, rental, postings } of change.entries ?? []) {
    await tx.run("INSERT INTO journal (key, kind, at, rental) VALUES (?, ?, ?, ?)", [key, kind, at, rental]);
    for (const { account, amount } of postings) {
      await tx.run("INSERT INTO postings (entry, account, amount) SELECT position, ?, ? FROM journal WHERE key = ?", [
        account,
        amount,
        key,
      ]);
    }
  }
}
