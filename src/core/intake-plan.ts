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
import {
  contentOf,
  joinContents,
  type MessageContent,
  type OpenedPart,
  partOf,
  type SmsContent,
} from "./message-content.ts";
import type { Counters, HeldMessage, OutboxMessage, Rental, SealedPart, SeenPdu } from "./model.ts";
import type { IncomingPdu, IntakeTicket, IntakeVerdict } from "./ports.ts";
import type { IntakeCommit } from "./ports-store.ts";
import { addPart, closeGroup, type Flushed, isOverdue, type OpenGroups } from "./reassembly.ts";
import type { Sealer } from "./sealing.ts";

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
  /** What becomes of messages for a line without a rental. */
  readonly unrented: "keep" | "drop";
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
  #groups: OpenGroups;

  readonly #newSeen: SeenPdu[] = [];
  readonly #outbox: OutboxMessage[] = [];
  readonly #held: HeldMessage[] = [];
  readonly #parts = new Map<string, SealedPart[]>();
  readonly #closed = new Set<string>();
  readonly #counts: Partial<Mutable<Counters>> = {};

  constructor(deps: PlanDeps, context: IntakeContext) {
    this.#deps = deps;
    this.#seen = new Map(context.seen);
    this.#sequences = new Map(context.sequences);
    this.#groups = context.groups;
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
  async flush(now: UnixMs, timeout: Millis): Promise<{ readonly delivered: number; readonly left: number }> {
    const overdue = [...this.#groups.values()].filter((group) => isOverdue(group, now, timeout));
    let left = 0;
    for (const group of overdue) {
      const { groups, flushed } = closeGroup(this.#groups, group);
      try {
        await this.#emitParts(flushed);
        this.#groups = groups;
      } catch {
        left++;
      }
    }
    return { delivered: overdue.length - left, left };
  }

  get context(): IntakeContext {
    return { seen: this.#seen, groups: this.#groups, sequences: this.#sequences };
  }

  commit(deleted: readonly IntakeTicket[]): IntakeCommit {
    return {
      seen: this.#newSeen,
      outbox: this.#outbox,
      held: this.#held,
      parts: [...this.#parts.values()].flat(),
      closedGroups: [...this.#closed],
      deleted,
      counts: this.#counts,
    };
  }

  /** Adds a row, or replaces the one of the same message. */
  #remember(row: SeenPdu): void {
    const others = (this.#seen.get(row.hash) ?? []).filter(({ occurrence }) => occurrence !== row.occurrence);
    this.#seen.set(row.hash, [...others, row]);
    this.#newSeen.push(row);
  }

  async #route(incoming: IncomingPdu, ticket: IntakeTicket): Promise<void> {
    const content = contentOf(incoming);
    const part = partOf(incoming);
    if (part === null) {
      const named = nameOf({ ...ticket, receivedAt: incoming.receivedAt });
      await this.#emit({ lineId: incoming.lineId, names: [named] }, content);
      if (content.type === "raw") this.#count("undecodable");
      return;
    }
    const group = groupHash(this.#deps.fingerprints, part);
    const opened: OpenedPart = { ...ticket, pdu: incoming.pdu, receivedAt: incoming.receivedAt };
    const sealed = this.#deps.sealer.sealPart(opened);
    const { lineId, receivedAt } = incoming;
    await this.#hold({ group, lineId, part: part.part, total: part.total, receivedAt, sealed });
  }

  async #hold(part: SealedPart): Promise<void> {
    let step = addPart(this.#groups, part);
    if (step.outcome.kind === "taken") {
      // Another PDU with the number of a part that is here: the network repeated the part, or the sender has begun a new message
      // with the same reference and the old one will never be complete.
      if (this.#sameText(step.outcome.by, part)) return this.#count("duplicates");
      const { groups, flushed } = closeGroup(this.#groups, step.outcome.open);
      await this.#emitParts(flushed);
      step = addPart(groups, part);
    }
    if (step.outcome.kind === "complete") await this.#emitParts({ parts: step.outcome.parts, missing: [] });
    else this.#parts.set(part.group, [...(this.#parts.get(part.group) ?? []), part]);
    this.#groups = step.groups;
  }

  #sameText(a: SealedPart, b: SealedPart): boolean {
    const [first, second] = [a, b].map((part) => this.#open(part)?.content);
    return (
      first !== undefined && second !== undefined && first.body === second.body && first.bodyHex === second.bodyHex
    );
  }

  /** Null when the part was damaged on disk: it then counts as missing, and the rest of the message still arrives. */
  #open(part: SealedPart): { readonly opened: OpenedPart; readonly content: SmsContent } | null {
    try {
      const opened = this.#deps.sealer.openPart(part.sealed);
      const content = contentOf({ ...opened, lineId: part.lineId });
      return content.type === "sms" ? { opened, content } : null;
    } catch {
      this.#count("undecodable");
      return null;
    }
  }

  async #emitParts(group: Flushed): Promise<void> {
    const [first] = group.parts;
    if (first === undefined) return;
    const missing = [...group.missing];
    const readable = group.parts.flatMap((part) => {
      const open = this.#open(part);
      if (open === null) missing.push(part.part);
      return open ?? [];
    });
    const content = joinContents(
      readable.map((part) => part.content),
      missing.sort((a, b) => a - b),
    );
    const names = readable.map(({ opened }) => nameOf(opened));
    if (content !== null) await this.#emit({ lineId: first.lineId, names }, content);
    this.#parts.delete(first.group);
    this.#closed.add(first.group);
  }

  async #emit(source: { lineId: LineId; names: readonly string[] }, content: MessageContent): Promise<void> {
    const id = deriveMessageId(this.#deps.fingerprints, source.names);
    const rental = this.#deps.activeRental(source.lineId);
    if (rental === null) this.#keepUnrented(id, source.lineId, content);
    else await this.#seal(id, rental, content);
    this.#count("received");
  }

  async #seal(id: MessageId, rental: Rental, content: MessageContent): Promise<void> {
    const seq = (this.#sequences.get(rental.id) ?? 0) + 1;
    const storedAt = this.#deps.now();
    const ts = Math.floor(storedAt / 1000);
    const message = await this.#deps.sealer.sealMessage({ rental, content, header: { id, seq, ts } });
    this.#outbox.push({ message, lineId: rental.lineId, storedAt });
    this.#sequences.set(rental.id, seq);
  }

  #keepUnrented(id: MessageId, lineId: LineId, content: MessageContent): void {
    if (this.#deps.unrented === "keep") {
      const envelope = this.#deps.sealer.sealToOwner({ id, lineId, content });
      this.#held.push({ id, lineId, storedAt: this.#deps.now(), envelope });
    }
    this.#count("unrented");
  }

  #count(name: keyof Counters): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}

/**
 * What tells a PDU from all others that the box ever stored: the same bytes may come again when the row that remembers them is gone,
 * and an id must never be given twice.
 */
function nameOf(pdu: Pick<OpenedPart, "hash" | "occurrence" | "receivedAt">): string {
  return `${pdu.hash}/${pdu.occurrence}/${pdu.receivedAt}`;
}
