// The things the box keeps, as the rules see them. No SMS text and no sender appears in any of these types: text exists only
// inside `Plain…` values on the intake path and is sealed before it reaches a store.

import type { E164, LineId, ListingId, MessageId, RentalId, SlotId, UnixMs } from "../base/index.ts";
import type { RentalGrant, WireMessage } from "../protocol/index.ts";
import type { SenderRules } from "./sender-policy.ts";

/** One phone number of the box, bound to a SIM by ICCID, or to a slot where the SIM is not known yet. */
export interface Line {
  readonly id: LineId;
  readonly number: E164;
  readonly slot: SlotId | null;
  readonly iccid: string | null;
  /** What the SIM is known by where its modem does not tell the ICCID. */
  readonly imsi: string | null;
  readonly listingId: ListingId;
}

export interface RenterKeys {
  /** Ed25519 public key, base64url. */
  readonly verify: string;
  /** X25519 public key, base64url. */
  readonly encrypt: string;
}

export type RentalState = "active" | "ended" | "expired";

export interface Rental {
  readonly id: RentalId;
  readonly lineId: LineId;
  readonly listingId: ListingId;
  readonly renter: RenterKeys;
  readonly envelopeVersion: 1 | 2;
  readonly startsAt: UnixMs;
  readonly expiresAt: UnixMs;
  readonly state: RentalState;
  readonly endedAt: UnixMs | null;
  /** Revision of the grant that the relay must know; +1 with each change. */
  readonly rev: number;
  /** SMS paid for, counted from the first; null for no limit. */
  readonly credit: number | null;
  /** Whose messages this renter does not get, before what line and box say. */
  readonly senderRules: SenderRules | null;
}

/** A sealed SMS that no relay has taken yet. */
export interface OutboxMessage {
  readonly message: WireMessage;
  readonly lineId: LineId;
  /** When the box committed it. */
  readonly storedAt: UnixMs;
}

/**
 * Where a message lay when it was read: the modem's storage and index, for instance `SM:7`; `smpp/<session>/<n>` for the n-th message
 * of an SMPP session; null for what is handed over without being stored (+CMT, a phone's webhook).
 */
export type StorageLocation = string | null;

/** Remembers that a PDU was committed, so that reading it again makes no second message. */
export interface SeenPdu {
  /** Keyed hash of line and PDU (which holds the service centre's time stamp), 32 hex digits. */
  readonly hash: string;
  /** 0 for the first message with this hash; identical real messages count up. */
  readonly occurrence: number;
  readonly location: StorageLocation;
  /** True once the modem confirmed the deletion: the same PDU at this place is then another message. Of an SMPP session: responded to. */
  readonly deleted: boolean;
  readonly at: UnixMs;
}

/** As what an incomplete message was delivered. */
export interface DeliveredAs {
  readonly id: MessageId;
  /** Whom it was given to; null for the owner. */
  readonly rentalId: RentalId | null;
  readonly at: UnixMs;
}

/** One part of a concatenated SMS, sealed under the box's storage key. */
export interface SealedPart {
  /** Keyed hash of line, sender, reference, total and width: groups the parts without naming the sender. */
  readonly group: string;
  readonly lineId: LineId;
  readonly part: number;
  readonly total: number;
  readonly receivedAt: UnixMs;
  /** When the service centre took it; null when the PDU does not tell. */
  readonly sentAt: UnixMs | null;
  /** The delivery that holds it; null while none does. */
  readonly delivered: DeliveredAs | null;
  readonly sealed: Uint8Array;
}

/** A message for a line without a rental, sealed to the provider's own key. */
export interface HeldMessage {
  readonly id: MessageId;
  readonly lineId: LineId;
  readonly storedAt: UnixMs;
  readonly envelope: string;
}

/** A grant that the relay must know before it takes messages of this rental. */
export interface PendingGrant {
  readonly rentalId: RentalId;
  readonly grant: RentalGrant;
}

/** A renter's signed receipt, collected from the relay. */
export interface StoredReceipt {
  readonly messageId: MessageId;
  readonly rentalId: RentalId;
  readonly receivedAt: UnixMs;
  /** Canonical JSON text of the receipt, with `sig`. */
  readonly receipt: string;
}

export interface Counters {
  readonly received: number;
  readonly forwarded: number;
  readonly acknowledged: number;
  readonly duplicates: number;
  readonly undecodable: number;
  readonly unrented: number;
  /** Dropped unread, by the sender policy. */
  readonly denied: number;
}
