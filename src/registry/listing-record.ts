// The off-chain record of a listing, as its provider signed it. Written with `service_tiers`; read also with the flat `pricing` of the
// seed's script (A7). Members that have no meaning here are kept: they are under the commitment.

import { z } from "zod";
import { AppError, fromBase64url, fromHex, fromUtf8, type ListingId, listingId } from "../base/index.ts";
import { type CanonicalInput, type CanonicalObject, keyFromText } from "../envelope/index.ts";
import { MAX_CAPABILITIES } from "./capabilities.ts";
import { NO_PRICES, parsePricing, TIER_NAMES, type Tier, type Tiers } from "./listing-tiers.ts";
import { jsonIn, shaped } from "./shape.ts";
import { attempt } from "./verdict.ts";

export interface GatewayEndpoints {
  readonly https: string | null;
  readonly wss: string | null;
  /** `<66 hex>:<port>`, ours (H13). */
  readonly skywire: string | null;
  readonly mirrors: readonly string[];
}

export interface ListingRecord {
  /** All members but `signature`, unknown ones included: what commitment and signature cover. */
  readonly body: CanonicalObject;
  /** Null where the record carries none (it may lie beside it). */
  readonly signature: Uint8Array | null;
  readonly providerId: string;
  readonly tiers: Tiers;
  readonly features: readonly string[];
  readonly endpoints: GatewayEndpoints;
  /** X25519 and Ed25519 keys, where the record repeats them; the WORM's count. */
  readonly keys: { readonly encrypt: Uint8Array | null; readonly verify: Uint8Array | null };
  /** Unix seconds. */
  readonly timestamp: number;
  /** The three members that bind a record to its name in the chain (A10); null in records of other makers. */
  readonly listingId: ListingId | null;
  readonly capabilities: number | null;
  readonly rev: number | null;
  /** The provider's own word (A17), 0-1000. */
  readonly claimedReputation: number | null;
}

/** Longest record in bytes. */
export const MAX_RECORD_BYTES = 65_536;

const object = z.record(z.string(), z.unknown());
const text = z.string().min(1).max(512);
const tierShape = z.object({
  enabled: z.boolean().default(true),
  pricing: object.default({}),
  sip_endpoint: text.nullish(),
  enum_support: z.boolean().default(false),
});
const recordShape = z.object({
  provider_id: z.string().min(1).max(497),
  service_tiers: z.object({ sms_only: tierShape.optional(), sms_voice_video: tierShape.optional() }).optional(),
  pricing: object.optional(),
  gateway_endpoints: z
    .object({
      https: text.nullish(),
      wss: text.nullish(),
      skywire: text.nullish(),
      mirrors: z.array(text).max(32).default([]),
    })
    .default({ mirrors: [] }),
  features: z.array(z.string().max(64)).max(64).default([]),
  pubkey_encrypt: z.string().nullish(),
  pubkey_verify: z.string().nullish(),
  timestamp: z.int().min(0).max(253_402_300_799),
  signature: z.string().nullish(),
  listing_id: z.string().nullish(),
  capabilities: z.int().min(0).max(MAX_CAPABILITIES).nullish(),
  rev: z.int().min(1).nullish(),
  reputation: z.int().min(0).max(1000).nullish(),
});
type RecordShape = z.infer<typeof recordShape>;

function badRecord(what: string, cause?: unknown): AppError {
  return new AppError("listing.bad_record", `the listing's record ${what}`, {
    hint: "Ask the provider to build and sign the record again.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** 64 bytes in hex, base64 or base64url (A5). Throws `listing.bad_signature`. */
export function signatureFromText(signature: string): Uint8Array {
  const trimmed = signature.trim();
  const read = attempt(() => (/^[0-9a-fA-F]{128}$/.test(trimmed) ? fromHex(trimmed) : fromBase64url(trimmed)));
  if ("fault" in read || read.value.length !== 64) {
    throw new AppError("listing.bad_signature", "the signature is not 64 bytes in base64url, base64 or hex", {
      hint: "Give the Ed25519 signature as one line of base64url.",
    });
  }
  return read.value;
}

function keyIn(value: string | null | undefined, member: string): Uint8Array | null {
  if (value === null || value === undefined) return null;
  const read = attempt(() => keyFromText(value, member));
  if ("fault" in read) throw badRecord(`has no key of 32 bytes at $.${member}`, read.fault);
  return read.value;
}

function idIn(value: string | null | undefined): ListingId | null {
  if (value === null || value === undefined) return null;
  const read = attempt(() => listingId(value));
  if ("fault" in read) throw badRecord("has no listing id at $.listing_id", read.fault);
  return read.value;
}

/** What `parsePricing` reads: members of a JSON object that was parsed within the canonical profile. */
const members = (value: Record<string, unknown>): { readonly [name: string]: CanonicalInput } =>
  value as { readonly [name: string]: CanonicalInput };

function tiersIn({ service_tiers, pricing }: RecordShape): Tiers {
  if (service_tiers === undefined) {
    const flat = pricing === undefined ? null : parsePricing(members(pricing), "$.pricing");
    return flat === null ? {} : { sms_only: { enabled: true, pricing: flat, sipEndpoint: null, enumSupport: false } };
  }
  const entries = TIER_NAMES.flatMap((name) => {
    const stated = service_tiers[name];
    if (stated === undefined) return [];
    const path = `$.service_tiers.${name}.pricing`;
    const tier: Tier = {
      enabled: stated.enabled,
      pricing: { ...NO_PRICES, ...parsePricing(members(stated.pricing), path) },
      sipEndpoint: stated.sip_endpoint ?? null,
      enumSupport: stated.enum_support,
    };
    return [[name, tier] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * The record in a parsed JSON value (within the canonical profile). Throws `listing.bad_record`, `listing.bad_price` or
 * `listing.bad_signature`.
 */
export function listingRecordFrom(value: CanonicalInput): ListingRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRecord("is no JSON object");
  const shape = shaped(recordShape, value, "listing.bad_record", "the listing's record");
  const { signature, ...body } = value;
  const { https, wss, skywire, mirrors } = shape.gateway_endpoints;
  return {
    body,
    signature: shape.signature === null || shape.signature === undefined ? null : signatureFromText(shape.signature),
    providerId: shape.provider_id,
    tiers: tiersIn(shape),
    features: shape.features,
    endpoints: { https: https ?? null, wss: wss ?? null, skywire: skywire ?? null, mirrors },
    keys: {
      encrypt: keyIn(shape.pubkey_encrypt, "pubkey_encrypt"),
      verify: keyIn(shape.pubkey_verify, "pubkey_verify"),
    },
    timestamp: shape.timestamp,
    listingId: idIn(shape.listing_id),
    capabilities: shape.capabilities ?? null,
    rev: shape.rev ?? null,
    claimedReputation: shape.reputation ?? null,
  };
}

/** Reads a record of any white space. Throws what `listingRecordFrom` throws. */
export function parseListingRecord(source: string | Uint8Array): ListingRecord {
  if (source.length > MAX_RECORD_BYTES) throw badRecord(`is longer than ${MAX_RECORD_BYTES} bytes`);
  const text = attempt(() => (typeof source === "string" ? source : fromUtf8(source)));
  if ("fault" in text) throw badRecord("is not text in UTF-8", text.fault);
  return listingRecordFrom(jsonIn(text.value, "listing.bad_record", "the listing's record"));
}
