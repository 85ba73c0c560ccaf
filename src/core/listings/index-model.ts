// The index of all listings in the chain, as it is kept.

/** A listing's name as the chain has it. Its value is not judged here. */
export interface IndexedListing {
  /** Hex digits behind the prefix. */
  readonly id: string;
  readonly value: Uint8Array;
  /** Last height at which it is active. */
  readonly expiresAt: number;
  /** Transaction and owner; null while only the first walk has seen it, whose rows tell neither. */
  readonly txid: string | null;
  readonly address: string | null;
}

/** A block that the index has taken in, and the listings that it was about. */
export interface SeenBlock {
  readonly height: number;
  readonly hash: string;
  readonly ids: readonly string[];
}

export interface IndexPosition {
  /** The first walk over all names; null when it is over. */
  readonly walk: { readonly from: number; readonly last: string | null } | null;
  /** The newest blocks, in order; the last is where the index stands. Older ones are too deep for a reorganisation. */
  readonly blocks: readonly SeenBlock[];
}

export interface IndexChange {
  /** Drops everything first. */
  readonly clear: boolean;
  readonly upserts: readonly IndexedListing[];
  readonly removals: readonly string[];
  /** Listings that ended below this height go: no reorganisation brings them back. */
  readonly forgetBelow: number;
  readonly position: IndexPosition;
}

export interface ListingIndexStore {
  indexPosition(): Promise<IndexPosition | null>;
  /** All or nothing; resolves when it is durable. */
  commitIndex(change: IndexChange): Promise<void>;
  indexedListing(id: string): Promise<IndexedListing | null>;
  /** Listings that are active at `height`, in the order of their ids, behind `after`. */
  indexedListings(query: {
    readonly after: string;
    readonly limit: number;
    readonly height: number;
  }): Promise<readonly IndexedListing[]>;
  indexedCount(height: number): Promise<number>;
}
