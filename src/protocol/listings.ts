// Identity, listings and publications over REST.

import { z } from "zod";
import { problemBody } from "./box.ts";
import { emcAmount } from "./chain.ts";

const unixMs = z.int().min(0);

export const publicationView = z.object({
  id: z.string(),
  purpose: z.enum(["worm", "listing", "proofs", "escrow", "enum", "dns"]),
  operation: z.enum(["new", "update", "delete"]),
  name: z.string(),
  state: z.enum(["waiting", "sent", "confirming", "done", "lost", "failed", "cancelled"]),
  txid: z.string().nullable(),
  confirmations: z.int(),
  needed: z.int(),
  address: z.string().nullable(),
  /** Height of the last block in which the name is active. */
  expires_at: z.int().nullable(),
  problem: problemBody.nullable(),
  created_at: unixMs,
  changed_at: unixMs,
});
export type PublicationView = z.infer<typeof publicationView>;

/** `GET /api/v1/publications`. */
export const publicationsReply = z.object({
  publications: z.array(publicationView),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable().default(null),
});

const revisionView = z.object({
  rev: z.int(),
  state: z.enum(["pending", "current", "replaced", "withdrawn", "dropped"]),
  commitment: z.string(),
  created_at: unixMs,
  /** The signed record, canonical JSON. */
  record: z.string(),
});
export type RevisionView = z.infer<typeof revisionView>;

export const listingView = z.object({
  line: z.string(),
  listing_id: z.string(),
  name: z.string(),
  current: revisionView.nullable(),
  pending: revisionView.nullable(),
  publication: publicationView.nullable(),
  /** Whether the configuration offers something else than is on chain; null where it offers nothing. */
  changed: z.boolean().nullable(),
});
export type ListingViewBody = z.infer<typeof listingView>;

/** `GET /api/v1/listings`. */
export const listingsReply = z.object({ listings: z.array(listingView) });
/** `GET /api/v1/listings/{line}/history`. */
export const listingHistory = z.object({ revisions: z.array(revisionView) });

/** `POST …/publish` and its like. */
export const publishRequest = z.strictObject({ dry_run: z.boolean().default(false) });
/** What a write would do and cost; `publication` is null for a dry run. */
export const publishReply = z.object({
  dry_run: z.boolean(),
  name: z.string(),
  /** Text of what stands in the chain afterwards; null for a deletion. */
  value: z.string().nullable(),
  cost: emcAmount,
  problem: problemBody.nullable(),
  publication: publicationView.nullable(),
});
export type PublishReply = z.infer<typeof publishReply>;

/** `GET /api/v1/identity`. */
export const identityView = z.object({
  name: z.string(),
  verify: z.string(),
  state: z.enum(["absent", "current", "rotated", "foreign", "expired", "deleted"]),
  address: z.string().nullable(),
  txid: z.string().nullable(),
  expires_at: z.int().nullable(),
  fault: z.object({ code: z.string(), message: z.string() }).nullable(),
  publication: publicationView.nullable(),
});
