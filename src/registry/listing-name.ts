// The listing in the chain: its name, and the four members of its value (A8-A11).

import { z } from "zod";
import { AppError, type ListingId, listingId, type Random, toHex, utf8 } from "../base/index.ts";
import { MAX_CAPABILITIES } from "./capabilities.ts";
import { valueText } from "./chain-name.ts";
import { jsonIn, shaped } from "./shape.ts";

const PREFIX = "ness:sms:listing:";
/** For `name_filter`: all listings and nothing else (A21). */
export const LISTING_NAMES = `^${PREFIX}[0-9a-f]+$`;
/** SHA-256 of nothing: what the seed's quick start commits to when it is pasted as it stands (A2). */
export const EMPTY_COMMITMENT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export interface OnchainListing {
  /** Name of the provider's WORM record, such as `worm:user:ness:alice`. */
  readonly wormRef: string;
  /** 64 lower-case hex digits: C1 of the record. */
  readonly commitment: string;
  readonly capabilities: number;
  /** 1 or more; grows with each change of the record. */
  readonly rev: number;
}

export function listingName(id: ListingId): string {
  return `${PREFIX}${id}`;
}

/** The id in a listing's name, null for any other name. */
export function listingIdOfName(name: string): ListingId | null {
  const id = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return /^[0-9a-f]{16,64}$/.test(id) ? listingId(id) : null;
}

/** A fresh opaque id: 64 random bits. Whether the name is free is for the caller to see. */
export function newListingId(random: Random): ListingId {
  return listingId(toHex(random.bytes(8)));
}

const shape = z.object({
  worm_ref: z.string().min(1).max(512),
  commitment: z.string().regex(/^[0-9a-fA-F]{64}$/, "must be 64 hex digits"),
  capabilities: z.int().min(0).max(MAX_CAPABILITIES),
  rev: z.int().min(1),
});

function refuseEmpty(commitment: string): void {
  if (commitment !== EMPTY_COMMITMENT) return;
  throw new AppError("listing.empty_commitment", "the listing commits to nothing: its digest is SHA-256 of no bytes", {
    hint: "Build the record with `numberbox listing build` and publish its commitment.",
  });
}

/** The value to publish: compact JSON in this order of members. Throws `listing.empty_commitment` or `listing.bad_value`. */
export function listingValue(listing: OnchainListing): Uint8Array {
  const { wormRef, commitment, capabilities, rev } = listing;
  const members = shaped(
    shape.strict(),
    { worm_ref: wormRef, commitment, capabilities, rev },
    "listing.bad_value",
    "the listing",
  );
  refuseEmpty(members.commitment);
  return utf8(JSON.stringify(members));
}

/**
 * Reads a value of any white space and order; further members are ignored. Throws `listing.bad_value` or
 * `listing.empty_commitment`.
 */
export function parseListingValue(value: Uint8Array): OnchainListing {
  const what = "the listing's value in the chain";
  const members = shaped(shape, jsonIn(valueText(value, what), "listing.bad_value", what), "listing.bad_value", what);
  const commitment = members.commitment.toLowerCase();
  refuseEmpty(commitment);
  return { wormRef: members.worm_ref, commitment, capabilities: members.capabilities, rev: members.rev };
}
