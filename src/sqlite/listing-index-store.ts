// Tables for the index of all listings in the chain, which box and relay may both keep.

import type { SqliteDatabase } from "./database.ts";
import { badRow, rowParser } from "./row.ts";

export const LISTING_INDEX_TABLES = `
  CREATE TABLE indexed_listings (
    id TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    txid TEXT,
    address TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX indexed_listings_end ON indexed_listings (expires_at);
  CREATE TABLE listing_index (id INTEGER PRIMARY KEY CHECK (id = 1), position TEXT NOT NULL) STRICT;`;

interface Listing {
  readonly id: string;
  readonly value: Uint8Array;
  readonly expiresAt: number;
  readonly txid: string | null;
  readonly address: string | null;
}

/** What a store of the index needs to know of the position: how it is written and read. `read` throws for what is none. */
export interface PositionCodec<Position> {
  write(position: Position): string;
  read(text: string): Position;
}

interface Change<Position> {
  readonly clear: boolean;
  readonly upserts: readonly Listing[];
  readonly removals: readonly string[];
  readonly forgetBelow: number;
  readonly position: Position;
}

const SAVE = `
  INSERT INTO indexed_listings (id, value, expires_at, txid, address) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, txid = excluded.txid,
    address = excluded.address`;
const SAVE_POSITION = "INSERT OR REPLACE INTO listing_index (id, position) VALUES (1, ?)";

const listingRow = rowParser(
  "indexed_listings",
  (row): Listing => ({
    id: row.text("id"),
    value: row.bytes("value"),
    expiresAt: row.integer("expires_at"),
    txid: row.textOrNull("txid"),
    address: row.textOrNull("address"),
  }),
);
const countRow = rowParser("indexed_listings", (row) => row.integer("count"));

/** `ListingIndexStore` of `core`, over the tables above. */
export function listingIndexStore<Position>(db: SqliteDatabase, codec: PositionCodec<Position>) {
  const positionRow = rowParser("listing_index", (row) => {
    try {
      return codec.read(row.text("position"));
    } catch {
      throw badRow("listing_index", "position", "is no position");
    }
  });
  return {
    indexPosition: () => db.readOne("SELECT position FROM listing_index", [], positionRow),
    commitIndex: (change: Change<Position>) =>
      db.write(async (tx) => {
        if (change.clear) await tx.run("DELETE FROM indexed_listings");
        for (const { id, value, expiresAt, txid, address } of change.upserts)
          await tx.run(SAVE, [id, value, expiresAt, txid, address]);
        for (const id of change.removals) await tx.run("DELETE FROM indexed_listings WHERE id = ?", [id]);
        await tx.run("DELETE FROM indexed_listings WHERE expires_at < ?", [change.forgetBelow]);
        await tx.run(SAVE_POSITION, [codec.write(change.position)]);
      }),
    indexedListing: (id: string) => db.readOne("SELECT * FROM indexed_listings WHERE id = ?", [id], listingRow),
    indexedListings: (query: { readonly after: string; readonly limit: number; readonly height: number }) =>
      db.read(
        "SELECT * FROM indexed_listings WHERE id > ? AND expires_at >= ? ORDER BY id LIMIT ?",
        [query.after, query.height, query.limit],
        listingRow,
      ),
    indexedCount: async (height: number) =>
      (await db.readOne("SELECT count(*) AS count FROM indexed_listings WHERE expires_at >= ?", [height], countRow)) ??
      0,
  };
}
