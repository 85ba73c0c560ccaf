// The box's tables. Counts are kept by triggers, so that they change in the transaction that changes what they count.

import { type Schema, TREE_TABLES } from "../sqlite/index.ts";
import { ALERT_TABLES } from "./alert-repository.ts";
import { ANSWER_TABLES } from "./answer-repository.ts";
import { AUDIT_TABLES } from "./audit-repository.ts";
import { CALL_TABLES } from "./call-repository.ts";
import { ESCROW_TABLES } from "./escrow-repository.ts";
import { EVENT_TABLES } from "./event-repository.ts";
import { NOTICE_TABLES } from "./notice-repository.ts";
import { PAYMENT_TABLES } from "./payment-repository.ts";

const LINES_AND_RENTALS = `
  CREATE TABLE lines (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    slot TEXT,
    iccid TEXT,
    listing_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER lines_listing_fixed BEFORE UPDATE ON lines WHEN NEW.listing_id <> OLD.listing_id
  BEGIN SELECT RAISE(ABORT, 'the listing id of a line never changes'); END;

  CREATE TABLE rentals (
    id TEXT PRIMARY KEY,
    line_id TEXT NOT NULL REFERENCES lines (id),
    listing_id TEXT NOT NULL,
    renter_verify TEXT NOT NULL,
    renter_encrypt TEXT NOT NULL,
    envelope_version INTEGER NOT NULL CHECK (envelope_version IN (1, 2)),
    starts_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'ended', 'expired')),
    ended_at INTEGER,
    rev INTEGER NOT NULL,
    credit INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX rentals_one_active ON rentals (line_id) WHERE state = 'active';

  CREATE TABLE grants (
    rental_id TEXT PRIMARY KEY REFERENCES rentals (id),
    listing_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    renter_verify TEXT NOT NULL,
    renter_encrypt TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    envelope_version INTEGER NOT NULL CHECK (envelope_version IN (1, 2)),
    rev INTEGER NOT NULL,
    credit INTEGER,
    sealed TEXT NOT NULL,
    signature TEXT NOT NULL,
    registered INTEGER NOT NULL CHECK (registered IN (0, 1))
  ) STRICT;`;

// A message is in exactly one of outbox, forwarded and refused. What is kept for ever is slim and has one index, the one that receipts
// are matched by: each further index would cost a page of writing per SMS.
const MESSAGES = `
  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rental_id TEXT NOT NULL REFERENCES rentals (id),
    seq INTEGER NOT NULL,
    line_id TEXT NOT NULL,
    listing_id TEXT NOT NULL,
    v INTEGER NOT NULL CHECK (v IN (1, 2)),
    ts INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    envelope_hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    envelope TEXT NOT NULL,
    UNIQUE (rental_id, seq)
  ) STRICT;
  CREATE INDEX outbox_by_hash ON outbox (envelope_hash);

  CREATE TABLE forwarded (
    envelope_hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    rental_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    status TEXT NOT NULL,
    forwarded_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE refused (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    rental_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    line_id TEXT NOT NULL,
    listing_id TEXT NOT NULL,
    v INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    signature TEXT NOT NULL,
    envelope TEXT NOT NULL,
    code TEXT NOT NULL,
    refused_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE held (
    id TEXT PRIMARY KEY,
    line_id TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    envelope TEXT NOT NULL
  ) STRICT;

  CREATE TABLE receipts (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    rental_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    receipt TEXT NOT NULL
  ) STRICT;
  CREATE TABLE relay_position (id INTEGER PRIMARY KEY CHECK (id = 1), receipt_cursor INTEGER NOT NULL) STRICT;
  INSERT INTO relay_position (id, receipt_cursor) VALUES (1, 0);`;

const INTAKE = `
  CREATE TABLE seen (
    hash TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    location TEXT,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    at INTEGER NOT NULL,
    PRIMARY KEY (hash, occurrence)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX seen_deleted ON seen (at) WHERE deleted = 1;

  CREATE TABLE parts (
    group_hash TEXT NOT NULL,
    part INTEGER NOT NULL,
    total INTEGER NOT NULL,
    line_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (group_hash, part)
  ) STRICT, WITHOUT ROWID;`;

const COUNTS = `
  CREATE TABLE counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    received INTEGER NOT NULL,
    forwarded INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    undecodable INTEGER NOT NULL,
    unrented INTEGER NOT NULL
  ) STRICT;
  INSERT INTO counters VALUES (1, 0, 0, 0, 0, 0, 0);

  CREATE TABLE rental_counts (
    rental_id TEXT PRIMARY KEY REFERENCES rentals (id),
    last_seq INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE line_activity (
    line_id TEXT PRIMARY KEY,
    received INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`;

const TRIGGERS = `
  CREATE TRIGGER outbox_in_order BEFORE INSERT ON outbox
  WHEN NEW.seq <= (SELECT last_seq FROM rental_counts WHERE rental_id = NEW.rental_id)
  BEGIN SELECT RAISE(ABORT, 'seq does not follow the last one of the rental'); END;

  CREATE TRIGGER rental_counted AFTER INSERT ON rentals
  BEGIN INSERT INTO rental_counts VALUES (NEW.id, 0, 0, 0, 0); END;

  CREATE TRIGGER outbox_entered AFTER INSERT ON outbox
  BEGIN
    UPDATE rental_counts SET last_seq = NEW.seq, messages = messages + 1, waiting = waiting + 1
    WHERE rental_id = NEW.rental_id;
    INSERT INTO line_activity VALUES (NEW.line_id, 1, NEW.stored_at)
    ON CONFLICT (line_id) DO UPDATE SET received = received + 1, last_at = excluded.last_at;
  END;

  CREATE TRIGGER outbox_left AFTER DELETE ON outbox
  BEGIN UPDATE rental_counts SET waiting = waiting - 1 WHERE rental_id = OLD.rental_id; END;

  CREATE TRIGGER held_entered AFTER INSERT ON held
  BEGIN
    INSERT INTO line_activity VALUES (NEW.line_id, 1, NEW.stored_at)
    ON CONFLICT (line_id) DO UPDATE SET received = received + 1, last_at = excluded.last_at;
  END;

  CREATE TRIGGER receipt_entered AFTER INSERT ON receipts
  BEGIN UPDATE rental_counts SET acknowledged = acknowledged + 1 WHERE rental_id = NEW.rental_id; END;`;

const LATE_PARTS = `
  ALTER TABLE parts ADD COLUMN sent_at INTEGER;
  ALTER TABLE parts ADD COLUMN delivered_id TEXT;
  ALTER TABLE parts ADD COLUMN delivered_rental TEXT;
  ALTER TABLE parts ADD COLUMN delivered_at INTEGER;`;

const SENDER_POLICY = `
  ALTER TABLE rentals ADD COLUMN sender_rules TEXT;
  ALTER TABLE counters ADD COLUMN denied INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE line_denied (line_id TEXT PRIMARY KEY, denied INTEGER NOT NULL) STRICT, WITHOUT ROWID;`;

// In the row of the message that they are about, for the same reason. A relay's key is written once.
const RECEIPTS_AND_PROOFS = `
  CREATE TABLE relay_keys (id INTEGER PRIMARY KEY, verify TEXT NOT NULL UNIQUE) STRICT;
  ALTER TABLE forwarded ADD COLUMN accepted_by INTEGER;
  ALTER TABLE forwarded ADD COLUMN accepted_at INTEGER;
  ALTER TABLE forwarded ADD COLUMN accepted_sig TEXT;
  CREATE INDEX receipts_by_time ON receipts (received_at);
  ${TREE_TABLES}`;

const LISTINGS = `
  CREATE TABLE publications (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('new', 'update', 'delete')),
    value BLOB NOT NULL,
    days INTEGER NOT NULL,
    wished_address TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'confirming', 'done', 'lost', 'failed', 'cancelled')),
    txid TEXT,
    confirmations INTEGER NOT NULL,
    needed INTEGER NOT NULL,
    address TEXT,
    expires_at INTEGER,
    problem TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    in_doubt INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
    asked_at INTEGER,
    hex TEXT,
    displaced_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX publications_one_open ON publications (name) WHERE state IN ('waiting', 'sent', 'confirming');

  CREATE TABLE listing_revisions (
    listing_id TEXT NOT NULL,
    rev INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'current', 'replaced', 'withdrawn', 'dropped')),
    record BLOB NOT NULL,
    value BLOB NOT NULL,
    commitment TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (listing_id, rev)
  ) STRICT, WITHOUT ROWID;`;

/**
 * Schema of the box's database file. Migrations are only ever appended. From the fourteenth on each says by `readableFrom` that the system
 * before it still works with the file: an update that goes back must find its messages, those that came meanwhile too. What would take
 * that away is done in two releases: first nobody needs it, then it goes.
 */
export const boxSchema: Schema = {
  // "NBbx"
  applicationId: 0x4e426278,
  migrations: [
    { name: "first schema", sql: [LINES_AND_RENTALS, MESSAGES, INTAKE, COUNTS, TRIGGERS].join("\n") },
    { name: "lines known by their SIM's IMSI", sql: "ALTER TABLE lines ADD COLUMN imsi TEXT;" },
    { name: "late parts", sql: LATE_PARTS },
    { name: "sender policy", sql: SENDER_POLICY },
    { name: "receipts and proofs", sql: RECEIPTS_AND_PROOFS },
    { name: "payments", sql: PAYMENT_TABLES },
    { name: "listings", sql: LISTINGS },
    { name: "escrows", sql: ESCROW_TABLES },
    { name: "events", sql: EVENT_TABLES },
    { name: "alerts and notices", sql: [ALERT_TABLES, NOTICE_TABLES].join("\n") },
    { name: "audit trail", sql: AUDIT_TABLES },
    { name: "answers under a key", sql: ANSWER_TABLES },
    { name: "calls", sql: CALL_TABLES },
    {
      name: "epoch of the relay's receipts",
      sql: "ALTER TABLE relay_position ADD COLUMN receipt_epoch TEXT;",
      readableFrom: 13,
    },
  ],
};
