// What is odd about a listing without making it false.

import { days, type ErrorCode, minutes, type UnixMs } from "../base/index.ts";
import { deriveCapabilities, describeCapabilities, TIER_BITS } from "./capabilities.ts";
import type { OnchainListing } from "./listing-name.ts";
import type { ListingRecord } from "./listing-record.ts";
import { rentalQuotes } from "./listing-tiers.ts";
import type { VerifiedWorm } from "./worm.ts";

export interface ListingWarning {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A record dated further ahead is not believed (A19). */
export const MAX_AHEAD_MS = minutes(10);
/** A record older than a usual lease of its name was forgotten, more likely than not. */
const STALE_MS = days(365);

export interface WarningInput {
  readonly onchain: OnchainListing | null;
  readonly record: ListingRecord | null;
  readonly provider: VerifiedWorm | null;
  /** Owner of the listing's name, null where unknown. */
  readonly owner: string | null;
  readonly now: UnixMs;
}

function bitWarnings(onchain: OnchainListing, record: ListingRecord): readonly ListingWarning[] {
  const derived = deriveCapabilities(record);
  if ((onchain.capabilities & TIER_BITS) === 0 && Object.keys(record.tiers).length > 0) {
    return [{ code: "listing.no_tier_bits", message: "the capabilities name no tier; the record's tiers count" }];
  }
  const missing = derived & ~onchain.capabilities;
  const beyond = onchain.capabilities & ~derived & TIER_BITS;
  if ((missing | beyond) === 0) return [];
  const message = `the capabilities in the chain (${describeCapabilities(onchain.capabilities)}) do not follow from the record (${describeCapabilities(derived)}); the record counts`;
  return [{ code: "listing.odd_capabilities", message }];
}

function timeWarnings(record: ListingRecord, now: UnixMs): readonly ListingWarning[] {
  const age = now - record.timestamp * 1000;
  if (age < -MAX_AHEAD_MS)
    return [{ code: "listing.from_future", message: "the record is dated more than ten minutes ahead" }];
  if (age > STALE_MS) return [{ code: "listing.stale", message: "the record is more than a year old" }];
  return [];
}

export function listingWarnings(input: WarningInput): readonly ListingWarning[] {
  const { onchain, record, provider, owner, now } = input;
  if (record === null) return [];
  const offered = rentalQuotes(record.tiers).length > 0;
  return [
    ...(onchain === null ? [] : bitWarnings(onchain, record)),
    ...timeWarnings(record, now),
    ...(offered
      ? []
      : [{ code: "listing.nothing_offered" as const, message: "no tier that is on has a rental price" }]),
    ...(provider === null || owner === null || owner === provider.owner
      ? []
      : [{ code: "listing.two_owners" as const, message: "listing and WORM belong to different addresses" }]),
  ];
}
