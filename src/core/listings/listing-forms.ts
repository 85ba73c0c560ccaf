// From an offer to the record and the value of the chain.

import type { CryptoSuite, ListingId, UnixMs } from "../../base/index.ts";
import {
  type CanonicalObject,
  type CanonicalValue,
  canonicalJson,
  type Identity,
  publicKeysToText,
} from "../../envelope/index.ts";
import {
  CAPABILITY,
  capabilitiesOf,
  commitmentOf,
  listingRecord,
  listingValueBytes,
  parseListingRecord,
  signListing,
  tiersOf,
  WORM_USER,
} from "../../registry/index.ts";
import type { ListingOffer, ListingRevision } from "./listing-model.ts";

export interface RevisionInput {
  readonly suite: CryptoSuite;
  readonly identity: Identity;
  /** The provider's name on the chain. */
  readonly username: string;
  readonly listingId: ListingId;
  readonly offer: ListingOffer;
  readonly rev: number;
  readonly now: UnixMs;
}

type BodyInput = Omit<RevisionInput, "rev" | "now">;

function enumOf(tiers: CanonicalObject): boolean {
  const voice: CanonicalValue | undefined = tiers.sms_voice_video;
  return typeof voice === "object" && voice !== null && "enum_support" in voice && voice.enum_support === true;
}

/** Everything of a record but what changes with each revision. */
function bodyOf({ identity, username, listingId, offer }: BodyInput): CanonicalObject {
  const { verify, encrypt } = publicKeysToText(identity);
  const body = {
    provider_id: username,
    listing_id: listingId,
    service_tiers: offer.tiers,
    features: [...offer.features],
    gateway_endpoints: offer.endpoints,
    ...(offer.escrow === undefined ? {} : { escrow: offer.escrow }),
    pubkey_encrypt: encrypt,
    pubkey_verify: verify,
  };
  const offered = tiersOf(listingRecord({ ...body, timestamp: 0 }).fields).map(({ tier }) => tier);
  const voice = offered.includes("sms_voice_video");
  const sms = offered.includes("sms_only");
  const capabilities = capabilitiesOf({
    features: offer.features,
    sms,
    voice,
    video: voice,
    enum: enumOf(offer.tiers),
  });
  return { ...body, capabilities };
}

/** Builds and signs a revision. Errors: those of a record that its form refuses. */
export function buildRevision(input: RevisionInput): ListingRevision {
  const { suite, identity, username, listingId, rev, now } = input;
  const body = bodyOf(input);
  const record = listingRecord({ ...body, rev, timestamp: Math.floor(now / 1000) });
  const commitment = commitmentOf(suite, record);
  const { capabilities = CAPABILITY.smsOnly } = record.fields;
  const value = listingValueBytes({ worm_ref: `${WORM_USER}${username}`, commitment, capabilities, rev });
  const signed = signListing(suite, identity.seed, record);
  return { listingId, rev, state: "pending", record: signed, value, commitment, createdAt: now };
}

/** Whether an offer says something else than a revision does; its number and time do not count. */
export function differs(revision: ListingRevision, input: BodyInput): boolean {
  const { rev: _rev, timestamp: _timestamp, ...body } = parseListingRecord(revision.record).unsigned;
  return canonicalJson(body) !== canonicalJson(bodyOf(input));
}
