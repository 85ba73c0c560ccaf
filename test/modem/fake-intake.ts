// An intake in memory that judges duplicates as the real one does, whose commits a test can hold back or refuse.

import { AppError, type Deferred, deferred, stoppedError, toHex } from "../../src/base/index.ts";
import { judge } from "../../src/core/dedupe.ts";
import type {
  IncomingPdu,
  IntakePort,
  IntakeTicket,
  IntakeVerdict,
  SeenPdu,
  StorageLocation,
} from "../../src/core/index.ts";

interface Row extends SeenPdu {
  deleted: boolean;
}

/** What the intake refuses with when the disk is full. */
export const FULL = new AppError("store.full", "the disk is full", { retryable: true });

export interface TakenMessage {
  readonly line: string;
  readonly slot: string;
  /** Upper-case hex. */
  readonly pdu: string;
  readonly location: StorageLocation;
}

export class FakeIntake implements IntakePort {
  /** Messages that were new, in the order of their commits. */
  readonly taken: TakenMessage[] = [];
  /** Tickets that came back as deleted. */
  readonly confirmed: IntakeTicket[] = [];
  offers = 0;
  duplicates = 0;
  /** Refuses every message with this. */
  refusal: Error | null = null;
  readonly #rows = new Map<string, Row[]>();
  #gate: Deferred<void> | null = null;

  /** Commits wait from now on. */
  hold(): void {
    this.#gate ??= deferred();
  }

  /** Lets the commits that wait, and all later ones, through. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = null;
  }

  /** Rejects the commits that wait, as an intake that ends. */
  stop(): void {
    this.refusal = stoppedError("intake");
    this.#gate?.reject(this.refusal);
    this.#gate = null;
  }

  /** Whether a message with these bytes is durable. */
  has(pduHex: string): boolean {
    return this.taken.some(({ pdu }) => pdu === pduHex.toUpperCase());
  }

  async accept(incoming: IncomingPdu): Promise<IntakeVerdict> {
    this.offers++;
    if (this.#gate !== null) await this.#gate.promise;
    if (this.refusal !== null) throw this.refusal;
    return this.#commit(incoming);
  }

  deleted(ticket: IntakeTicket): void {
    this.confirmed.push(ticket);
    for (const row of this.#rows.get(ticket.hash) ?? []) if (row.occurrence === ticket.occurrence) row.deleted = true;
  }

  #commit({ lineId, slotId, location, pdu, receivedAt }: IncomingPdu): IntakeVerdict {
    const hex = toHex(pdu).toUpperCase();
    const hash = `${lineId}/${hex}`;
    const rows = this.#rows.get(hash) ?? [];
    const judged = judge(rows, location, receivedAt);
    const { kind, occurrence } = judged;
    const ticket = { hash, occurrence };
    if (kind === "duplicate") {
      this.duplicates++;
      const { moved } = judged;
      if (moved !== null) this.#rows.set(hash, [...rows.filter((row) => row.occurrence !== occurrence), { ...moved }]);
      return { kind, ticket };
    }
    rows.push({ ...ticket, location, deleted: false, at: receivedAt });
    this.#rows.set(hash, rows);
    this.taken.push({ line: lineId, slot: slotId, pdu: hex, location });
    return { kind: "stored", ticket };
  }
}
