// The messages of one renter in the order in which they were stored, and what happened to each. Pure: it is built by applying the
// records of the inbox log, so that a restart sees exactly what was written.

import { type UnixMs, unixMs, utf8 } from "../base/index.ts";
import { decodePayload, type Payload } from "../envelope/index.ts";
import type { MailboxMessage, Receipt } from "../protocol/index.ts";
import type { InboxRecord, StoredMessage } from "./records.ts";
import { nextSequence, noSequence, type SeqRange, type SeqState, stillMissing } from "./sequence.ts";

export interface InboxEntry {
  /** Rental and hash of the envelope: the same envelope is the same message, whatever id it comes with. */
  readonly key: string;
  /** When this renter stored it. */
  readonly at: UnixMs;
  /** The relay that served it first. */
  readonly relay: string;
  readonly message: MailboxMessage;
  /** The text inside the envelope. */
  readonly plain: string;
  readonly payload: Payload;
  /** The renter's own, signed when the message was stored. */
  readonly receipt: Receipt;
  /** From the signed header, or for the short form from the payload; null when neither has one. */
  readonly seq: number | null;
  /** Numbers before this one that had not arrived when it did. */
  readonly gap: SeqRange | null;
  /** Another message had this number already. */
  readonly repeats: boolean;
}

export function entryKey(rentalId: string, within: string): string {
  return `${rentalId}/${within}`;
}

/** The number of a message within its rental. */
export function sequenceOf(message: MailboxMessage, payload: Payload): number | null {
  if (message.seq !== null) return message.seq;
  return payload.type === "text" || payload.seq < 1 ? null : payload.seq;
}

export class Inbox {
  readonly #entries = new Map<string, InboxEntry>();
  readonly #sequences = new Map<string, SeqState>();
  readonly #unshown = new Map<string, InboxEntry>();
  readonly #unsettled = new Map<string, InboxEntry>();
  readonly #outcomes = new Map<string, string>();
  /** By rental and id of the incomplete message. */
  readonly #replacements = new Map<string, InboxEntry>();

  /** All entries, oldest first. */
  get entries(): readonly InboxEntry[] {
    return [...this.#entries.values()];
  }

  get(key: string): InboxEntry | undefined {
    return this.#entries.get(key);
  }

  /** Entries that were never printed, oldest first. */
  get unshown(): readonly InboxEntry[] {
    return [...this.#unshown.values()];
  }

  /** Entries of this relay whose receipt it has neither taken nor refused, oldest first. */
  unsettled(relay: string): readonly InboxEntry[] {
    return [...this.#unsettled.values()].filter((entry) => entry.relay === relay);
  }

  /** The message that stands in for this incomplete one, with parts that came late. */
  supersededBy(entry: InboxEntry): InboxEntry | undefined {
    return this.#replacements.get(entryKey(entry.message.rental_id, entry.message.id));
  }

  /** `accepted`, the relay's code of a refusal, or null while the receipt waits. */
  outcomeOf(key: string): string | null {
    return this.#outcomes.get(key) ?? null;
  }

  /** The highest number of a rental so far, 0 for none. */
  highest(rentalId: string): number {
    return this.#sequences.get(rentalId)?.highest ?? 0;
  }

  /** What is missing of `range` now. */
  missing(rentalId: string, range: SeqRange): readonly SeqRange[] {
    return stillMissing(this.#sequences.get(rentalId) ?? noSequence, range);
  }

  /** Applies one record; returns the entries it added (none for messages that are known). */
  apply(record: InboxRecord): readonly InboxEntry[] {
    switch (record.t) {
      case "messages":
        return record.messages.flatMap((stored) => this.#add(stored, record) ?? []);
      case "shown":
        for (const key of record.keys) this.#unshown.delete(key);
        return [];
      case "settled":
        for (const { key, outcome } of record.outcomes) {
          this.#outcomes.set(key, outcome);
          this.#unsettled.delete(key);
        }
        return [];
    }
  }

  #add(stored: StoredMessage, origin: { readonly at: number; readonly relay: string }): InboxEntry | undefined {
    const { message, receipt } = stored;
    const key = entryKey(message.rental_id, receipt.msg_hash);
    if (this.#entries.has(key)) return undefined;
    const payload = decodePayload(utf8(stored.plain));
    const seq = sequenceOf(message, payload);
    const verdict = seq === null ? null : this.#count(message.rental_id, seq);
    const entry: InboxEntry = {
      key,
      at: unixMs(origin.at),
      relay: origin.relay,
      message,
      plain: stored.plain,
      payload,
      receipt,
      seq,
      gap: verdict?.kind === "gap" ? { from: verdict.from, to: verdict.to } : null,
      repeats: verdict?.kind === "repeat",
    };
    this.#entries.set(key, entry);
    const replaces = payload.type === "sms" ? payload.replaces : undefined;
    if (replaces !== undefined) this.#replacements.set(entryKey(message.rental_id, replaces), entry);
    this.#unshown.set(key, entry);
    this.#unsettled.set(key, entry);
    return entry;
  }

  #count(rentalId: string, seq: number): ReturnType<typeof nextSequence>["verdict"] {
    const { state, verdict } = nextSequence(this.#sequences.get(rentalId) ?? noSequence, seq);
    this.#sequences.set(rentalId, state);
    return verdict;
  }
}
