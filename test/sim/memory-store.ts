// A BoxStore in memory for the rules' tests and simulations: passes the same contract suite as the real one, and can be made to
// fail the way disks do.

import { createHash } from "node:crypto";
import {
  AppError,
  type Deferred,
  deferred,
  type LineId,
  type MessageId,
  type RentalId,
  stoppedError,
  type UnixMs,
} from "../../src/base/index.ts";
import type {
  BoxStore,
  Counters,
  HeldMessage,
  IntakeCommit,
  Line,
  LineActivity,
  OutboxMessage,
  PendingGrant,
  ReceiptPlace,
  Rental,
  RentalCounts,
  SealedPart,
  SeenPdu,
  StoredReceipt,
} from "../../src/core/index.ts";

export type StoreFault = "store.full" | "store.busy" | "store.io";

interface Sent {
  readonly id: MessageId;
  readonly rentalId: RentalId;
  readonly seq: number;
  readonly hash: string;
}

const NOTHING: Counters = {
  received: 0,
  forwarded: 0,
  acknowledged: 0,
  duplicates: 0,
  undecodable: 0,
  unrented: 0,
  denied: 0,
};

const NO_MESSAGES = { messages: 0, waiting: 0, acknowledged: 0, lastSeq: 0 };

export class MemoryBoxStore implements BoxStore {
  readonly #lines = new Map<LineId, Line>();
  readonly #rentals = new Map<RentalId, Rental>();
  readonly #grants = new Map<RentalId, { readonly pending: PendingGrant; readonly registered: boolean }>();
  readonly #seen = new Map<string, SeenPdu>();
  readonly #parts = new Map<string, SealedPart>();
  readonly #outbox = new Map<string, OutboxMessage>();
  readonly #refused = new Map<MessageId, string>();
  readonly #byHash = new Map<string, Sent>();
  readonly #held = new Map<string, HeldMessage>();
  readonly #receipts: (StoredReceipt & { readonly cursor: number })[] = [];
  readonly #acknowledged = new Set<MessageId>();
  readonly #activity = new Map<LineId, Omit<LineActivity, "denied">>();
  readonly #denied = new Map<LineId, number>();
  readonly #counts = new Map<RentalId, RentalCounts & { readonly lastSeq: number }>();
  readonly #settings = new Map<string, string>();
  readonly #backups = new Set<string>();
  #receiptPlace: ReceiptPlace = { after: 0, epoch: null };
  #counters: Counters = NOTHING;
  #fault: StoreFault | null = null;
  #gate: Deferred<void> | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;
  #commits = 0;

  /** Writes that succeeded. */
  get commits(): number {
    return this.#commits;
  }

  /** What was held for the provider, in order. */
  get held(): readonly HeldMessage[] {
    return [...this.#held.values()];
  }

  async keptRows(options: Parameters<BoxStore["keptRows"]>[0]) {
    return this.held
      .map((row, at) => ({ ...row, cursor: at + 1 }))
      .filter(({ cursor, lineId }) => cursor > options.after && (options.line === null || lineId === options.line))
      .slice(0, options.limit);
  }

  async keptRow(id: MessageId) {
    return (await this.keptRows({ line: null, after: 0, limit: 500 })).find((row) => row.id === id) ?? null;
  }

  /** What a relay refused, in order. */
  get refused(): readonly { readonly id: MessageId; readonly code: string }[] {
    return [...this.#refused].map(([id, code]) => ({ id, code }));
  }

  /** From now on every write (and `probe`) fails with `fault`; null lets them succeed again. */
  failWrites(fault: StoreFault | null): void {
    this.#fault = fault;
  }

  /** Writes hang, as on a stalled disk, until the returned function is called. */
  stallWrites(): () => void {
    const gate = deferred<void>();
    this.#gate = gate;
    return () => {
      if (this.#gate === gate) this.#gate = null;
      gate.resolve();
    };
  }

  openParts(): Promise<readonly SealedPart[]> {
    const order = (a: SealedPart, b: SealedPart): number =>
      a.receivedAt - b.receivedAt || compare(a.group, b.group) || a.part - b.part;
    return this.#read(() => [...this.#parts.values()].sort(order));
  }

  findSeen(hashes: readonly string[]): Promise<readonly SeenPdu[]> {
    const wanted = new Set(hashes);
    return this.#read(() =>
      [...this.#seen.values()]
        .filter((row) => wanted.has(row.hash))
        .sort((a, b) => compare(a.hash, b.hash) || a.occurrence - b.occurrence),
    );
  }

  commitIntake(batch: IntakeCommit): Promise<void> {
    return this.#write(() => {
      this.#checkIntake(batch);
      for (const row of batch.seen) this.#seen.set(seenKey(row), row);
      for (const entry of batch.outbox) this.#enterOutbox(entry);
      for (const [key, part] of this.#parts) if (batch.closedGroups.includes(part.group)) this.#parts.delete(key);
      for (const part of batch.parts) this.#parts.set(`${part.group}/${part.part}`, part);
      for (const message of batch.held) {
        this.#held.set(message.id, message);
        this.#noteActivity(message.lineId, message.storedAt);
      }
      for (const ticket of batch.deleted) {
        const row = this.#seen.get(seenKey(ticket));
        if (row !== undefined) this.#seen.set(seenKey(row), { ...row, deleted: true });
      }
      for (const { lineId, count } of batch.denied) this.#denied.set(lineId, (this.#denied.get(lineId) ?? 0) + count);
      this.#count(batch.counts);
    });
  }

  pruneSeen(before: UnixMs): Promise<number> {
    return this.#write(() => {
      const old = [...this.#seen.values()].filter((row) => row.deleted && row.at < before);
      for (const row of old) this.#seen.delete(seenKey(row));
      return old.length;
    });
  }

  lines(): Promise<readonly Line[]> {
    return this.#read(() => [...this.#lines.values()].sort((a, b) => compare(a.id, b.id)));
  }

  saveLine(line: Line): Promise<void> {
    return this.#write(() => {
      const known = this.#lines.get(line.id);
      if (known !== undefined && known.listingId !== line.listingId) throw conflict("the listing id never changes");
      this.#lines.set(line.id, line);
    });
  }

  rentals(): Promise<readonly Rental[]> {
    return this.#read(() => [...this.#rentals.values()].sort((a, b) => a.startsAt - b.startsAt || compare(a.id, b.id)));
  }

  saveRental(rental: Rental, grant: PendingGrant | null): Promise<void> {
    return this.#write(() => {
      if (!this.#lines.has(rental.lineId)) throw conflict("unknown line");
      const rival = [...this.#rentals.values()].find(
        (other) => other.id !== rental.id && other.lineId === rental.lineId && other.state === "active",
      );
      if (rental.state === "active" && rival !== undefined) throw conflict("the line has an active rental");
      this.#rentals.set(rental.id, rental);
      if (!this.#counts.has(rental.id)) this.#counts.set(rental.id, NO_MESSAGES);
      if (grant !== null) this.#grants.set(grant.rentalId, { pending: grant, registered: false });
    });
  }

  lastSequences(): Promise<ReadonlyMap<RentalId, number>> {
    return this.#read(() => new Map([...this.#counts].map(([id, { lastSeq }]) => [id, lastSeq])));
  }

  nextMessages(rentalId: RentalId, limit: number): Promise<readonly OutboxMessage[]> {
    return this.#read(() =>
      [...this.#outbox.values()]
        .filter(({ message }) => message.rental_id === rentalId)
        .sort((a, b) => a.message.seq - b.message.seq)
        .slice(0, limit),
    );
  }

  rentalsWithWork(): Promise<readonly RentalId[]> {
    return this.#read(() =>
      [...this.#rentals.keys()]
        .filter((id) => this.#grants.get(id)?.registered === false || (this.#counts.get(id)?.waiting ?? 0) > 0)
        .sort(compare),
    );
  }

  pendingGrant(rentalId: RentalId): Promise<PendingGrant | null> {
    const entry = this.#grants.get(rentalId);
    return this.#read(() => (entry === undefined || entry.registered ? null : entry.pending));
  }

  grantOf(rentalId: RentalId): Promise<PendingGrant | null> {
    return this.#read(() => this.#grants.get(rentalId)?.pending ?? null);
  }

  markRegistered(rentalId: RentalId, rev: number): Promise<void> {
    return this.#write(() => {
      const entry = this.#grants.get(rentalId);
      if (entry?.pending.grant.rev === rev) this.#grants.set(rentalId, { ...entry, registered: true });
    });
  }

  markForwarded(
    messages: readonly { readonly id: MessageId; readonly status: string; readonly at: UnixMs }[],
  ): Promise<void> {
    return this.#write(() => {
      for (const { id } of messages) if (this.#leaveOutbox(id) !== null) this.#count({ forwarded: 1 });
    });
  }

  markRefused(id: MessageId, code: string, _at: UnixMs): Promise<void> {
    return this.#write(() => {
      const sent = this.#leaveOutbox(id);
      if (sent === null) return;
      this.#byHash.delete(sent.hash);
      this.#refused.set(id, code);
    });
  }

  depth(): Promise<{ readonly waiting: number; readonly oldest: UnixMs | null; readonly refused: number }> {
    return this.#read(() => ({
      waiting: this.#outbox.size,
      oldest: this.#outbox.values().next().value?.storedAt ?? null,
      refused: this.#refused.size,
    }));
  }

  saveReceipts(receipts: readonly StoredReceipt[], place: ReceiptPlace): Promise<void> {
    return this.#write(() => {
      for (const receipt of receipts) {
        if (this.#acknowledged.has(receipt.messageId)) continue;
        this.#acknowledged.add(receipt.messageId);
        this.#receipts.push({ ...receipt, cursor: this.#receipts.length + 1 });
        this.#count({ acknowledged: 1 });
        this.#addCounts(receipt.rentalId, { acknowledged: 1 });
      }
      this.#receiptPlace = place;
    });
  }

  receiptPlace(): Promise<ReceiptPlace> {
    return this.#read(() => this.#receiptPlace);
  }

  findForwarded(envelopeHash: string): Promise<{ readonly id: MessageId; readonly rentalId: RentalId } | null> {
    return this.#read(() => {
      const found = this.#byHash.get(envelopeHash);
      return found === undefined ? null : { id: found.id, rentalId: found.rentalId };
    });
  }

  receipts(options: {
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly (StoredReceipt & { readonly cursor: number })[]> {
    return this.#read(() => this.#receipts.filter((row) => row.cursor > options.after).slice(0, options.limit));
  }

  counters(): Promise<Counters> {
    return this.#read(() => this.#counters);
  }

  rentalCounts(): ReturnType<BoxStore["rentalCounts"]> {
    return this.#read(() => new Map([...this.#counts].map(([id, { lastSeq: _, ...counts }]) => [id, counts])));
  }

  lineActivity(): Promise<ReadonlyMap<LineId, LineActivity>> {
    return this.#read(
      () =>
        new Map(
          [...this.#lines.keys()].map((id) => {
            const activity = this.#activity.get(id) ?? { received: 0, lastAt: null };
            return [id, { ...activity, denied: this.#denied.get(id) ?? 0 }];
          }),
        ),
    );
  }

  getSetting(key: string): Promise<string | null> {
    return this.#read(() => this.#settings.get(key) ?? null);
  }

  setSetting(key: string, value: string): Promise<void> {
    return this.#write(() => {
      if (!/^[a-z._]{1,64}$/.test(key) || Buffer.byteLength(value) > 64 * 1024) {
        throw new AppError("store.bad_setting", "bad key or value");
      }
      this.#settings.set(key, value);
    });
  }

  probe(): Promise<void> {
    return this.#write(() => {});
  }

  backup(file: string): Promise<void> {
    return this.#write(() => {
      if (this.#backups.has(file)) throw new AppError("store.exists", `${file} exists already`);
      this.#backups.add(file);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#gate?.resolve();
    await this.#tail;
  }

  async #read<T>(query: () => T): Promise<T> {
    if (this.#closed) throw stoppedError("the store");
    return query();
  }

  /** `change` checks before it changes anything, so that a conflict leaves everything as it was. */
  #write<T>(change: () => T): Promise<T> {
    const result = this.#tail.then(async () => {
      await this.#gate?.promise;
      if (this.#closed) throw stoppedError("the store");
      if (this.#fault !== null) throw new AppError(this.#fault, "injected fault", { retryable: true });
      const value = change();
      this.#commits++;
      return value;
    });
    this.#tail = result.catch(() => {});
    return result;
  }

  #checkIntake(batch: IntakeCommit): void {
    const ids = new Set<string>();
    const last = new Map<RentalId, number>();
    for (const { id, rentalId, seq } of batch.outbox.map(sentOf)) {
      const counts = this.#counts.get(rentalId);
      if (counts === undefined) throw conflict("unknown rental");
      if (this.#outbox.has(id) || ids.has(id)) throw conflict("the message exists");
      if (seq <= (last.get(rentalId) ?? counts.lastSeq)) throw conflict("seq does not follow the last one");
      ids.add(id);
      last.set(rentalId, seq);
    }
    const held = new Set<string>();
    for (const { id } of batch.held) {
      if (this.#held.has(id) || held.has(id)) throw conflict("the held message exists");
      held.add(id);
    }
  }

  #enterOutbox(entry: OutboxMessage): void {
    const sent = sentOf(entry);
    this.#outbox.set(sent.id, entry);
    this.#byHash.set(sent.hash, sent);
    this.#addCounts(sent.rentalId, { messages: 1, waiting: 1, lastSeq: sent.seq });
    this.#noteActivity(entry.lineId, entry.storedAt);
  }

  #leaveOutbox(id: MessageId): Sent | null {
    const entry = this.#outbox.get(id);
    if (entry === undefined) return null;
    this.#outbox.delete(id);
    const sent = sentOf(entry);
    this.#addCounts(sent.rentalId, { waiting: -1 });
    return sent;
  }

  #addCounts(id: RentalId, add: Partial<RentalCounts & { readonly lastSeq: number }>): void {
    const counts = this.#counts.get(id);
    if (counts === undefined) return;
    this.#counts.set(id, {
      messages: counts.messages + (add.messages ?? 0),
      waiting: counts.waiting + (add.waiting ?? 0),
      acknowledged: counts.acknowledged + (add.acknowledged ?? 0),
      lastSeq: Math.max(counts.lastSeq, add.lastSeq ?? 0),
    });
  }

  #noteActivity(line: LineId, at: UnixMs): void {
    this.#activity.set(line, { received: (this.#activity.get(line)?.received ?? 0) + 1, lastAt: at });
  }

  #count(counts: Partial<Counters>): void {
    const sum = (name: keyof Counters): number => this.#counters[name] + (counts[name] ?? 0);
    this.#counters = {
      received: sum("received"),
      forwarded: sum("forwarded"),
      acknowledged: sum("acknowledged"),
      duplicates: sum("duplicates"),
      undecodable: sum("undecodable"),
      unrented: sum("unrented"),
      denied: sum("denied"),
    };
  }
}

function sentOf({ message }: OutboxMessage): Sent {
  const hash = createHash("sha256").update(Buffer.from(message.envelope, "base64url")).digest("base64url");
  // The wire's ids are plain text; the store's callers made them from branded ones.
  return { id: message.id as MessageId, rentalId: message.rental_id as RentalId, seq: message.seq, hash };
}

function seenKey(row: { readonly hash: string; readonly occurrence: number }): string {
  return `${row.hash}/${row.occurrence}`;
}

function conflict(problem: string): AppError {
  return new AppError("store.conflict", problem);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
