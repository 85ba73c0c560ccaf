// What the rules need from durable storage. Every promise of a write resolves after fsync, never before.

import type { LineId, MessageId, RentalId, UnixMs } from "../base/index.ts";
import type {
  Counters,
  HeldMessage,
  Line,
  OutboxMessage,
  PendingGrant,
  Rental,
  SealedPart,
  SeenPdu,
  StoredReceipt,
} from "./model.ts";
import type { StoredAcceptance } from "./proofs/box-receipts.ts";

/** Everything one group commit of the intake changes, in one transaction. */
export interface IntakeCommit {
  readonly seen: readonly SeenPdu[];
  readonly outbox: readonly OutboxMessage[];
  readonly parts: readonly SealedPart[];
  /** Groups of parts whose rows go, before `parts` is stored: complete ones, and those that need not be kept any longer. */
  readonly closedGroups: readonly string[];
  readonly held: readonly HeldMessage[];
  /** `seen` rows whose message the modem has confirmed as deleted. */
  readonly deleted: readonly { readonly hash: string; readonly occurrence: number }[];
  readonly counts: Partial<Counters>;
  /** Messages dropped unread, by line; `counts` has their sum. */
  readonly denied: readonly { readonly lineId: LineId; readonly count: number }[];
}

export interface IntakeStore {
  /** Parts of messages that are not whole, delivered ones included, in order of arrival. */
  openParts(): Promise<readonly SealedPart[]>;
  /** All rows with one of these hashes. */
  findSeen(hashes: readonly string[]): Promise<readonly SeenPdu[]>;
  /**
   * Commits everything or nothing. A row of `outbox` whose (rental, seq) or id exists is an error `store.conflict`.
   * Errors: `store.full` (disk full, retryable), `store.busy` (locked, retryable), `store.io`.
   */
  commitIntake(batch: IntakeCommit): Promise<void>;
  /** Drops `seen` rows older than `before` that are marked as deleted. Returns how many. */
  pruneSeen(before: UnixMs): Promise<number>;
}

export interface RentalStore {
  lines(): Promise<readonly Line[]>;
  /** Inserts or updates by id. The listing id of an existing line never changes. */
  saveLine(line: Line): Promise<void>;
  rentals(): Promise<readonly Rental[]>;
  /** Inserts or updates a rental together with the grant to register at the relay. Refuses (`store.conflict`) a second active rental of a line. */
  saveRental(rental: Rental, grant: PendingGrant | null): Promise<void>;
  /** The highest `seq` committed for each rental, 0 for none. */
  lastSequences(): Promise<ReadonlyMap<RentalId, number>>;
}

export interface ForwardedMark {
  readonly id: MessageId;
  readonly status: string;
  readonly at: UnixMs;
  readonly accepted?: StoredAcceptance | null;
}

/** What waits of one rental; `oldest` and `firstSeq` are of the first in its queue. */
export interface WaitingRental {
  readonly rentalId: RentalId;
  readonly lineId: LineId;
  readonly waiting: number;
  readonly oldest: UnixMs;
  readonly firstSeq: number;
}

export interface RefusedMessage {
  readonly cursor: number;
  readonly id: string;
  readonly rentalId: RentalId;
  readonly lineId: LineId;
  readonly seq: number;
  readonly storedAt: UnixMs;
  readonly refusedAt: UnixMs;
  readonly code: string;
}

/** The outbox as its owner looks at it. */
export interface OutboxReport {
  /** Rentals with waiting messages, by id, those behind `after`. */
  waitingRentals(after: string | null, limit: number): Promise<readonly WaitingRental[]>;
  refusedMessages(page: { readonly after: number; readonly limit: number }): Promise<readonly RefusedMessage[]>;
}

export interface OutboxStore {
  /** The next messages of one rental in the order of `seq`, at most `limit`. */
  nextMessages(rentalId: RentalId, limit: number): Promise<readonly OutboxMessage[]>;
  /** Rentals that have something for the relay: waiting messages or an unregistered grant. */
  rentalsWithWork(): Promise<readonly RentalId[]>;
  pendingGrant(rentalId: RentalId): Promise<PendingGrant | null>;
  /** The grant last given for a rental, registered or not. */
  grantOf(rentalId: RentalId): Promise<PendingGrant | null>;
  markRegistered(rentalId: RentalId, rev: number): Promise<void>;
  /** The relay has it durably: the row leaves the outbox; its id and hash stay for receipts, with what the relay signed. */
  markForwarded(messages: readonly ForwardedMark[]): Promise<void>;
  /** The relay refuses it for good: kept out of the queue, visible, never deleted by itself. */
  markRefused(id: MessageId, code: string, at: UnixMs): Promise<void>;
  depth(): Promise<{ readonly waiting: number; readonly oldest: UnixMs | null; readonly refused: number }>;
}

/** Up to where the relay's receipts were taken. */
export interface ReceiptPlace {
  /** The relay's cursor of the last one; 0 for none. */
  readonly after: number;
  /** In which the relay gave it; null of one that does not say. */
  readonly epoch: string | null;
}

export interface ReceiptStore {
  saveReceipts(receipts: readonly StoredReceipt[], place: ReceiptPlace): Promise<void>;
  receiptPlace(): Promise<ReceiptPlace>;
  /** Id and rental of a message that left the box, by the base64url SHA-256 of its envelope. */
  findForwarded(envelopeHash: string): Promise<{ readonly id: MessageId; readonly rentalId: RentalId } | null>;
  receipts(options: {
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly (StoredReceipt & { readonly cursor: number })[]>;
}

/** Messages held for the owner. */
export interface KeptStore {
  /** Behind `after`, in the order in which they came; `line` null for all. */
  keptRows(options: {
    readonly line: LineId | null;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly (HeldMessage & { readonly cursor: number })[]>;
  keptRow(id: MessageId): Promise<(HeldMessage & { readonly cursor: number }) | null>;
}

export interface RentalCounts {
  readonly messages: number;
  readonly waiting: number;
  readonly acknowledged: number;
}

export interface LineActivity {
  readonly received: number;
  readonly lastAt: UnixMs | null;
  readonly denied: number;
}

export interface ReportStore {
  counters(): Promise<Counters>;
  rentalCounts(): Promise<ReadonlyMap<RentalId, RentalCounts>>;
  /** Last SMS, number of SMS and number of those dropped unread per line. */
  lineActivity(): Promise<ReadonlyMap<LineId, LineActivity>>;
}

/** Small named values: console password hash, API tokens' hashes, the last trusted time. Keys `[a-z._]{1,64}`, values to 64 KiB. */
export interface SettingStore {
  getSetting(key: string): Promise<string | null>;
  setSetting(key: string, value: string): Promise<void>;
}

/** The answer that a request under an idempotency key got. Never one that holds a secret. */
export interface KeptAnswer {
  /** Hash of caller and key. */
  readonly id: string;
  /** Hash of the request. */
  readonly fingerprint: string;
  readonly status: number;
  /** JSON text, empty for none. */
  readonly body: string;
  readonly at: UnixMs;
}

export interface AnswerStore {
  answer(id: string): Promise<KeptAnswer | null>;
  /** Keeps it durably, and forgets those from before `before` and all but the newest `most`. */
  keepAnswer(answer: KeptAnswer, keep: { readonly before: UnixMs; readonly most: number }): Promise<void>;
}

export interface MaintenanceStore {
  /** A write and fsync of a few bytes: tells whether the disk takes writes again. */
  probe(): Promise<void>;
  /** A consistent copy into a new file while the box runs. Fails with `store.exists` if the file exists. */
  backup(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface BoxStore
  extends IntakeStore,
    RentalStore,
    OutboxStore,
    ReceiptStore,
    ReportStore,
    KeptStore,
    SettingStore,
    MaintenanceStore {}
