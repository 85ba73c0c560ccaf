// Rental grants: the provider's signed statement that a line is rented to these keys for this time; the number and the terms inside
// are sealed to the renter, so that the relay which must know the grant learns neither.

import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  isAppError,
  type Random,
  type Secret,
  toBase64url,
} from "../base/index.ts";
import { type CanonicalObject, canonicalBytes } from "./canonical-json.ts";
import { parseCanonicalInput } from "./canonical-parse.ts";
import { openV1, sealV1 } from "./envelope-v1.ts";
import { keyFromText, type PublicKeysText } from "./identity.ts";
import { paddedJson } from "./padding.ts";
import type { EnvelopeVersion } from "./wire-message.ts";

/** What the provider states in clear. */
export interface GrantStatement {
  readonly v: 1;
  /** 32 lower-case hex digits. */
  readonly rental_id: string;
  readonly listing_id: string;
  /** The provider's verify key, base64url. */
  readonly provider: string;
  readonly renter: PublicKeysText;
  /** Unix seconds. */
  readonly starts_at: number;
  /** Unix seconds; the first one at which the rental is over. */
  readonly expires_at: number;
  readonly envelope_version: EnvelopeVersion;
  /** Grows by one with each change of the grant. */
  readonly rev: number;
  /** SMS paid for, counted from the first; null for no limit. */
  readonly credit: number | null;
}

export interface RentalGrant extends GrantStatement {
  /** base64url envelope v1 to the renter. */
  readonly sealed: string;
  /** base64url Ed25519 signature over the canonical JSON of all other members. */
  readonly signature: string;
}

/** What only the renter reads. */
export interface GrantSecret {
  /** The rented number. */
  readonly number: string;
  readonly terms: CanonicalObject;
}

export interface SignGrantOptions {
  readonly suite: CryptoSuite;
  readonly random: Random;
  /** The provider's Ed25519 seed; `statement.provider` is its public key. */
  readonly seed: Secret<Uint8Array>;
  readonly statement: GrantStatement;
  readonly secret: GrantSecret;
}

type UnsignedGrant = Omit<RentalGrant, "signature">;

/** Only the grant's own members, so that a caller may pass more. */
function unsignedBytes(grant: UnsignedGrant): Uint8Array {
  const { v, rental_id, listing_id, provider, renter, starts_at, expires_at, envelope_version, rev, credit, sealed } =
    grant;
  const keys = { verify: renter.verify, encrypt: renter.encrypt };
  const times = { starts_at, expires_at };
  return canonicalBytes({
    v,
    rental_id,
    listing_id,
    provider,
    renter: keys,
    ...times,
    envelope_version,
    rev,
    credit,
    sealed,
  });
}

/** Seals and signs a grant. Throws `identity.bad_key`, `crypto.low_order` or `canonical.*`. */
export function signGrant(options: SignGrantOptions): RentalGrant {
  const { suite, random, seed, statement, secret } = options;
  const plaintext = paddedJson({ v: 1, number: secret.number, terms: secret.terms });
  const recipient = keyFromText(statement.renter.encrypt, "the renter's encrypt key");
  const grant = { ...statement, sealed: toBase64url(sealV1({ suite, random, recipient, plaintext })) };
  return { ...grant, signature: toBase64url(suite.ed25519Sign(seed.reveal(), unsignedBytes(grant))) };
}

/** Whether `provider` (its verify key) signed this grant in its own name. Malformed members are false, never an exception. */
export function verifyGrant(suite: CryptoSuite, provider: Uint8Array, grant: RentalGrant): boolean {
  if (grant.provider !== toBase64url(provider)) return false;
  try {
    return suite.ed25519Verify(provider, unsignedBytes(grant), fromBase64url(grant.signature));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/**
 * Opens what is sealed to the renter; `secret` is the renter's seed. Throws `envelope.cannot_open`, `envelope.too_short`,
 * `base.bad_base64`, or `grant.bad_secret` when what was sealed is not of the known form. Verify the grant first.
 */
export function openGrant(suite: CryptoSuite, secret: Secret<Uint8Array>, grant: RentalGrant): GrantSecret {
  const plaintext = openV1({ suite, secret, envelope: fromBase64url(grant.sealed) });
  const value = parseCanonicalInput(fromUtf8(plaintext));
  if (typeof value === "object" && value !== null && !Array.isArray(value) && value.v === 1) {
    const { number, terms } = value;
    if (typeof number === "string" && typeof terms === "object" && terms !== null && !Array.isArray(terms)) {
      return { number, terms };
    }
  }
  throw new AppError("grant.bad_secret", "what the provider sealed in the grant is not of a known form", {
    hint: "Update Numberbox, or ask the provider for the grant again.",
  });
}
