// Keys, grants and messages of one provider and one renter, made with the real envelope code.

import { type CryptoSuite, toBase64url, toHex, unixMs, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  type CanonicalObject,
  encodePayload,
  type Identity,
  identityFromSeed,
  publicKeysToText,
  type SmsPayload,
  sealV1,
  sealV2,
  signEnvelopeText,
  signGrant,
  signMessage,
} from "../../src/envelope/index.ts";
import type { MailboxMessage, RentalGrant } from "../../src/protocol/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

export const suite: CryptoSuite = systemCrypto;
export const NOW = unixMs(Date.UTC(2026, 0, 1));
export const NOW_S = NOW / 1000;

export function identity(name: string): Identity {
  const random = new SeededRandom(`identity ${name}`);
  return identityFromSeed(suite, { name, seed: random.bytes(32), nonce: random.bytes(16) });
}

export const provider = identity("provider123");
export const renter = identity("renter456");
export const stranger = identity("stranger");

export const RENTAL = "0123456789abcdef0123456789abcdef";
export const LISTING = "a1b2c3d4e5f64a7b";
export const NUMBER = "+15550100";

export interface GrantParts {
  readonly by?: Identity;
  readonly to?: Identity;
  readonly rentalId?: string;
  readonly listingId?: string;
  readonly rev?: number;
  readonly number?: string;
  /** Unix seconds. */
  readonly startsAt?: number;
  readonly version?: 1 | 2;
  readonly terms?: CanonicalObject;
}

export function grantOf(parts: GrantParts = {}): RentalGrant {
  const by = parts.by ?? provider;
  return signGrant({
    suite,
    random: new SeededRandom("grant"),
    seed: by.seed,
    statement: {
      v: 1,
      rental_id: parts.rentalId ?? RENTAL,
      listing_id: parts.listingId ?? LISTING,
      provider: toBase64url(by.verify),
      renter: publicKeysToText(parts.to ?? renter),
      starts_at: parts.startsAt ?? NOW_S,
      expires_at: NOW_S + 30 * 86_400,
      envelope_version: parts.version ?? 1,
      rev: parts.rev ?? 1,
      credit: null,
    },
    secret: { number: parts.number ?? NUMBER, terms: parts.terms ?? { sms: "unlimited" } },
  });
}

export interface MessageParts {
  readonly seq: number;
  readonly body?: string;
  readonly from?: string;
  readonly by?: Identity;
  readonly to?: Identity;
  readonly rentalId?: string;
  readonly listingId?: string;
  readonly version?: 1 | 2;
  /** Distinguishes two messages that are otherwise alike. */
  readonly salt?: string;
  /** What is sealed differs from the header in these members. */
  readonly payload?: Partial<SmsPayload>;
  /** Cursor at the relay; `seq` by default. */
  readonly cursor?: number;
}

function payloadOf(parts: MessageParts): SmsPayload {
  return {
    v: 1,
    type: "sms",
    from: parts.from ?? "+15550199",
    to: NUMBER,
    body: parts.body ?? `message ${parts.seq}`,
    sent_at: "2026-01-01T01:00:00+01:00",
    received_ms: NOW + parts.seq * 1000,
    parts: 1,
    missing: [],
    class: null,
    listing_id: parts.listingId ?? LISTING,
    rental_id: parts.rentalId ?? RENTAL,
    seq: parts.seq,
    ...parts.payload,
  };
}

/** A message as the relay serves it. */
export async function messageOf(parts: MessageParts): Promise<MailboxMessage> {
  const by = parts.by ?? provider;
  const recipient = (parts.to ?? renter).encrypt;
  const unique = `${parts.rentalId ?? RENTAL}/${parts.seq}/${parts.body ?? ""}/${parts.salt ?? ""}`;
  const random = new SeededRandom(unique);
  const header = {
    v: parts.version ?? 1,
    id: toHex(suite.sha256(utf8(unique))).slice(0, 32),
    listing_id: parts.listingId ?? LISTING,
    rental_id: parts.rentalId ?? RENTAL,
    seq: parts.seq,
    ts: NOW_S + parts.seq,
  };
  const plaintext = encodePayload(payloadOf(parts));
  const envelope =
    header.v === 1
      ? sealV1({ suite, random, recipient, plaintext })
      : await sealV2({ random, recipient, plaintext, header });
  return {
    ...signMessage({ suite, seed: by.seed, header, envelope }),
    cursor: parts.cursor ?? parts.seq,
    signature_scope: "message",
    provider: toBase64url(by.verify),
  };
}

/** The ecosystem's short form, as a relay hands it on. */
export function shortMessageOf(plaintext: Uint8Array, cursor = 1): MailboxMessage {
  const random = new SeededRandom(`short ${toHex(plaintext).slice(0, 64)}`);
  const envelope = toBase64url(sealV1({ suite, random, recipient: renter.encrypt, plaintext }));
  return {
    cursor,
    v: 1,
    id: toHex(suite.sha256(utf8(envelope))).slice(0, 32),
    listing_id: LISTING,
    rental_id: RENTAL,
    seq: null,
    ts: NOW_S,
    envelope,
    signature: signEnvelopeText(suite, provider.seed, envelope),
    signature_scope: "envelope_text",
    provider: toBase64url(provider.verify),
  };
}

/** A sealed payload for `shortMessageOf`. */
export function sealedPayload(parts: MessageParts): Uint8Array {
  return encodePayload(payloadOf(parts));
}
