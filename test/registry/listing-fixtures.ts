// A listing as a provider publishes it, and what the chain shows of it.

import { utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { type CanonicalObject, type Identity, publicKeysToText, wormName, wormXml } from "../../src/envelope/index.ts";
import {
  commitmentOf,
  type ListingEvidence,
  listingRecord,
  listingValueBytes,
  type NameEvidence,
  signListing,
} from "../../src/registry/index.ts";

export const NOW = 1_763_000_000;
export const LISTING = "0123456789abcdef";

export function named(name: string, value: Uint8Array, address = "EOwner"): NameEvidence {
  return { name, value, address, txid: "ab".repeat(32), expiresAt: 10_000, state: "active" };
}

export function recordOf(identity: Identity, extra: CanonicalObject = {}): CanonicalObject {
  const keys = publicKeysToText(identity);
  return {
    provider_id: identity.name,
    service_tiers: { sms_only: { enabled: true, pricing: { per_sms: "0.001", rental_daily: "0.01" } } },
    features: ["non-voip", "instant"],
    gateway_endpoints: { https: "https://relay.example" },
    pubkey_encrypt: keys.encrypt,
    pubkey_verify: keys.verify,
    timestamp: NOW,
    listing_id: LISTING,
    capabilities: 11,
    rev: 1,
    ...extra,
  };
}

export interface Published {
  readonly evidence: ListingEvidence;
  readonly listing: NameEvidence;
  readonly worm: NameEvidence;
  readonly record: Uint8Array;
}

export function publish(identity: Identity, record = recordOf(identity), address?: string): Published {
  const parsed = listingRecord(record);
  const value = listingValueBytes({
    worm_ref: wormName(identity),
    commitment: commitmentOf(systemCrypto, parsed),
    capabilities: 11,
    rev: 1,
  });
  const listing = named(`ness:sms:listing:${LISTING}`, value, address);
  const worm = named(wormName(identity), utf8(wormXml(identity)));
  const file = signListing(systemCrypto, identity.seed, parsed);
  return { listing, worm, record: file, evidence: { listing, worm, record: file, now: NOW } };
}
