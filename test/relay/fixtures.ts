// Keys, grants, messages and receipts of providers and renters, made with the real envelope code.

import { toBase64url, toHex, type UnixMs, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  type Identity,
  identityFromSeed,
  messageHash,
  publicKeysToText,
  sealV1,
  signEnvelopeText,
  signGrant,
  signMessage,
  signReceipt,
} from "../../src/envelope/index.ts";
import type { Receipt, RentalGrant, ShortForward, WireMessage } from "../../src/protocol/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

export const suite = systemCrypto;
export const NOW = unixMs(Date.UTC(2026, 0, 1));
export const NOW_S = NOW / 1000;
export const DAY_S = 86_400;

export function identity(name: string): Identity {
  const random = new SeededRandom(`relay ${name}`);
  return identityFromSeed(suite, { name, seed: random.bytes(32), nonce: random.bytes(16) });
}

export const provider = identity("provider");
export const otherProvider = identity("other provider");
export const renter = identity("renter");
export const otherRenter = identity("other renter");
export const stranger = identity("stranger");

export const verifyOf = (who: Identity): string => toBase64url(who.verify);
export const signWith =
  (who: Identity) =>
  (bytes: Uint8Array): Uint8Array =>
    suite.ed25519Sign(who.seed.reveal(), bytes);

export const RENTAL = "0123456789abcdef0123456789abcdef";
export const OTHER_RENTAL = "fedcba9876543210fedcba9876543210";
export const LISTING = "a1b2c3d4e5f64a7b";
export const OTHER_LISTING = "b1b2c3d4e5f64a7b";

export interface GrantParts {
  readonly by?: Identity;
  readonly to?: Identity;
  readonly rentalId?: string;
  readonly listingId?: string;
  readonly rev?: number;
  readonly credit?: number | null;
  readonly startsAt?: number;
  readonly expiresAt?: number;
}

export function grantOf(parts: GrantParts = {}): RentalGrant {
  const { by = provider, to = renter, rentalId = RENTAL, listingId = LISTING, rev = 1, credit = null } = parts;
  return signGrant({
    suite,
    random: new SeededRandom(`grant ${rentalId} ${rev}`),
    seed: by.seed,
    statement: {
      v: 1,
      rental_id: rentalId,
      listing_id: listingId,
      provider: verifyOf(by),
      renter: publicKeysToText(to),
      starts_at: parts.startsAt ?? NOW_S,
      expires_at: parts.expiresAt ?? NOW_S + 30 * DAY_S,
      envelope_version: 1,
      rev,
      credit,
    },
    secret: { number: "+15550100", terms: {} },
  });
}

/** An envelope whose content does not matter to a relay. */
export function envelopeOf(salt: string, length = 256): Uint8Array {
  const random = new SeededRandom(`envelope ${salt}`);
  const plaintext = utf8(salt.padEnd(length, " "));
  return sealV1({ suite, random, recipient: renter.encrypt, plaintext });
}

export interface MessageParts {
  readonly by?: Identity;
  readonly seq?: number;
  readonly rentalId?: string;
  readonly listingId?: string;
  readonly id?: string;
  readonly ts?: number;
  /** Distinguishes envelopes; by default the rental and the seq do. */
  readonly salt?: string;
  readonly length?: number;
}

export function messageOf(parts: MessageParts = {}): WireMessage {
  const { by = provider, seq = 1, rentalId = RENTAL, listingId = LISTING, ts = NOW_S } = parts;
  const salt = parts.salt ?? `${rentalId} ${seq}`;
  const id = parts.id ?? toHex(suite.sha256(utf8(`id ${salt}`))).slice(0, 32);
  const header = { v: 1, id, listing_id: listingId, rental_id: rentalId, seq, ts } as const;
  return signMessage({ suite, seed: by.seed, header, envelope: envelopeOf(salt, parts.length) });
}

/** The ecosystem's short form. */
export function shortOf(
  salt: string,
  parts: { readonly by?: Identity; readonly listingId?: string } = {},
): ShortForward {
  const envelope = toBase64url(envelopeOf(salt));
  const signature = signEnvelopeText(suite, (parts.by ?? provider).seed, envelope);
  return { listing_id: parts.listingId ?? LISTING, envelope, signature };
}

export interface ReceiptParts {
  readonly by?: Identity;
  readonly to?: Receipt["to"];
  readonly at?: UnixMs;
}

export function receiptOf(envelope: string, parts: ReceiptParts = {}): Receipt {
  const by = parts.by ?? renter;
  return signReceipt({
    suite,
    seed: by.seed,
    from: verifyOf(by),
    to: parts.to ?? verifyOf(provider),
    msgHash: hashOf(envelope),
    ts: parts.at ?? NOW,
  });
}

/** Base64url SHA-256 of an envelope's bytes. */
export function hashOf(envelope: string): string {
  return messageHash(suite, new Uint8Array(Buffer.from(envelope, "base64url")));
}

/** `text` with one character changed to another of the base64url or hex alphabet. */
export function tampered(text: string, at = Math.floor(text.length / 2)): string {
  return `${text.slice(0, at)}${text[at] === "a" ? "b" : "a"}${text.slice(at + 1)}`;
}
