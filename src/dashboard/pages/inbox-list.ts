// Which messages are shown, in days. Pure.

import type { AccountEntry } from "../../renter/index.ts";
import { receivedAt } from "../../renter/index.ts";

export interface InboxFilter {
  /** Null for all. */
  readonly rental: string | null;
  /** Found in text or sender, in any case. */
  readonly search: string;
}

function bodyOf({ payload }: AccountEntry["entry"]): string {
  return payload.type === "raw" ? payload.raw : payload.body;
}

function senderOf({ payload }: AccountEntry["entry"]): string {
  return payload.type === "sms" ? (payload.from ?? "") : "";
}

export function matching(entries: readonly AccountEntry[], { rental, search }: InboxFilter): readonly AccountEntry[] {
  const wanted = search.trim().toLowerCase();
  return entries.filter(({ entry }) => {
    if (rental !== null && entry.message.rental_id !== rental) return false;
    return wanted === "" || `${senderOf(entry)}\n${bodyOf(entry)}`.toLowerCase().includes(wanted);
  });
}

export interface InboxDay {
  /** Unix ms of any moment of the day, by the reader's own calendar. */
  readonly at: number;
  readonly entries: readonly AccountEntry[];
}

/** `dayOf`: a name of the day of a moment, the same for all moments of it. Keeps the order. */
export function inDays(entries: readonly AccountEntry[], dayOf: (at: number) => string): readonly InboxDay[] {
  const groups = Map.groupBy(entries, ({ entry }) => dayOf(receivedAt(entry)));
  return [...groups.values()].map((group) => ({
    at: group[0] === undefined ? 0 : receivedAt(group[0].entry),
    entries: group,
  }));
}
