// Storage of what goes into the chain by name: publications, and the revisions of listings.

import { type ListingId, listingId, unixMs } from "../base/index.ts";
import type {
  ListingRevision,
  ListingStore,
  NameOperation,
  NamePublicationState,
  NamePurpose,
  PublicationStore,
  RevisionState,
  StoredPublication,
} from "../core/index.ts";
import { parseJsonWith, problemBody } from "../protocol/index.ts";
import { badRow, type Row, rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export interface NameStore extends PublicationStore, ListingStore {}

const PUBLICATIONS = `
  SELECT * FROM publications WHERE state IN ('waiting', 'sent', 'confirming') OR position IN
    (SELECT position FROM publications WHERE state NOT IN ('waiting', 'sent', 'confirming') ORDER BY position DESC LIMIT ?)
  ORDER BY position`;
const SAVE_PUBLICATION = `
  INSERT INTO publications (id, name, purpose, operation, value, days, wished_address, state, txid, confirmations, needed, address,
    expires_at, problem, created_at, changed_at, in_doubt, asked_at, hex, displaced_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET state = excluded.state, txid = excluded.txid, confirmations = excluded.confirmations,
    address = excluded.address, expires_at = excluded.expires_at, problem = excluded.problem, changed_at = excluded.changed_at,
    in_doubt = excluded.in_doubt, asked_at = excluded.asked_at, hex = excluded.hex, displaced_at = excluded.displaced_at`;
const SAVE_REVISION = `
  INSERT INTO listing_revisions (listing_id, rev, state, record, value, commitment, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (listing_id, rev) DO UPDATE SET state = excluded.state`;

const PURPOSES: readonly NamePurpose[] = ["worm", "listing", "proofs", "escrow", "enum", "dns"];
const OPERATIONS: readonly NameOperation[] = ["new", "update", "delete"];
const STATES: readonly NamePublicationState[] = [
  ...["waiting" as const, "sent" as const, "confirming" as const, "done" as const],
  ...["lost" as const, "failed" as const, "cancelled" as const],
];
const REVISION_STATES: readonly RevisionState[] = ["pending", "current", "replaced", "withdrawn", "dropped"];

function oneOf<T extends string>(row: Row, column: string, words: readonly T[]): T {
  const found = words.find((word) => word === row.text(column));
  if (found === undefined) throw badRow("names", column, "is none of the known words");
  return found;
}

const problemText = (text: string) => parseJsonWith(problemBody, text, "store.bad_row", "the problem of a publication");

const publicationRow = rowParser(
  "publications",
  (row): StoredPublication => ({
    id: row.text("id"),
    wish: {
      purpose: oneOf(row, "purpose", PURPOSES),
      operation: oneOf(row, "operation", OPERATIONS),
      name: row.text("name"),
      value: row.bytes("value"),
      days: row.integer("days"),
      address: row.textOrNull("wished_address"),
    },
    state: oneOf(row, "state", STATES),
    txid: row.textOrNull("txid"),
    confirmations: row.integer("confirmations"),
    needed: row.integer("needed"),
    address: row.textOrNull("address"),
    expiresAt: row.integerOrNull("expires_at"),
    problem: row.textOrNull("problem") === null ? null : row.parsed("problem", problemText),
    createdAt: unixMs(row.integer("created_at")),
    changedAt: unixMs(row.integer("changed_at")),
    inDoubt: row.flag("in_doubt"),
    askedAt: row.integerOrNull("asked_at"),
    hex: row.textOrNull("hex"),
    displacedAt: row.integerOrNull("displaced_at"),
  }),
);

const revisionRow = rowParser(
  "listing_revisions",
  (row): ListingRevision => ({
    listingId: row.parsed<ListingId>("listing_id", listingId),
    rev: row.integer("rev"),
    state: oneOf(row, "state", REVISION_STATES),
    record: row.bytes("record"),
    value: row.bytes("value"),
    commitment: row.text("commitment"),
    createdAt: unixMs(row.integer("created_at")),
  }),
);

export function nameRepository(db: SqliteDatabase): NameStore {
  return {
    publications: (finished) => db.read(PUBLICATIONS, [finished], publicationRow),
    savePublication: (publication) => savePublication(db, publication),
    listingRevisions: () => db.read("SELECT * FROM listing_revisions ORDER BY listing_id, rev", [], revisionRow),
    saveListingRevisions: (revisions) =>
      db.write(async (tx) => {
        for (const { listingId: id, rev, state, record, value, commitment, createdAt } of revisions)
          await tx.run(SAVE_REVISION, [id, rev, state, record, value, commitment, createdAt]);
      }),
  };
}

async function savePublication(db: SqliteDatabase, publication: StoredPublication): Promise<void> {
  const { id, wish, state, txid, confirmations, needed, address, expiresAt, createdAt, changedAt } = publication;
  const problem = publication.problem === null ? null : JSON.stringify(publication.problem);
  await db.write((tx) =>
    tx.run(SAVE_PUBLICATION, [
      ...[id, wish.name, wish.purpose, wish.operation, wish.value, wish.days, wish.address],
      ...[state, txid, confirmations, needed, address, expiresAt, problem, createdAt, changedAt],
      ...[publication.inDoubt ? 1 : 0, publication.askedAt, publication.hex, publication.displacedAt],
    ]),
  );
}
