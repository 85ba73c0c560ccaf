// The box's store: one repository per aggregate over one database file.

import { type Clock, type Logger, type Millis, seconds } from "../base/index.ts";
import type {
  AlertStore,
  AnswerStore,
  AuditStore,
  BoxStore,
  CallStore,
  EscrowStore,
  EventStore,
  NoticeStore,
  OutboxReport,
  PaymentStore,
  RestoreStore,
} from "../core/index.ts";
import { openSqlite, type SqliteStats, snapshotSqlite } from "../sqlite/index.ts";
import { alertRepository } from "./alert-repository.ts";
import { answerRepository } from "./answer-repository.ts";
import { auditRepository } from "./audit-repository.ts";
import { callRepository } from "./call-repository.ts";
import { escrowRepository } from "./escrow-repository.ts";
import { eventRepository } from "./event-repository.ts";
import { intakeRepository } from "./intake-repository.ts";
import { keptRepository } from "./kept-repository.ts";
import { type NameStore, nameRepository } from "./name-repository.ts";
import { noticeRepository } from "./notice-repository.ts";
import { outboxRepository } from "./outbox-repository.ts";
import { paymentRepository } from "./payment-repository.ts";
import { type ProofStore, proofRepository } from "./proof-repository.ts";
import { receiptRepository } from "./receipt-repository.ts";
import { rentalRepository } from "./rental-repository.ts";
import { reportRepository } from "./report-repository.ts";
import { restoreRepository } from "./restore-repository.ts";
import { boxSchema } from "./schema.ts";
import { settingRepository } from "./setting-repository.ts";

export interface BoxStoreOptions {
  /** Path of the database file; its folder must exist. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the opening with `base.stopped`. */
  readonly signal?: AbortSignal | undefined;
  /** How long a write waits for another process's lock before `store.busy`. Default 5 s. */
  readonly busyTimeout?: Millis;
}

/** What doctor and telemetry ask of the file, beyond the rules' port. */
export interface FileBoxStore extends BoxStore, OutboxReport {
  readonly restore: RestoreStore;
  readonly proofs: ProofStore;
  readonly payments: PaymentStore;
  readonly names: NameStore;
  readonly escrows: EscrowStore;
  readonly events: EventStore;
  readonly audit: AuditStore;
  readonly alerts: AlertStore;
  readonly notices: NoticeStore;
  readonly answers: AnswerStore;
  readonly calls: CallStore;
  /** The full check of the file; may take minutes on a large one. `store.corrupt` with the first finding. */
  checkIntegrity(): Promise<void>;
  stats(): Promise<SqliteStats>;
}

/**
 * Opens or creates the box's database.
 * Errors: `store.no_folder`, `store.cannot_open`, `store.foreign_file`, `store.newer_schema`, `store.schema_drift`, `store.corrupt`,
 * `store.busy`, `store.full`, `base.stopped`.
 */
export async function openBoxStore(options: BoxStoreOptions): Promise<FileBoxStore> {
  const db = await openSqlite({ ...options, ...boxSchema });
  return {
    ...intakeRepository(db),
    ...rentalRepository(db),
    ...outboxRepository(db),
    ...receiptRepository(db),
    ...keptRepository(db),
    ...reportRepository(db),
    ...settingRepository(db),
    proofs: proofRepository(db),
    payments: paymentRepository(db),
    names: nameRepository(db),
    escrows: escrowRepository(db),
    events: eventRepository(db),
    audit: auditRepository(db),
    restore: restoreRepository(db),
    alerts: alertRepository(db),
    notices: noticeRepository(db),
    answers: answerRepository(db),
    calls: callRepository(db),
    probe: () => db.probe(),
    backup: (file) => db.backup(file),
    checkIntegrity: () => db.checkIntegrity(),
    stats: () => db.stats(),
    close: () => db.close(),
  };
}

/** The schema version that this program knows. */
export const BOX_SCHEMA_VERSION = boxSchema.migrations.length;

/**
 * A consistent copy of a box's database, whether the box runs or not. Returns its schema version. Errors: `store.newer_schema`,
 * `store.foreign_file`, `store.cannot_open`, `store.exists`, `store.full`.
 */
export async function snapshotBoxStore(file: string, target: string): Promise<number> {
  return await snapshotSqlite({ ...boxSchema, file, target, busyTimeout: seconds(30) });
}
