// What a renter can take away: his receipts, and one bundle with everything that lets a third party check, offline, who signed what.
// Signed is the envelope's hash: that a text is what the envelope holds can be checked only with the renter's private key.

import type { UnixMs } from "../base/index.ts";
import type { Payload, PublicKeysText } from "../envelope/index.ts";
import type { MailboxMessage, Receipt, RentalGrant } from "../protocol/index.ts";
import type { Inbox, InboxEntry } from "./inbox.ts";

export interface ReceiptLine {
  readonly type: "receipt";
  readonly id: string;
  readonly listing_id: string;
  readonly rental_id: string;
  readonly seq: number | null;
  /** `waiting` until the relay answered, then `accepted` or the code with which it refused. */
  readonly state: string;
  readonly receipt: Receipt;
}

export function receiptLine(entry: InboxEntry, inbox: Inbox): ReceiptLine {
  const { id, listing_id, rental_id } = entry.message;
  const state = inbox.outcomeOf(entry.key) ?? "waiting";
  return { type: "receipt", id, listing_id, rental_id, seq: entry.seq, state, receipt: entry.receipt };
}

/**
 * Check it like this: each grant's `signature` by its `provider` over the canonical JSON of its other members; each message's by the
 * provider of its rental's grant, over the canonical JSON of `{v,id,listing_id,rental_id,seq,ts,envelope_sha256}` or, for
 * `signature_scope` `envelope_text`, over the envelope's text; each receipt's `sig` by `renter.verify` over the canonical JSON of its
 * other members. With the renter's private key, that `envelope` opens to `plain`.
 */
export interface ExportBundle {
  readonly format: "numberbox-renter-export";
  readonly v: 1;
  /** RFC 3339 in UTC. */
  readonly exported_at: string;
  readonly renter: PublicKeysText;
  readonly grants: readonly RentalGrant[];
  readonly messages: readonly {
    readonly message: Omit<MailboxMessage, "cursor">;
    /** The text inside the envelope, byte for byte in UTF-8. */
    readonly plain: string;
    readonly payload: Payload;
    readonly receipt: Receipt;
    readonly receipt_state: string;
  }[];
}

export function exportBundle(parts: {
  readonly renter: PublicKeysText;
  readonly grants: readonly RentalGrant[];
  readonly inbox: Inbox;
  readonly now: UnixMs;
}): ExportBundle {
  const { renter, grants, inbox, now } = parts;
  return {
    format: "numberbox-renter-export",
    v: 1,
    exported_at: new Date(now).toISOString(),
    renter,
    grants,
    messages: inbox.entries.map((entry) => {
      const { cursor: _cursor, ...message } = entry.message;
      const { plain, payload, receipt } = entry;
      return { message, plain, payload, receipt, receipt_state: inbox.outcomeOf(entry.key) ?? "waiting" };
    }),
  };
}
