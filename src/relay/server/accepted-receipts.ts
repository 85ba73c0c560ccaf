// The relay's receipts: its signed word that a message is durable here. They are not stored: a message's hash, listing and time make the
// same receipt each time. Each day's are a tree, as the box's are.

import {
  type Clock,
  type CryptoSuite,
  type Logger,
  minutes,
  type Secret,
  toBase64url,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import {
  type IssuedReceipt,
  ProofReader,
  ProofService,
  proofDayCodec,
  type ReceiptQuery,
  type ReceiptSlice,
  type ReceiptSource,
} from "../../core/index.ts";
import { signReceipt } from "../../envelope/index.ts";
import type { Receipt } from "../../protocol/index.ts";
import { rowParser, type SqliteDatabase, treeStore } from "../../sqlite/index.ts";
import type { RelayTime } from "./relay-time.ts";

export interface AcceptedMessage {
  /** base64url SHA-256 of the envelope. */
  readonly hash: string;
  readonly listingId: string;
  readonly at: UnixMs;
}

export interface AcceptedReceiptsDeps {
  readonly database: SqliteDatabase;
  readonly suite: CryptoSuite;
  /** The relay's Ed25519 seed. */
  readonly seed: Secret<Uint8Array>;
}

/** Receipts that are signed in one turn of the event loop: some 10 ms. */
const SLICE = 64;
const COLUMNS = "m.cursor, m.hash, m.stored_at, r.listing_id";
const BY_TIME = `
  SELECT ${COLUMNS} FROM messages m JOIN rentals r ON r.rental_id = m.rental_id
  WHERE (m.stored_at, m.cursor) > (?1, ?2) AND m.stored_at < ?3 AND (?4 IS NULL OR m.rental_id = ?4)
  ORDER BY m.stored_at, m.cursor LIMIT ${SLICE}`;
// Messages are found by rental and hash: an index by hash alone would cost a page of writing for each of them.
const BY_HASH = `
  SELECT ${COLUMNS} FROM rentals r CROSS JOIN messages m ON m.rental_id = r.rental_id AND m.hash = ?`;

const acceptedRow = rowParser("messages", (row) => ({
  cursor: row.integer("cursor"),
  hash: row.text("hash"),
  listingId: row.text("listing_id"),
  at: unixMs(row.integer("stored_at")),
}));

export class AcceptedReceipts implements ReceiptSource {
  readonly issuer: string;
  readonly #deps: AcceptedReceiptsDeps;

  constructor(deps: AcceptedReceiptsDeps) {
    this.#deps = deps;
    this.issuer = toBase64url(deps.suite.ed25519Public(deps.seed.reveal()));
  }

  /** Signs what a provider gets for a message. The listing stands in it, never the renter. */
  receipt({ hash, listingId, at }: AcceptedMessage): Receipt {
    const { suite, seed } = this.#deps;
    const to = { listing: listingId };
    return { ...signReceipt({ suite, seed, from: this.issuer, to, msgHash: hash, ts: at }), to };
  }

  /** A position is time and cursor of the last row. */
  async slice({ after, from, to, rentalId }: ReceiptQuery): Promise<ReceiptSlice> {
    const [at = from, cursor = 0] = after?.split(".").map(Number) ?? [];
    const rows = await this.#deps.database.read(BY_TIME, [at, cursor, to, rentalId], acceptedRow);
    const last = rows.at(-1);
    const next = last === undefined || rows.length < SLICE ? null : `${last.at}.${last.cursor}`;
    return { receipts: rows.map((row) => this.#issued(row)), next };
  }

  async about(hash: string): Promise<readonly IssuedReceipt[]> {
    return (await this.#deps.database.read(BY_HASH, [hash], acceptedRow)).map((row) => this.#issued(row));
  }

  #issued(message: AcceptedMessage): IssuedReceipt {
    return { kind: "relay", receipt: this.receipt(message), at: message.at };
  }
}

export interface RelayProofsDeps {
  readonly accepted: AcceptedReceipts;
  readonly database: SqliteDatabase;
  readonly crypto: CryptoSuite;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The relay's daily trees. It has no wallet: its operator anchors their roots. */
export function relayProofs(deps: RelayProofsDeps): { readonly service: ProofService; readonly reader: ProofReader } {
  const { accepted: source, database, crypto: suite, time, clock, log } = deps;
  const store = treeStore(database, proofDayCodec);
  const reader = new ProofReader({ suite, store, source, username: null });
  const service = new ProofService({
    ...{ suite, store, source, reader, clock, log, publish: "manual", emptyDays: "skip", closeAfter: minutes(10) },
    anchoring: null,
    // In doubt a day is closed too late rather than too early.
    now: () => time.earliest(),
    trusted: () => true,
    events: { record: ({ code, details = {} }) => log.info(code, details) },
  });
  return { service, reader };
}
