// What a renter can take away: his receipts, and one bundle with everything that lets a third party check, offline, who signed what.
// Signed is the envelope's hash: that a text is what the envelope holds can be checked only with the renter's private key.

import type { UnixMs } from "../base/index.ts";
import type { PublicKeysText } from "../envelope/index.ts";
import type { ProofBundle, Receipt, RentalGrant } from "../protocol/index.ts";
import type { ExportBundle, ExportedMessage } from "./export-format.ts";
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

const stateOf = (entry: InboxEntry, inbox: Inbox): string => inbox.outcomeOf(entry.key) ?? "waiting";

export function receiptLine(entry: InboxEntry, inbox: Inbox): ReceiptLine {
  const { id, listing_id, rental_id } = entry.message;
  const state = stateOf(entry, inbox);
  return { type: "receipt", id, listing_id, rental_id, seq: entry.seq, state, receipt: entry.receipt };
}

export interface ExportParts {
  readonly renter: PublicKeysText;
  readonly grants: readonly RentalGrant[];
  readonly inbox: Inbox;
  readonly now: UnixMs;
  /** What relays say of these messages, one for each relay. */
  readonly relays: readonly ProofBundle[];
  /** Texts go into it, and the envelopes that they came in. */
  readonly texts: boolean;
}

function exported(entry: InboxEntry, { inbox, texts }: ExportParts): ExportedMessage {
  const { cursor: _cursor, envelope, ...header } = entry.message;
  // The short form's signature is over the envelope's text: without it nobody could check it.
  const shown = texts || header.signature_scope === "envelope_text";
  return {
    message: { ...header, envelope_sha256: entry.receipt.msg_hash, ...(shown ? { envelope } : {}) },
    ...(texts ? { plain: entry.plain } : {}),
    receipt: entry.receipt,
    receipt_state: stateOf(entry, inbox),
  };
}

/** `checkExport` checks what this makes. */
export function exportBundle(parts: ExportParts): ExportBundle {
  const { renter, grants, inbox, now, relays } = parts;
  return {
    format: "numberbox-renter-export",
    v: 2,
    exported_at: new Date(now).toISOString(),
    renter: { ...renter },
    grants: [...grants],
    messages: inbox.entries.map((entry) => exported(entry, parts)),
    relays: [...relays],
  };
}
