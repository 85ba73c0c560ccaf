// Rows that receipts are made of, read in slices, and those of calls.

import type { Millis, UnixMs } from "../../base/index.ts";
import type { ReceiptQuery } from "./ports-proofs.ts";

export interface RowQuery extends Pick<ReceiptQuery, "from" | "to" | "rentalId"> {
  /** `next` of the slice before, empty for the first. */
  readonly after: string;
}

export interface RowSlice<R> {
  readonly rows: readonly R[];
  /** Null when there are no more. */
  readonly next: string | null;
}

/** An answered call of a rental that is over: what its receipt is made of. */
export interface IssuedCall {
  /** base64url SHA-256 of the sealed record. */
  readonly hash: string;
  readonly listingId: string;
  readonly direction: "in" | "out";
  readonly start: UnixMs;
  readonly duration: Millis;
  readonly at: UnixMs;
}

/** One slice looks at a bounded number of rows. */
export interface IssuedCalls {
  ended(query: RowQuery): Promise<RowSlice<IssuedCall>>;
  endedAs(hash: string): Promise<IssuedCall | null>;
}
