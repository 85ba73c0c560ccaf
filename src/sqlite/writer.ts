// The single writer. Jobs that arrive while a commit is in flight share the next transaction and its fsync (group commit): the
// busier the disk, the larger the batch. Each job of a shared transaction has its own savepoint, so that it fails alone.

import { AppError, type Clock, type Deferred, deferred, type Millis, stoppedError } from "../base/index.ts";
import type { Connection, SqlValue } from "./connection.ts";
import type { RowParser } from "./row.ts";
import { type Statement, scriptOf } from "./script.ts";

/** What a job may do. Valid until the job's promise settles. */
export interface Transaction {
  /** One statement without result rows; returns how many rows it changed (without those of triggers). */
  run(sql: string, params?: readonly SqlValue[]): Promise<number>;
  /** One statement with result rows (SELECT, RETURNING); sees the job's own changes. */
  all<T>(sql: string, params: readonly SqlValue[], parseRow: RowParser<T>): Promise<readonly T[]>;
}

/** What is to be written, and what the caller gets once it is durable. Without statements nothing is. */
export interface Script<T> {
  readonly statements: readonly Statement[];
  readonly value: T;
}

export type ScriptJob<T> = (read: Transaction["all"]) => Promise<Script<T>>;

export interface WriterOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  /** Most jobs in one transaction. */
  readonly maxBatch: number;
  /** Most jobs that wait; more are refused with `store.busy`. */
  readonly maxWaiting: number;
  /** How long a transaction waits for company before it starts; 0 starts at once. */
  readonly linger: Millis;
}

interface Job {
  /** Runs the job inside the open transaction. Returns what settles its caller once the transaction is durable. */
  readonly run: () => Promise<() => void>;
  readonly reject: Deferred<unknown>["reject"];
  /** Brings its own transaction. */
  readonly alone: boolean;
}

export class GroupWriter {
  readonly #options: WriterOptions;
  readonly #connection: Connection;
  readonly #tx: Transaction;
  readonly #waiting: Job[] = [];
  #draining: Promise<void> | undefined;
  #stopped = false;
  #commits = 0;
  #jobs = 0;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#tx = {
      run: (sql, params) => this.#connection.run(sql, params),
      all: async (sql, params, parseRow) => (await this.#connection.all(sql, params)).map(parseRow),
    };
  }

  /** Transactions and jobs committed so far. */
  get counts(): { readonly commits: number; readonly jobs: number; readonly waiting: number } {
    return { commits: this.#commits, jobs: this.#jobs, waiting: this.#waiting.length };
  }

  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#submit(false, () => work(this.#tx));
  }

  writeScript<T>(job: ScriptJob<T>): Promise<T> {
    return this.#submit(true, async () => {
      const { statements, value } = await job(this.#tx.all);
      const shown = statements.map(({ sql }) => sql).join("; ");
      if (statements.length > 0)
        await this.#connection.exec(`BEGIN IMMEDIATE;\n${scriptOf(statements)};\nCOMMIT`, shown);
      return value;
    });
  }

  #submit<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#stopped) return Promise.reject(stoppedError("the database"));
    if (this.#waiting.length >= this.#options.maxWaiting) return Promise.reject(overloaded(this.#waiting.length));
    const result = deferred<T>();
    const run = async (): Promise<() => void> => {
      const value = await work();
      return () => result.resolve(value);
    };
    this.#waiting.push({ run, reject: result.reject, alone });
    this.#draining ??= this.#drain();
    return result.promise;
  }

  /** Rejects what waits with `base.stopped`; resolves when the transaction in flight has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const job of this.#waiting.splice(0)) job.reject(stoppedError("the database"));
    await this.#draining;
  }

  async #drain(): Promise<void> {
    const { linger, maxBatch, clock } = this.#options;
    while (this.#waiting.length > 0) {
      if (linger > 0 && this.#waiting.length < maxBatch) await clock.sleep(linger, "group commit");
      if (this.#waiting[0]?.alone === true) await this.#runScript();
      else if (this.#waiting.length > 0) await this.#commitBatch();
    }
    this.#draining = undefined;
  }

  async #runScript(): Promise<void> {
    const [job] = this.#waiting.splice(0, 1);
    if (job === undefined) return;
    try {
      const done = await job.run();
      this.#commits++;
      this.#jobs++;
      done();
    } catch (error) {
      // As below.
      await this.#connection.exec("ROLLBACK").catch(() => {});
      job.reject(error);
    }
  }

  /** Those that wait before the next script. */
  #takeBatch(): readonly Job[] {
    const next = this.#waiting.findIndex(({ alone }) => alone);
    return this.#waiting.splice(0, Math.min(this.#options.maxBatch, next < 0 ? this.#waiting.length : next));
  }

  async #commitBatch(): Promise<void> {
    let batch: readonly Job[] = [];
    try {
      // IMMEDIATE takes the write lock now: a transaction that began as a reader could fail half-way with SQLITE_BUSY.
      await this.#connection.exec("BEGIN IMMEDIATE");
      batch = this.#takeBatch();
      const settle = await this.#runBatch(batch);
      await this.#connection.exec("COMMIT");
      this.#commits++;
      this.#jobs += settle.length;
      for (const done of settle) done();
    } catch (error) {
      // Most errors that end here have ended the transaction already; the rollback then has nothing to do and says so.
      await this.#connection.exec("ROLLBACK").catch(() => {});
      if (batch.length === 0) batch = this.#takeBatch();
      for (const job of batch) job.reject(error);
    }
  }

  async #runBatch(batch: readonly Job[]): Promise<readonly (() => void)[]> {
    const [only] = batch;
    if (only !== undefined && batch.length === 1) return [await only.run()];
    const settle: (() => void)[] = [];
    for (const [index, job] of batch.entries()) {
      await this.#connection.exec(index === 0 ? "SAVEPOINT job" : "RELEASE job; SAVEPOINT job");
      try {
        settle.push(await job.run());
      } catch (error) {
        job.reject(error);
        await this.#undo(error);
      }
    }
    return settle;
  }

  /** Takes back one job. After a full disk or an I/O error SQLite may have dropped the whole transaction: then all share `reason`. */
  async #undo(reason: unknown): Promise<void> {
    try {
      await this.#connection.exec("ROLLBACK TO job");
    } catch {
      throw reason;
    }
  }
}

function overloaded(waiting: number): AppError {
  return new AppError("store.busy", `${waiting} writes wait for the disk already`, {
    retryable: true,
    hint: "The disk is too slow for this load: check its health and try again later.",
    context: { waiting },
  });
}
