// What the relay tells a provider of himself: which box has his identity now, the grants he registered, and what was taken of each rental.
// A box that was restored from a backup catches up with it.

import type { StoredGrant } from "../../core/index.ts";
import type { ProviderMessagesPage } from "../../protocol/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import { grantRow } from "./rental-store.ts";

export const PROVIDER_BOX_TABLE = `
  CREATE TABLE provider_boxes (
    provider TEXT PRIMARY KEY,
    instance TEXT NOT NULL,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`;

const boxRow = rowParser("provider_boxes", (row) => row.text("instance"));
const BOX = "SELECT instance FROM provider_boxes WHERE provider = ?";

export function readBox(database: SqliteDatabase, provider: string): Promise<string | null> {
  return database.readOne(BOX, [provider], boxRow);
}

/** The box that came last has the identity. Resolves after fsync. */
export function claimBox(
  database: SqliteDatabase,
  claim: { readonly provider: string; readonly instance: string; readonly at: number },
): Promise<"first" | "same" | "replaced"> {
  return database.write(async (tx) => {
    const [before] = await tx.all(BOX, [claim.provider], boxRow);
    if (before === claim.instance) return "same";
    await tx.run("INSERT OR REPLACE INTO provider_boxes (provider, instance, since) VALUES (?, ?, ?)", [
      ...[claim.provider, claim.instance, claim.at],
    ]);
    return before === undefined ? "first" : "replaced";
  });
}

/** By rental id; one more than asked for shows that others follow. */
export async function readProviderRentals(
  database: SqliteDatabase,
  provider: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<{ readonly rentals: readonly StoredGrant[]; readonly more: boolean }> {
  const sql = `SELECT rev, last_seq, grant_json FROM rentals WHERE provider = ? AND rental_id > ? ORDER BY rental_id LIMIT ?`;
  const rows = await database.read(sql, [provider, after, limit + 1], grantRow);
  return { rentals: rows.slice(0, limit), more: rows.length > limit };
}

const messageRow = rowParser("messages", (row) => ({
  id: row.text("id"),
  seq: row.integer("seq"),
  hash: row.text("hash"),
  stored_at: row.integer("stored_at"),
}));

/** Of a rental of this provider; nothing of another's. Those of the short form have no `seq` and are left out. */
export async function readProviderMessages(
  database: SqliteDatabase,
  provider: string,
  { rentalId, after, limit }: { readonly rentalId: string; readonly after: number; readonly limit: number },
): Promise<ProviderMessagesPage> {
  const sql = `SELECT m.id, m.seq, m.hash, m.stored_at FROM messages m JOIN rentals r ON r.rental_id = m.rental_id
    WHERE m.rental_id = ? AND r.provider = ? AND m.seq > ? ORDER BY m.seq LIMIT ?`;
  const rows = await database.read(sql, [rentalId, provider, after, limit + 1], messageRow);
  const messages = rows.slice(0, limit);
  return { messages, next: messages.at(-1)?.seq ?? after, more: rows.length > messages.length };
}
