// The off-chain record of a listing: what is offered at what price and where. Its canonical bytes without the signature are what the
// provider signs and what the chain commits to (form C1). Members that we do not know are kept: they are part of those bytes.

import { z } from "zod";
import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  fromHex,
  fromUtf8,
  type Secret,
  toBase64url,
  toHex,
} from "../base/index.ts";
import { type CanonicalObject, canonicalBytes, parseCanonicalInput } from "../envelope/index.ts";

/** Larger records are refused: a listing is read by everyone. */
export const MAX_RECORD_BYTES = 64 * 1024;

const price = z.string().regex(/^\d{1,10}(\.\d{1,6})?$/, "a decimal of EMC with at most six digits behind the point");
/** Prices by their wire name; `daily` for `rental_daily` is a form of the seed's configuration. */
const pricing = z.looseObject({
  per_sms: price.optional(),
  per_minute_voice: price.optional(),
  per_minute_video: price.optional(),
  rental_daily: price.optional(),
  rental_weekly: price.optional(),
  rental_monthly: price.optional(),
  daily: price.optional(),
  weekly: price.optional(),
  monthly: price.optional(),
});
const tier = z.looseObject({ enabled: z.boolean().optional(), pricing: pricing.optional() });
const keyText = z.string().min(43).max(44);

const recordSchema = z.looseObject({
  provider_id: z.string().min(1).max(497),
  listing_id: z.string().optional(),
  capabilities: z.int().optional(),
  rev: z.int().min(1).optional(),
  service_tiers: z
    .looseObject({
      sms_only: tier.optional(),
      sms_voice_video: tier.extend({ enum_support: z.boolean().optional() }).optional(),
    })
    .optional(),
  pricing: pricing.optional(),
  features: z.array(z.string().max(64)).max(64).default([]),
  /** Read by `escrowOfferOf`: a form of a later version must not make the record unreadable. */
  escrow: z.unknown().optional(),
  gateway_endpoints: z.looseObject({ https: z.string().optional(), wss: z.string().optional() }).optional(),
  pubkey_encrypt: keyText.optional(),
  pubkey_verify: keyText.optional(),
  reputation: z.unknown().optional(),
  timestamp: z.int().min(0).max(253_402_300_799),
  signature: z.string().optional(),
});
export type ListingFields = z.infer<typeof recordSchema>;

export interface ListingRecord {
  readonly fields: ListingFields;
  /** Everything but `signature`, as it was given. */
  readonly unsigned: CanonicalObject;
  /** C1 bytes. */
  readonly bytes: Uint8Array;
}

function bad(what: string, cause?: unknown): AppError {
  return new AppError("listing.bad_record", `the listing's record cannot be used: ${what}`, {
    hint: "Build it with `numberbox listing build`.",
    cause,
  });
}

/** A record from a JSON value under the canonical profile. Throws `listing.bad_record` or `canonical.*`. */
export function listingRecord(value: CanonicalObject): ListingRecord {
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join(".") || "it"}: ${issue?.message ?? "wrong form"}`, parsed.error);
  }
  const { signature: _, ...unsigned } = value;
  const bytes = canonicalBytes(unsigned);
  if (bytes.length > MAX_RECORD_BYTES) throw bad("it is too long");
  return { fields: parsed.data, unsigned, bytes };
}

/** Reads a file or an answer: pretty-printed or canonical. Throws `listing.bad_record`, `canonical.*` or `base.bad_utf8`. */
export function parseListingRecord(file: Uint8Array): ListingRecord {
  const value = parseCanonicalInput(fromUtf8(file), 4 * MAX_RECORD_BYTES);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("it is not a JSON object");
  return listingRecord(value);
}

/** The members of a record that was parsed as a whole before; null for anything else. Nothing is checked but their form. */
export function fieldsOfStored(text: string): ListingFields | null {
  try {
    return recordSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The commitment of form C1: SHA-256 of the canonical bytes without the signature, hex. */
export function commitmentOf(suite: CryptoSuite, record: ListingRecord): string {
  return toHex(suite.sha256(record.bytes));
}

/** The signed record as canonical JSON bytes: what is served and archived. */
export function signListing(suite: CryptoSuite, seed: Secret<Uint8Array>, record: ListingRecord): Uint8Array {
  const signature = toBase64url(suite.ed25519Sign(seed.reveal(), record.bytes));
  return canonicalBytes({ ...record.unsigned, signature });
}

/** A signature in any text form of the network: hex, base64 or base64url. Null for anything else. */
export function signatureBytes(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{128}$/.test(trimmed)) return fromHex(trimmed.toLowerCase());
  try {
    const bytes = fromBase64url(trimmed.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
    return bytes.length === 64 ? bytes : null;
  } catch {
    return null;
  }
}
