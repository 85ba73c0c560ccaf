// Deletions that a modem was asked for and has not shown yet. Some modems answer OK and delete nothing; a message counts as gone only
// when a later reading shows its place empty or taken by another.

import type { StoredPdu } from "../at/index.ts";
import type { IntakePort, IntakeTicket } from "../core/index.ts";

interface Pending {
  readonly pdu: string;
  readonly ticket: IntakeTicket;
  /** A message was announced for the place after the deletion was asked for. */
  announced: boolean;
}

export class PendingDeletions {
  readonly #intake: Pick<IntakePort, "deleted">;
  readonly #places = new Map<string, Pending>();

  constructor(intake: Pick<IntakePort, "deleted">) {
    this.#intake = intake;
  }

  /** Places whose message is not known to be gone. */
  get places(): readonly string[] {
    return [...this.#places.keys()];
  }

  has(place: string): boolean {
    return this.#places.has(place);
  }

  /** To be called before the deletion is asked for: an announcement may come in the middle of its answer. */
  begin(place: string, pdu: string, ticket: IntakeTicket): void {
    this.#places.set(place, { pdu, ticket, announced: false });
  }

  /** A +CMTI named the place. */
  announced(place: string): void {
    const pending = this.#places.get(place);
    if (pending !== undefined) pending.announced = true;
  }

  /** What a reading showed at the place; null when it is empty. */
  shown(place: string, message: StoredPdu | null): void {
    const pending = this.#places.get(place);
    if (pending === undefined || (message !== null && mayBe(pending, message))) return;
    this.#places.delete(place);
    this.#intake.deleted(pending.ticket);
  }

  /** Another SIM is in: what its places hold says nothing about the last one's. */
  clear(): void {
    this.#places.clear();
  }
}

/**
 * Whether `message` may still be the one that was deleted. A PDU that was cut short may be any. The same PDU is the same message,
 * unless it was announced anew and is unread, which it cannot be after it was read: then it is the second of two equal messages of
 * one second.
 */
function mayBe(pending: Pending, message: StoredPdu): boolean {
  if (message.pdu !== pending.pdu) return !message.intact;
  return !(pending.announced && message.stat === "rec_unread");
}
