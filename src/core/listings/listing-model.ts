// A line's listing: each revision as it was signed, and what its owner offers.

import type { LineId, ListingId, MicroEmc, UnixMs } from "../../base/index.ts";
import type { CanonicalObject } from "../../envelope/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { NamePublication } from "../chain/name-publication.ts";

/**
 * `pending`: on its way into the chain; the one before stays current meanwhile · `current` · `replaced` by a later one · `withdrawn`:
 * its name was deleted · `dropped`: never came into the chain.
 */
export type RevisionState = "pending" | "current" | "replaced" | "withdrawn" | "dropped";

export interface ListingRevision {
  readonly listingId: ListingId;
  readonly rev: number;
  readonly state: RevisionState;
  /** The signed record, canonical JSON: exactly what relays and IPFS serve. */
  readonly record: Uint8Array;
  /** What stands in the chain. */
  readonly value: Uint8Array;
  /** Hex; C1 of the record. */
  readonly commitment: string;
  readonly createdAt: UnixMs;
}

/** Every promise of a write resolves when it is durable. */
export interface ListingStore {
  /** Of all listings, in the order of `rev`. */
  listingRevisions(): Promise<readonly ListingRevision[]>;
  /** Inserts or updates by listing and rev, all or none. */
  saveListingRevisions(revisions: readonly ListingRevision[]): Promise<void>;
}

/** What the configuration says of a line. */
export interface ListingOffer {
  /** Tiers with their prices as the record has them. */
  readonly tiers: CanonicalObject;
  readonly features: readonly string[];
  readonly endpoints: CanonicalObject;
  /** The record's member; absent where escrow is no way to pay. */
  readonly escrow?: CanonicalObject;
  /** Term of the name. */
  readonly days: number;
}

/** Where records are served besides the box: relays, IPFS. Called after each change; a failure is tried again by the caller. */
export interface ListingMirrors {
  put(id: ListingId, record: Uint8Array): Promise<void>;
}

export type ListingAction = "publish" | "update" | "renew" | "unpublish";

/** What an action would do. */
export interface ListingPlan {
  readonly action: ListingAction;
  readonly line: LineId;
  readonly name: string;
  /** Null for an unpublishing. */
  readonly value: Uint8Array | null;
  /** Null where the action signs no new record. */
  readonly record: Uint8Array | null;
  readonly cost: MicroEmc;
  readonly problem: ProblemBody | null;
}

export interface ListingView {
  readonly line: LineId;
  readonly listingId: ListingId;
  readonly name: string;
  readonly current: ListingRevision | null;
  readonly pending: ListingRevision | null;
  /** The newest operation on the name. */
  readonly publication: NamePublication | null;
  /** Whether the configuration offers something else than what is current; null where it offers nothing. */
  readonly changed: boolean | null;
}
