// The chain's side of a listing: a name that tells nothing, and a value that names a person's keys and commits to a record.

import { z } from "zod";
import { AppError, fromUtf8, type ListingId, listingId, type Random, toHex, utf8 } from "../base/index.ts";
import { WORM_USER } from "./worm.ts";

export const LISTING_PREFIX = "ness:sms:listing:";
/** For the node's `name_filter`, which does not anchor by itself. */
export const LISTING_PATTERN = "^ness:sms:listing:[0-9a-f]+$";
/** SHA-256 of nothing: what the seed's own example commits to when it fails. */
export const EMPTY_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export interface ListingValue {
  readonly worm_ref: string;
  /** Lower-case hex of the record's C1 digest. */
  readonly commitment: string;
  readonly capabilities: number;
  readonly rev: number;
}

const value = z.object({
  worm_ref: z
    .string()
    .startsWith(WORM_USER)
    .min(WORM_USER.length + 1)
    .max(512),
  commitment: z.string().regex(/^[0-9a-f]{64}$/),
  capabilities: z.int().min(0).max(0xffff_ffff),
  rev: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
});

/** 16 hex digits from a good source of randomness, as the seed's `uuidgen | head -c 16` was meant. */
export function newListingId(random: Random): ListingId {
  return listingId(toHex(random.bytes(8)));
}

export function listingName(id: ListingId): string {
  return LISTING_PREFIX + id;
}

/** Null for another kind of name. */
export function listingIdOf(name: string): ListingId | null {
  const id = name.startsWith(LISTING_PREFIX) ? name.slice(LISTING_PREFIX.length) : "";
  return /^[0-9a-f]{16,64}$/.test(id) ? listingId(id) : null;
}

function bad(message: string): AppError {
  return new AppError("listing.bad_value", message, { hint: "Its owner must publish the listing again." });
}

/** Compact JSON in the seed's order of members. Throws `listing.bad_value`. */
export function listingValueBytes({ worm_ref, commitment, capabilities, rev }: ListingValue): Uint8Array {
  const parsed = value.safeParse({ worm_ref, commitment, capabilities, rev });
  if (!parsed.success) throw bad("a listing's value on chain is not of the known form");
  if (commitment === EMPTY_DIGEST) throw bad("the commitment is that of an empty file");
  return utf8(JSON.stringify(parsed.data));
}

/** Reads the value of any writer: white space and the order of members do not matter. Throws `listing.bad_value`. */
export function parseListingValue(bytes: Uint8Array): ListingValue {
  let json: unknown;
  try {
    json = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new AppError("listing.bad_value", "the listing's value on chain is not JSON", { cause });
  }
  const parsed = value.safeParse(json);
  if (!parsed.success) {
    const member = parsed.error.issues[0]?.path.join(".") ?? "";
    throw bad(`the listing's value on chain is not of the known form (${member || "no object"})`);
  }
  if (parsed.data.commitment === EMPTY_DIGEST) throw bad("the listing commits to an empty file");
  return parsed.data;
}
