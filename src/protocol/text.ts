// The text forms that all wire messages share.

import { z } from "zod";

/** Base64url without padding of exactly `bytes` bytes. */
export function base64urlOf(bytes: number): z.ZodString {
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `base64url of ${bytes} bytes`);
}

export const publicKeyText = base64urlOf(32);
export const signatureText = base64urlOf(64);
export const hashText = base64urlOf(32);
export const listingIdText = z.string().regex(/^[0-9a-f]{16,64}$/, "16-64 lower-case hex digits");
export const rentalIdText = z.string().regex(/^[0-9a-f]{32}$/, "32 lower-case hex digits");
export const messageIdText = z.string().regex(/^[0-9a-f]{32}$/, "32 lower-case hex digits");

/** Largest envelope a relay takes, in bytes: 255 concatenated parts of Chinese text and its padding fit three times over. */
export const MAX_ENVELOPE_BYTES = 192 * 1024;
export const envelopeText = z
  .string()
  .min(80)
  .max(Math.ceil((MAX_ENVELOPE_BYTES * 4) / 3))
  .regex(/^[A-Za-z0-9_-]+$/, "base64url without padding");

/** Seconds since 1970, 0 to the year 9999. */
export const unixSeconds = z.int().min(0).max(253_402_300_799);
export const sequence = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
export const envelopeVersion = z.union([z.literal(1), z.literal(2)]);
