// The commitment of a listing: SHA-256 over the canonical bytes of its record without `signature` (C1). The same bytes are what the
// provider signs.

import { type CryptoSuite, type Secret, toBase64url, toHex } from "../base/index.ts";
import { type CanonicalObject, canonicalBytes } from "../envelope/index.ts";

/** What commitment and signature cover: canonical JSON, no `signature`, no line feed. Throws `canonical.*`. */
export function listingBytes(body: CanonicalObject): Uint8Array {
  const { signature: _, ...rest } = body;
  return canonicalBytes(rest);
}

/** C1 as 64 hex digits. */
export function listingCommitment(suite: CryptoSuite, body: CanonicalObject): string {
  return toHex(suite.sha256(listingBytes(body)));
}

/** The record with its signature, base64url. */
export function signListing(suite: CryptoSuite, seed: Secret<Uint8Array>, body: CanonicalObject): CanonicalObject {
  const signature = toBase64url(suite.ed25519Sign(seed.reveal(), listingBytes(body)));
  return { ...body, signature };
}
