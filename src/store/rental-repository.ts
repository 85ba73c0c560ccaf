// Storage of lines, rentals and the grants that the relay must know.

import { e164, lineId, listingId, rentalId, slotId, unixMs } from "../base/index.ts";
import type { Line, OutboxStore, PendingGrant, Rental, RentalState, RentalStore, SenderRules } from "../core/index.ts";
import { parseJsonWith, senderRules } from "../protocol/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";

const SAVE_LINE = `
  INSERT INTO lines (id, number, slot, iccid, imsi, listing_id) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET number = excluded.number, slot = excluded.slot, iccid = excluded.iccid, imsi = excluded.imsi,
    listing_id = excluded.listing_id`;
const SAVE_RENTAL = `
  INSERT INTO rentals (id, line_id, listing_id, renter_verify, renter_encrypt, envelope_version, starts_at, expires_at, state,
    ended_at, rev, credit, sender_rules)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET line_id = excluded.line_id, listing_id = excluded.listing_id,
    renter_verify = excluded.renter_verify, renter_encrypt = excluded.renter_encrypt, envelope_version = excluded.envelope_version,
    starts_at = excluded.starts_at, expires_at = excluded.expires_at, state = excluded.state, ended_at = excluded.ended_at,
    rev = excluded.rev, credit = excluded.credit, sender_rules = excluded.sender_rules`;
const SAVE_GRANT = `
  INSERT OR REPLACE INTO grants (rental_id, listing_id, provider, renter_verify, renter_encrypt, starts_at, expires_at,
    envelope_version, rev, credit, sealed, signature, registered)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`;

const lineRow = rowParser("lines", (row): Line => {
  const slot = row.textOrNull("slot");
  return {
    id: row.parsed("id", lineId),
    number: row.parsed("number", e164),
    slot: slot === null ? null : row.parsed("slot", slotId),
    iccid: row.textOrNull("iccid"),
    imsi: row.textOrNull("imsi"),
    listingId: row.parsed("listing_id", listingId),
  };
});

const rentalRow = rowParser("rentals", (row): Rental => {
  const endedAt = row.integerOrNull("ended_at");
  return {
    id: row.parsed("id", rentalId),
    lineId: row.parsed("line_id", lineId),
    listingId: row.parsed("listing_id", listingId),
    renter: { verify: row.text("renter_verify"), encrypt: row.text("renter_encrypt") },
    envelopeVersion: envelopeVersion(row, "rentals", "envelope_version"),
    startsAt: unixMs(row.integer("starts_at")),
    expiresAt: unixMs(row.integer("expires_at")),
    state: rentalState(row.text("state")),
    endedAt: endedAt === null ? null : unixMs(endedAt),
    rev: row.integer("rev"),
    credit: row.integerOrNull("credit"),
    senderRules: row.textOrNull("sender_rules") === null ? null : row.parsed("sender_rules", readSenderRules),
  };
});

const readSenderRules = (text: string): SenderRules =>
  parseJsonWith(senderRules, text, "store.bad_row", "the sender rules of a rental");

const grantRow = rowParser(
  "grants",
  (row): PendingGrant => ({
    rentalId: row.parsed("rental_id", rentalId),
    grant: {
      v: 1,
      rental_id: row.text("rental_id"),
      listing_id: row.text("listing_id"),
      provider: row.text("provider"),
      renter: { verify: row.text("renter_verify"), encrypt: row.text("renter_encrypt") },
      starts_at: row.integer("starts_at"),
      expires_at: row.integer("expires_at"),
      envelope_version: envelopeVersion(row, "grants", "envelope_version"),
      rev: row.integer("rev"),
      credit: row.integerOrNull("credit"),
      sealed: row.text("sealed"),
      signature: row.text("signature"),
    },
  }),
);

/** 1 or 2; anything else is `store.bad_row`. */
export function envelopeVersion(row: Row, table: string, column: string): 1 | 2 {
  const version = row.integer(column);
  if (version !== 1 && version !== 2) throw badRow(table, column, "is no envelope version");
  return version;
}

function rentalState(state: string): RentalState {
  if (state !== "active" && state !== "ended" && state !== "expired") throw badRow("rentals", "state", "is no state");
  return state;
}

type GrantStore = Pick<OutboxStore, "pendingGrant" | "grantOf" | "markRegistered">;

export function rentalRepository(db: SqliteDatabase): RentalStore & GrantStore {
  return {
    lines: () => db.read("SELECT * FROM lines ORDER BY id", [], lineRow),
    saveLine: (line) => db.write((tx) => saveLine(tx, line)),
    rentals: () => db.read("SELECT * FROM rentals ORDER BY starts_at, id", [], rentalRow),
    saveRental: (rental, grant) => db.write((tx) => saveRental(tx, rental, grant)),
    lastSequences: async () => new Map(await db.read("SELECT rental_id, last_seq FROM rental_counts", [], sequenceRow)),
    pendingGrant: (id) => db.readOne("SELECT * FROM grants WHERE rental_id = ? AND registered = 0", [id], grantRow),
    grantOf: (id) => db.readOne("SELECT * FROM grants WHERE rental_id = ?", [id], grantRow),
    markRegistered: (id, rev) => db.write((tx) => markRegistered(tx, id, rev)),
  };
}

const sequenceRow = rowParser(
  "rental_counts",
  (row) => [row.parsed("rental_id", rentalId), row.integer("last_seq")] as const,
);

async function saveLine(tx: Transaction, line: Line): Promise<void> {
  await tx.run(SAVE_LINE, [line.id, line.number, line.slot, line.iccid, line.imsi, line.listingId]);
}

/** In the transaction of a caller. */
export async function saveRental(tx: Transaction, rental: Rental, pending: PendingGrant | null): Promise<void> {
  const { id, lineId, listingId, renter, startsAt, expiresAt, state, endedAt, rev, credit } = rental;
  const rules = rental.senderRules === null ? null : JSON.stringify(rental.senderRules);
  await tx.run(SAVE_RENTAL, [
    ...[id, lineId, listingId, renter.verify, renter.encrypt, rental.envelopeVersion],
    ...[startsAt, expiresAt, state, endedAt, rev, credit, rules],
  ]);
  if (pending === null) return;
  const { grant } = pending;
  await tx.run(SAVE_GRANT, [
    ...[pending.rentalId, grant.listing_id, grant.provider, grant.renter.verify, grant.renter.encrypt],
    ...[
      grant.starts_at,
      grant.expires_at,
      grant.envelope_version,
      grant.rev,
      grant.credit,
      grant.sealed,
      grant.signature,
    ],
  ]);
}

/** A grant that changed meanwhile has another `rev` and stays pending. */
async function markRegistered(tx: Transaction, id: string, rev: number): Promise<void> {
  await tx.run("UPDATE grants SET registered = 1 WHERE rental_id = ? AND rev = ?", [id, rev]);
}
