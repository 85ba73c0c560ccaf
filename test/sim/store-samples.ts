// Rows of the box's store for tests: valid, distinct, and the same for the same numbers.

import { createHash } from "node:crypto";
import {
  e164,
  type LineId,
  lineId,
  listingId,
  type MessageId,
  messageId,
  type RentalId,
  rentalId,
  type UnixMs,
  unixMs,
} from "../../src/base/index.ts";
import type {
  HeldMessage,
  IntakeCommit,
  Line,
  OutboxMessage,
  PendingGrant,
  Rental,
  SealedPart,
  SeenPdu,
  StoredReceipt,
} from "../../src/core/index.ts";

export const sampleTime: UnixMs = unixMs(Date.UTC(2026, 0, 1));

function digest(...parts: readonly (string | number)[]): Buffer {
  return createHash("sha512").update(parts.join("/")).digest();
}

function hex(length: number, ...parts: readonly (string | number)[]): string {
  return digest(...parts)
    .toString("hex")
    .slice(0, length);
}

export function at(offset: number): UnixMs {
  return unixMs(sampleTime + offset);
}

export function sampleLine(n: number, change: Partial<Line> = {}): Line {
  return {
    id: lineId(`line-${n}`),
    number: e164(`+1555010${n}`),
    slot: null,
    iccid: null,
    imsi: null,
    listingId: listingId(hex(32, "listing", n)),
    ...change,
  };
}

export function rentalIdOf(n: number): RentalId {
  return rentalId(hex(32, "rental", n));
}

/** Rental `n` of line `n`, unless told otherwise. */
export function sampleRental(n: number, change: Partial<Rental> = {}): Rental {
  return {
    id: rentalIdOf(n),
    lineId: sampleLine(n).id,
    listingId: sampleLine(n).listingId,
    renter: {
      verify: digest("verify", n).subarray(0, 32).toString("base64url"),
      encrypt: digest("encrypt", n).subarray(0, 32).toString("base64url"),
    },
    envelopeVersion: 1,
    startsAt: at(n),
    expiresAt: at(86_400_000),
    state: "active",
    endedAt: null,
    rev: 1,
    credit: null,
    senderRules: null,
    ...change,
  };
}

export function sampleGrant(rental: Rental): PendingGrant {
  return {
    rentalId: rental.id,
    grant: {
      v: 1,
      rental_id: rental.id,
      listing_id: rental.listingId,
      provider: digest("provider").subarray(0, 32).toString("base64url"),
      renter: { ...rental.renter },
      starts_at: Math.floor(rental.startsAt / 1000),
      expires_at: Math.floor(rental.expiresAt / 1000),
      envelope_version: rental.envelopeVersion,
      rev: rental.rev,
      credit: rental.credit,
      sealed: digest("terms", rental.id, rental.rev).toString("base64url"),
      signature: digest("grant", rental.id, rental.rev).toString("base64url"),
    },
  };
}

export function messageIdOf(rental: number, seq: number): MessageId {
  return messageId(hex(32, "message", rental, seq));
}

/** Message `seq` of rental `rental`, of about the size of a sealed SMS. */
export function sampleMessage(rental: number, seq: number): OutboxMessage {
  return {
    message: {
      v: 1,
      id: messageIdOf(rental, seq),
      listing_id: sampleLine(rental).listingId,
      rental_id: rentalIdOf(rental),
      seq,
      ts: Math.floor(sampleTime / 1000) + seq,
      envelope: Buffer.concat(Array.from({ length: 9 }, (_, i) => digest("envelope", rental, seq, i))).toString(
        "base64url",
      ),
      signature: digest("signature", rental, seq).toString("base64url"),
    },
    lineId: sampleLine(rental).id,
    storedAt: at(seq),
  };
}

/** What a renter's receipt for the message names as `msg_hash`. */
export function envelopeHashOf({ message }: OutboxMessage): string {
  return createHash("sha256").update(Buffer.from(message.envelope, "base64url")).digest("base64url");
}

export function sampleSeen(n: number, change: Partial<SeenPdu> = {}): SeenPdu {
  return { hash: hex(32, "pdu", n), occurrence: 0, location: `SM:${n}`, deleted: false, at: at(n), ...change };
}

export function samplePart(group: number, part: number, change: Partial<SealedPart> = {}): SealedPart {
  return {
    group: hex(32, "group", group),
    lineId: sampleLine(1).id,
    part,
    total: 3,
    receivedAt: at(part),
    sentAt: at(0),
    delivered: null,
    sealed: new Uint8Array(digest("part", group, part)),
    ...change,
  };
}

export function sampleHeld(n: number, line: LineId = sampleLine(1).id): HeldMessage {
  return {
    id: messageId(hex(32, "held", n)),
    lineId: line,
    storedAt: at(n),
    envelope: digest("held", n).toString("base64url"),
  };
}

export function sampleReceipt(rental: number, seq: number): StoredReceipt {
  return {
    messageId: messageIdOf(rental, seq),
    rentalId: rentalIdOf(rental),
    receivedAt: at(1000 + seq),
    receipt: JSON.stringify({ msg_hash: hex(43, "receipt", rental, seq) }),
  };
}

export function intake(change: Partial<IntakeCommit>): IntakeCommit {
  return {
    seen: [],
    outbox: [],
    parts: [],
    closedGroups: [],
    held: [],
    deleted: [],
    counts: {},
    denied: [],
    ...change,
  };
}
