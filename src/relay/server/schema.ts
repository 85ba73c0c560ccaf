// The relay's own database: what must survive a crash between two instructions.

import { LISTING_INDEX_TABLES, type Schema, TREE_TABLES } from "../../sqlite/index.ts";
import { DELIVERY_SUMS_TABLE } from "./delivery-sums.ts";
import { PAPER_OWNERS, PAPERS_TABLE } from "./paper-store.ts";
import { PROVIDER_BOX_TABLE } from "./provider-store.ts";
import { RUNS_TABLE } from "./run-store.ts";

const TABLES = `
  -- A listing belongs to the provider who registered its first rental.
  CREATE TABLE listings (
    listing_id TEXT PRIMARY KEY,
    provider TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE rentals (
    rental_id TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL REFERENCES listings (listing_id),
    provider TEXT NOT NULL,
    renter TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    rev INTEGER NOT NULL,
    credit INTEGER,
    grant_json TEXT NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0,
    last_seq INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rentals_of_renter ON rentals (renter);
  CREATE INDEX rentals_of_listing ON rentals (listing_id);
  CREATE INDEX rentals_by_end ON rentals (expires_at);

  -- What waits for one renter: kept with every change, so that a full mailbox is noticed without counting it.
  CREATE TABLE mailboxes (
    renter TEXT PRIMARY KEY,
    waiting INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- AUTOINCREMENT: a cursor is never given twice, even after its row has gone. A row without its envelope (acknowledged or expired)
  -- stays as long as the rental is known, so that a message that comes again is still recognised.
  CREATE TABLE messages (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    rental_id TEXT NOT NULL REFERENCES rentals (rental_id),
    renter TEXT NOT NULL,
    seq INTEGER,
    v INTEGER NOT NULL,
    ts INTEGER NOT NULL,
    hash TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('message', 'envelope_text')),
    signature TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    envelope TEXT
  ) STRICT;
  CREATE UNIQUE INDEX messages_by_seq ON messages (rental_id, seq) WHERE seq IS NOT NULL;
  CREATE UNIQUE INDEX messages_by_hash ON messages (rental_id, hash);
  CREATE INDEX messages_waiting ON messages (renter, cursor) WHERE envelope IS NOT NULL;
  CREATE INDEX messages_by_age ON messages (stored_at) WHERE envelope IS NOT NULL;

  CREATE TABLE receipts (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    rental_id TEXT NOT NULL REFERENCES rentals (rental_id),
    provider TEXT NOT NULL,
    receipt_json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX receipts_of_provider ON receipts (provider, cursor);
  CREATE INDEX receipts_of_rental ON receipts (rental_id);

  -- Tokens are kept as SHA-256: a stolen file gives no access.
  CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    pubkey TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`;

// A day's messages are read in the order of their acceptance; the index grows at its end only.
const PROOFS = `
  CREATE INDEX messages_by_time ON messages (stored_at);
  ${TREE_TABLES}`;

// What the market carries. A request keeps its body until it is answered; an order keeps the provider's last word.
const MARKET = `
  CREATE TABLE listing_records (
    listing_id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    commitment TEXT NOT NULL,
    rev INTEGER NOT NULL,
    record TEXT NOT NULL,
    stored_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE orders (
    order_id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    renter TEXT NOT NULL,
    request_json TEXT NOT NULL,
    state TEXT NOT NULL,
    answer_json TEXT,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX orders_of_renter ON orders (renter);
  CREATE INDEX orders_of_provider ON orders (provider, state);
  CREATE INDEX orders_by_age ON orders (created_at);

  CREATE TABLE order_requests (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL REFERENCES orders (order_id),
    provider TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('quote', 'chap', 'ticket')),
    body_json TEXT
  ) STRICT;
  CREATE INDEX order_requests_waiting ON order_requests (provider, cursor) WHERE body_json IS NOT NULL;
  CREATE INDEX order_requests_of_order ON order_requests (order_id);`;

// A renter also hands in copies of an escrow. The cursors go on where they were: providers ask for what is behind the last one they saw.
const ESCROW_REQUESTS = `
  ALTER TABLE order_requests RENAME TO old_order_requests;
  CREATE TABLE order_requests (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL REFERENCES orders (order_id),
    provider TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('quote', 'chap', 'ticket', 'escrow')),
    body_json TEXT
  ) STRICT;
  INSERT INTO order_requests (cursor, id, order_id, provider, kind, body_json)
    SELECT cursor, id, order_id, provider, kind, body_json FROM old_order_requests;
  DELETE FROM sqlite_sequence WHERE name = 'order_requests';
  INSERT INTO sqlite_sequence (name, seq)
    SELECT 'order_requests', seq FROM sqlite_sequence WHERE name = 'old_order_requests';
  DROP TABLE old_order_requests;
  CREATE INDEX order_requests_waiting ON order_requests (provider, cursor) WHERE body_json IS NOT NULL;
  CREATE INDEX order_requests_of_order ON order_requests (order_id);`;

// A page of one rental costs no more where its renter has a hundred thousand messages of others.
const RENTAL_PAGES =
  "CREATE INDEX messages_waiting_of_rental ON messages (rental_id, cursor) WHERE envelope IS NOT NULL;";

export const relaySchema: Schema = {
  applicationId: 0x4e62526c,
  migrations: [
    { name: "relay_tables", sql: TABLES },
    { name: "receipts and proofs", sql: PROOFS },
    { name: "market", sql: MARKET },
    { name: "listing index", sql: LISTING_INDEX_TABLES },
    { name: "boxes of providers", sql: PROVIDER_BOX_TABLE },
    { name: "papers", sql: PAPERS_TABLE },
    { name: "escrow of an order", sql: ESCROW_REQUESTS },
    { name: "pages of a rental", sql: RENTAL_PAGES },
    // From here on an older program works with the file, too.
    { name: "runs", sql: RUNS_TABLE, readableFrom: 8 },
    { name: "owners of papers", sql: PAPER_OWNERS, readableFrom: 8 },
    // What an older program adds is seen by it: the counts hold only as long as they agree with the rental.
    { name: "sums of deliveries", sql: DELIVERY_SUMS_TABLE, readableFrom: 8 },
  ],
};
