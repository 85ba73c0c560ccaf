// From content to sealed bytes: to the renter, to the owner, or under the box's storage key. After this file nothing is readable.

import {
  type CryptoSuite,
  fromHex,
  fromUtf8,
  type LineId,
  type MessageId,
  type Random,
  type Secret,
  toBase64url,
  toHex,
  unixMs,
  utf8,
} from "../base/index.ts";
import {
  decryptLocal,
  encodePayload,
  encryptLocal,
  type Identity,
  keyFromText,
  type RawPayload,
  type ReportPayload,
  type SmsPayload,
  sealV1,
  sealV2,
  signMessage,
} from "../envelope/index.ts";
import { parseJsonWith, type WireMessage } from "../protocol/index.ts";
import type { MessageContent, OpenedPart, SmsContent } from "./message-content.ts";
import type { Line, Rental } from "./model.ts";
import { storedPart } from "./stored-part.ts";

export interface SealMessage {
  readonly rental: Rental;
  readonly content: MessageContent;
  /** Id of the incomplete message that this one stands in for. */
  readonly replaces: MessageId | null;
  readonly header: { readonly id: MessageId; readonly seq: number; readonly ts: number };
}

export interface SealToOwner extends Pick<SealMessage, "content" | "replaces"> {
  readonly id: MessageId;
  readonly lineId: LineId;
}

export interface Sealer {
  /** Seals to the renter's key and signs with the provider's. */
  sealMessage(request: SealMessage): Promise<WireMessage>;
  /** Seals to the provider's own key; base64url. */
  sealToOwner(request: SealToOwner): string;
  sealPart(part: OpenedPart): Uint8Array;
  /** Throws when the part was changed on disk or the storage key is another. */
  openPart(sealed: Uint8Array): OpenedPart;
}

export interface SealerDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly identity: Identity;
  /** For parts at rest, derived from the storage key for this purpose alone. */
  readonly partKey: Secret<Uint8Array>;
  readonly lineOf: (id: LineId) => Line | null;
}

const PART_DOMAIN = "numberbox/part/v1";

interface Origin {
  readonly replaces: MessageId | null;
  readonly to: string;
  readonly listing_id: string | null;
  readonly rental_id: string | null;
  readonly seq: number;
}

function payloadOf(content: MessageContent, { replaces, ...origin }: Origin): SmsPayload | RawPayload {
  const common = { v: 1 as const, ...origin, received_ms: content.receivedAt };
  if (content.type === "raw") return { ...common, type: "raw", raw: content.raw, reason: content.reason };
  return {
    ...common,
    type: "sms",
    from: content.from,
    body: content.body,
    sent_at: content.sentAt,
    parts: content.parts,
    missing: content.missing,
    class: content.class,
    ...(content.bodyHex === null ? {} : { body_hex: content.bodyHex }),
    ...(content.kind === null ? {} : { kind: content.kind }),
    ...(content.waiting.length === 0 ? {} : { waiting: content.waiting }),
    ...(content.report === null ? {} : { report: reportOf(content.report) }),
    ...(replaces === null ? {} : { replaces }),
  };
}

function reportOf({ dischargedAt: discharged_at, ...rest }: NonNullable<SmsContent["report"]>): ReportPayload {
  return { ...rest, discharged_at };
}

export function createSealer(deps: SealerDeps): Sealer {
  const { suite, random, identity } = deps;
  const numberOf = (lineId: LineId): string => deps.lineOf(lineId)?.number ?? "";
  return {
    sealMessage: async ({ rental, content, replaces, header }) => {
      const { id: rental_id, listingId: listing_id } = rental;
      const origin = { to: numberOf(rental.lineId), listing_id, rental_id, seq: header.seq, replaces };
      const plaintext = encodePayload(payloadOf(content, origin));
      const full = { v: rental.envelopeVersion, ...header, listing_id, rental_id };
      const recipient = keyFromText(rental.renter.encrypt, "the renter's encrypt key");
      const envelope =
        rental.envelopeVersion === 1
          ? sealV1({ suite, random, recipient, plaintext })
          : await sealV2({ random, recipient, plaintext, header: full });
      return signMessage({ suite, seed: identity.seed, header: full, envelope });
    },
    sealToOwner: ({ lineId, content, replaces }) => {
      const origin = { to: numberOf(lineId), listing_id: null, rental_id: null, seq: 0, replaces };
      const plaintext = encodePayload(payloadOf(content, origin));
      return toBase64url(sealV1({ suite, random, recipient: identity.encrypt, plaintext }));
    },
    sealPart: (part) => {
      const { hash, occurrence, receivedAt } = part;
      const plaintext = utf8(JSON.stringify({ hash, occurrence, receivedAt, pdu: toHex(part.pdu) }));
      return encryptLocal({ random, key: deps.partKey, domain: PART_DOMAIN, plaintext });
    },
    openPart: (sealed) => {
      const text = fromUtf8(decryptLocal({ key: deps.partKey, domain: PART_DOMAIN, box: sealed }));
      const part = parseJsonWith(storedPart, text, "intake.bad_part", "a stored part");
      return { ...part, receivedAt: unixMs(part.receivedAt), pdu: fromHex(part.pdu) };
    },
  };
}
