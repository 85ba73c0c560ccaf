// Builds a provider's record from what is configured. The three members that bind it to its name (A10) are always in it.

import { AppError, type ListingId, type UnixMs } from "../base/index.ts";
import { type CanonicalObject, type PublicKeys, publicKeysToText } from "../envelope/index.ts";
import { deriveCapabilities } from "./capabilities.ts";
import type { GatewayEndpoints } from "./listing-record.ts";
import { pricingMembers, rentalQuotes, TIER_NAMES, type Tier, type Tiers } from "./listing-tiers.ts";

export interface BuildListingOptions {
  readonly listingId: ListingId;
  /** Name of the provider's identity; the WORM is `worm:user:ness:<providerId>`. */
  readonly providerId: string;
  readonly keys: PublicKeys;
  readonly tiers: Tiers;
  readonly endpoints: GatewayEndpoints;
  readonly features: readonly string[];
  readonly rev: number;
  readonly now: UnixMs;
}

export interface BuiltListing {
  /** Without `signature`. */
  readonly body: CanonicalObject;
  readonly capabilities: number;
}

function tierMembers(tier: Tier): CanonicalObject {
  return {
    enabled: tier.enabled,
    pricing: pricingMembers(tier.pricing),
    ...(tier.sipEndpoint === null ? {} : { sip_endpoint: tier.sipEndpoint }),
    ...(tier.enumSupport ? { enum_support: true } : {}),
  };
}

function endpointMembers({ https, wss, skywire, mirrors }: GatewayEndpoints): CanonicalObject {
  return {
    ...(https === null ? {} : { https }),
    ...(wss === null ? {} : { wss }),
    ...(skywire === null ? {} : { skywire }),
    ...(mirrors.length === 0 ? {} : { mirrors }),
  };
}

/** Throws `listing.nothing_offered` where no enabled tier has a price to rent for. */
export function buildListingRecord(options: BuildListingOptions): BuiltListing {
  const { tiers, features, keys, rev } = options;
  if (rentalQuotes(tiers).length === 0) {
    throw new AppError(
      "listing.nothing_offered",
      "the listing would offer nothing: no enabled tier has a rental price",
      {
        hint: "Set a daily, weekly or monthly price for at least one tier.",
      },
    );
  }
  const capabilities = deriveCapabilities({ features, tiers });
  const { verify, encrypt } = publicKeysToText(keys);
  const stated = TIER_NAMES.flatMap((name) => {
    const tier = tiers[name];
    return tier === undefined ? [] : [[name, tierMembers(tier)] as const];
  });
  const body: CanonicalObject = {
    provider_id: options.providerId,
    service_tiers: Object.fromEntries(stated),
    gateway_endpoints: endpointMembers(options.endpoints),
    features,
    pubkey_encrypt: encrypt,
    pubkey_verify: verify,
    timestamp: Math.floor(options.now / 1000),
    listing_id: options.listingId,
    capabilities,
    rev,
  };
  return { body, capabilities };
}
