// Turns a batch of PDUs into one transaction: what is new, what completes, what is sealed to whom, with which `seq`. The context is
// the intake's memory; the caller replaces it by `plan.context` and rebuilds it from the store when a commit fails.

import {
  type AppError,
  type LineId,
  type MessageId,
  type Millis,
  type RentalId,
  type UnixMs,
  wrapError,
} from "../base/index.ts";
import { judge } from "./dedupe.ts";
import { deriveMessageId, type FingerprintDeps, groupHash, pduHash } from "./fingerprints.ts";
import { type Emission, type Emitted, IntakeParts } from "./intake-parts.ts";
import { type MessageContent, nameOf, type OpenedPart, readMessage } from "./message-content.ts";
import type { Counters, HeldMessage, OutboxMessage, Rental, SeenPdu } from "./model.ts";
import type { IncomingPdu, IntakeTicket, IntakeVerdict } from "./ports.ts";
import type { IntakeCommit } from "./ports-store.ts";
import type { OpenGroups } from "./reassembly.ts";
import type { Sealer, SealMessage, SealToOwner } from "./sealing.ts";

export interface IntakeContext {
  readonly seen: ReadonlyMap<string, readonly SeenPdu[]>;
  readonly groups: OpenGroups;
  /** Highest `seq` given out per rental. */
  readonly sequences: ReadonlyMap<RentalId, number>;
}

export interface PlanDeps {
  readonly fingerprints: FingerprintDeps;
  readonly sealer: Sealer;
  readonly activeRental: (lineId: LineId) => Rental | null;
  /** Whether the sender policy has what this sender writes to the line dropped unread. */
  readonly isDenied: (lineId: LineId, from: string) => boolean;
  /** What becomes of messages for a line without a rental. */
  readonly unrented: "keep" | "drop";
  /** Lines that the owner keeps for himself. */
  readonly isOwn?: (line: LineId) => boolean;
  /** How long an incomplete message that was delivered waits for late parts; 0 for not at all. */
  readonly lateParts: Millis;
  readonly now: () => UnixMs;
}

export type ItemResult =
  | { readonly ok: true; readonly verdict: IntakeVerdict }
  | { readonly ok: false; readonly error: AppError };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One batch under construction. `add` and `flush` are called in order of arrival; then `commit` is what must be stored. */
export class IntakePlan {
  readonly #deps: PlanDeps;
  readonly #seen: Map<string, readonly SeenPdu[]>;
  readonly #sequences: Map<RentalId, number>;
  readonly #parts: IntakeParts;

  readonly #newSeen: SeenPdu[] = [];
  readonly #outbox: OutboxMessage[] = [];
  readonly #held: HeldMessage[] = [];
  readonly #denied = new Map<LineId, number>();
  readonly #counts: Partial<Mutable<Counters>> = {};

  constructor(deps: PlanDeps, context: IntakeContext) {
    this.#deps = deps;
    this.#seen = new Map(context.seen);
    this.#sequences = new Map(context.sequences);
    this.#parts = new IntakeParts(
      {
        ...deps,
        emit: (emission, content) => this.#emit(emission, content),
        rentalOf: (line) => deps.activeRental(line)?.id ?? null,
        count: (name) => this.#count(name),
      },
      context.groups,
    );
  }

  /** Whether `learn` was told of this hash. */
  knows(hash: string): boolean {
    return this.#seen.has(hash);
  }

  /** What the store holds of some hashes, an empty list for those that it has never seen. Before `add` of a PDU with such a hash. */
  learn(rows: ReadonlyMap<string, readonly SeenPdu[]>): void {
    for (const [hash, known] of rows) this.#seen.set(hash, known);
  }

  /** Takes one PDU in. A PDU that cannot be handled fails alone and leaves the plan as it was. */
  async add(incoming: IncomingPdu): Promise<ItemResult> {
    const hash = pduHash(this.#deps.fingerprints, incoming.lineId, incoming.pdu);
    const rows = this.#seen.get(hash) ?? [];
    const judged = judge(rows, incoming.location, incoming.receivedAt);
    const { kind, occurrence } = judged;
    const ticket: IntakeTicket = { hash, occurrence };
    if (kind === "duplicate") {
      if (judged.moved !== null) this.#remember(judged.moved);
      this.#count("duplicates");
      return { ok: true, verdict: { kind, ticket } };
    }
    try {
      await this.#route(incoming, ticket);
    } catch (error) {
      return {
        ok: false,
        error: wrapError(error, "intake.failed", "the message could not be sealed", { retryable: true }),
      };
    }
    const { location, receivedAt } = incoming;
    // A direct delivery lies in no storage: there is nothing that will be deleted.
    this.#remember({ hash, occurrence, location, deleted: location === null, at: receivedAt });
    return { ok: true, verdict: { kind: "stored", ticket } };
  }

  /** Delivers the concatenated messages that have waited long enough as they are. One that cannot be sealed stays, and is counted in `left`. */
  flush(now: UnixMs, timeout: Millis): Promise<{ readonly delivered: number; readonly left: number }> {
    return this.#parts.flush(now, timeout);
  }

  get context(): IntakeContext {
    return { seen: this.#seen, groups: this.#parts.groups, sequences: this.#sequences };
  }

  commit(deleted: readonly IntakeTicket[]): IntakeCommit {
    return {
      seen: this.#newSeen,
      outbox: this.#outbox,
      held: this.#held,
      parts: this.#parts.stored,
      closedGroups: this.#parts.closed,
      deleted,
      counts: this.#counts,
      denied: [...this.#denied].map(([lineId, count]) => ({ lineId, count })),
    };
  }

  /** Adds a row, or replaces the one of the same message. */
  #remember(row: SeenPdu): void {
    const others = (this.#seen.get(row.hash) ?? []).filter(({ occurrence }) => occurrence !== row.occurrence);
    this.#seen.set(row.hash, [...others, row]);
    this.#newSeen.push(row);
  }

  async #route(incoming: IncomingPdu, ticket: IntakeTicket): Promise<void> {
    const { content, from, part } = readMessage(incoming);
    if (from !== null && this.#deps.isDenied(incoming.lineId, from)) return this.#deny(incoming.lineId);
    if (part === null) {
      const named = nameOf({ ...ticket, receivedAt: incoming.receivedAt });
      await this.#emit({ lineId: incoming.lineId, names: [named], replaces: null }, content);
      if (content.type === "raw") this.#count("undecodable");
      return;
    }
    const group = groupHash(this.#deps.fingerprints, part);
    const opened: OpenedPart = { ...ticket, pdu: incoming.pdu, receivedAt: incoming.receivedAt };
    const sealed = this.#deps.sealer.sealPart(opened);
    const { lineId, part: number, total, sentAt } = part;
    const { receivedAt } = incoming;
    await this.#parts.hold({ group, lineId, part: number, total, receivedAt, sentAt, delivered: null, sealed });
  }

  #deny(lineId: LineId): void {
    this.#count("denied");
    this.#denied.set(lineId, (this.#denied.get(lineId) ?? 0) + 1);
  }

  async #emit({ lineId, names, replaces }: Emission, content: MessageContent): Promise<Emitted> {
    const id = deriveMessageId(this.#deps.fingerprints, names);
    const rental = this.#deps.activeRental(lineId);
    if (rental !== null) await this.#seal({ id, replaces, rental, content });
    else this.#keepUnrented({ id, replaces, lineId, content });
    this.#count("received");
    return rental === null && this.#drops(lineId) ? null : { id, rentalId: rental?.id ?? null };
  }

  async #seal({ id, rental, ...rest }: Omit<SealMessage, "header"> & { readonly id: MessageId }): Promise<void> {
    const seq = (this.#sequences.get(rental.id) ?? 0) + 1;
    const storedAt = this.#deps.now();
    const ts = Math.floor(storedAt / 1000);
    const message = await this.#deps.sealer.sealMessage({ ...rest, rental, header: { id, seq, ts } });
    this.#outbox.push({ message, lineId: rental.lineId, storedAt });
    this.#sequences.set(rental.id, seq);
  }

  #keepUnrented(request: SealToOwner): void {
    const { id, lineId } = request;
    if (!this.#drops(lineId)) {
      this.#held.push({ id, lineId, storedAt: this.#deps.now(), envelope: this.#deps.sealer.sealToOwner(request) });
    }
    this.#count("unrented");
  }

  /** What comes for the owner himself is kept whatever the box does with the rest. */
  #drops(lineId: LineId): boolean {
    return this.#deps.unrented === "drop" && this.#deps.isOwn?.(lineId) !== true;
  }

  #count(name: keyof Counters): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}
