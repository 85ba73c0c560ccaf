// Rentals and the listings they belong to: what registration changes and what forwarding asks for.

import { type UnixMs, unixSecondsOf } from "../../base/index.ts";
import type { GrantContext, GrantDecision, RentalRoute, StoredGrant } from "../../core/index.ts";
import { type RentalGrant, rentalGrant } from "../../protocol/index.ts";
import { badRow, type RowParser, rowParser, type SqliteDatabase, type Transaction } from "../../sqlite/index.ts";

const routeRow = rowParser(
  "rentals",
  (row): RentalRoute => ({
    rentalId: row.text("rental_id"),
    listingId: row.text("listing_id"),
    provider: row.text("provider"),
    renter: row.text("renter"),
  }),
);

export function findRoute(database: SqliteDatabase, rentalId: string): Promise<RentalRoute | null> {
  const sql = "SELECT rental_id, listing_id, provider, renter FROM rentals WHERE rental_id = ?";
  return database.readOne(sql, [rentalId], routeRow);
}

/** Rentals of a listing that run at `now`; if none does, the one that ended last. */
export function findRoutesOfListing(
  database: SqliteDatabase,
  listingId: string,
  now: UnixMs,
): Promise<readonly RentalRoute[]> {
  const sql = `
    SELECT rental_id, listing_id, provider, renter FROM rentals WHERE listing_id = ?1 AND expires_at > ?2
    UNION ALL
    SELECT * FROM (
      SELECT rental_id, listing_id, provider, renter FROM rentals WHERE listing_id = ?1 AND expires_at <= ?2
        AND NOT EXISTS (SELECT 1 FROM rentals WHERE listing_id = ?1 AND expires_at > ?2)
      ORDER BY expires_at DESC LIMIT 1)`;
  return database.read(sql, [listingId, unixSecondsOf(now)], routeRow);
}

const countRow = rowParser("listings", (row) => row.integer("count"));

export async function isKnownListing(database: SqliteDatabase, listingId: string): Promise<boolean> {
  const sql = "SELECT count(*) AS count FROM listings WHERE listing_id = ?";
  return (await database.readOne(sql, [listingId], countRow)) === 1;
}

/** Reads a grant back. It was verified before it was stored. */
export const grantRow: RowParser<StoredGrant> = rowParser("rentals", (row) => {
  const text = row.text("grant_json");
  return { rev: row.integer("rev"), lastSeq: row.integer("last_seq"), text, grant: parseGrant(text) };
});

function parseGrant(text: string): RentalGrant {
  try {
    return rentalGrant.parse(JSON.parse(text));
  } catch {
    throw badRow("rentals", "grant_json", "is no grant");
  }
}

const ownerRow = rowParser("listings", (row) => row.text("provider"));

async function loadContext(tx: Transaction, grant: RentalGrant): Promise<GrantContext> {
  const grants = "SELECT rev, last_seq, grant_json FROM rentals WHERE rental_id = ?";
  const owners = "SELECT provider FROM listings WHERE listing_id = ?";
  const [stored = null] = await tx.all(grants, [grant.rental_id], grantRow);
  const [listingOwner = null] = await tx.all(owners, [grant.listing_id], ownerRow);
  return { stored, listingOwner };
}

async function save(tx: Transaction, grant: RentalGrant, text: string): Promise<void> {
  const { rental_id, listing_id, provider, renter, expires_at, rev, credit } = grant;
  await tx.run("INSERT INTO listings (listing_id, provider) VALUES (?, ?) ON CONFLICT DO NOTHING", [
    listing_id,
    provider,
  ]);
  await tx.run(
    `INSERT INTO rentals (rental_id, listing_id, provider, renter, expires_at, rev, credit, grant_json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (rental_id) DO UPDATE SET expires_at = excluded.expires_at, rev = excluded.rev, credit = excluded.credit,
       grant_json = excluded.grant_json`,
    [rental_id, listing_id, provider, renter.verify, expires_at, rev, credit, text],
  );
}

/** Lets `decide` judge the grant against what is stored, in one transaction; a throw of it changes nothing. */
export function saveGrant(
  database: SqliteDatabase,
  entry: { readonly grant: RentalGrant; readonly text: string },
  decide: (context: GrantContext) => GrantDecision,
): Promise<GrantDecision> {
  return database.write(async (tx) => {
    const decision = decide(await loadContext(tx, entry.grant));
    if (decision !== "unchanged") await save(tx, entry.grant, entry.text);
    return decision;
  });
}
