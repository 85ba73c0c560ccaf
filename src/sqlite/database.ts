// Opens a database file and composes its parts: one writer with group commit, readers beside it, backup and checks.

import { open, stat } from "node:fs/promises";
import { type Clock, type Logger, type Millis, millis, SerialQueue, seconds, stoppedError } from "../base/index.ts";
import { backupTo, checkPages, folderError, withConnection } from "./backup.ts";
import { type Connection, openConnection, type SqlValue } from "./connection.ts";
import { migrate, readVersion, type Schema } from "./migrate.ts";
import type { RowParser } from "./row.ts";
import { GroupWriter, type ScriptJob, type Transaction } from "./writer.ts";

export interface SqliteOptions extends Schema {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the opening (integrity check, migrations) with `base.stopped`. */
  readonly signal?: AbortSignal | undefined;
  /** How long a statement waits for another process's lock. Default 5 s. */
  readonly busyTimeout?: Millis;
  /** Most jobs in one transaction. Default 64. */
  readonly maxBatch?: number;
  /** How long a transaction waits for company. Default 0: commit at once when idle. */
  readonly linger?: Millis;
  /**
   * Pages of 4 KiB after which the write-ahead log is folded back, and to which it shrinks after a peak. Default 4096 (16 MiB). With more of
   * them a page that changes often is written back once for more changes; what was deleted stays in the log for longer.
   */
  readonly logPages?: number;
}

export interface SqliteStats {
  readonly commits: number;
  /** Jobs inside those commits. */
  readonly jobs: number;
  /** Jobs that wait for their turn. */
  readonly waiting: number;
  /** Size of the database file and its write-ahead log. */
  readonly bytes: number;
}

/** Generic access to one database file. Every error is an `AppError` `store.*`, or `base.stopped` after `close`. */
export interface SqliteDatabase {
  /** All rows of a query, on a read connection: never waits for the writer and sees whole commits only. */
  read<T>(sql: string, params: readonly SqlValue[], parseRow: RowParser<T>): Promise<readonly T[]>;
  /** The first row, or null. */
  readOne<T>(sql: string, params: readonly SqlValue[], parseRow: RowParser<T>): Promise<T | null>;
  /**
   * Runs `job` in a transaction; resolves after fsync. Jobs run one after another in the order of the calls and may share a
   * transaction; a job that throws is rolled back alone. If the commit fails, every job in it rejects and nothing is stored.
   * A job awaits nothing but its `tx`: all others wait for it.
   */
  write<T>(job: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * A job that reads first and then names all that it writes: a transaction of its own, in its turn among the others. Two ways to the disk's
   * thread, where a job of as many statements takes one for each. For one process with the file only: what it read is not locked.
   */
  writeScript<T>(job: ScriptJob<T>): Promise<T>;
  stats(): Promise<SqliteStats>;
  /** A write and fsync of a few bytes. */
  probe(): Promise<void>;
  /** A consistent copy into a new file, while writers go on. `store.exists` if the file exists. */
  backup(file: string): Promise<void>;
  /** The full check (pages, indexes, foreign keys); takes as long as reading the file. `store.corrupt` with the first finding. */
  checkIntegrity(): Promise<void>;
  /** Ends the transaction in flight, rejects every other caller with `base.stopped`, closes the file. Idempotent. */
  close(): Promise<void>;
}

const READERS = 2;
/** Bytes of a page: SQLite's default. */
const PAGE = 4096;
const MAX_WAITING = 20_000;

/**
 * Opens or creates the file (mode 0600), checks whose it is, its pages and its version, and migrates it.
 * Errors: `store.no_folder`, `store.cannot_open`, `store.foreign_file`, `store.newer_schema`, `store.schema_drift`, `store.corrupt`,
 * `store.busy`, `store.full`, `base.stopped`.
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteDatabase> {
  const { file, signal, busyTimeout = seconds(5) } = options;
  if (signal?.aborted) throw stoppedError("opening the database");
  await createFile(file);
  const opened: Connection[] = [];
  const interrupt = (): void => {
    for (const connection of opened) connection.interrupt();
  };
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    const writer = await openConnection({ file, create: true, busyTimeout });
    opened.push(writer);
    await prepare(writer, options);
    for (let i = 0; i < READERS; i++) {
      const reader = await openConnection({ file, create: false, busyTimeout });
      opened.push(reader);
      await reader.exec("PRAGMA query_only = ON");
    }
    if (signal?.aborted) throw stoppedError("opening the database");
    return new FileDatabase({ ...options, busyTimeout }, writer, opened.slice(1));
  } catch (error) {
    await Promise.allSettled(opened.map((connection) => connection.close()));
    throw error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

async function prepare(writer: Connection, options: SqliteOptions): Promise<void> {
  const { file, clock, log, logPages = 4096 } = options;
  const version = await readVersion(writer, options, file);
  // Before WAL mode: it writes to the file, and a damaged file stays as it is.
  if (version > 0) await checkPages(writer, file, "quick");
  // WAL: readers never wait for the writer. FULL: a commit returns after fsync of the log. secure_delete: rows of sealed parts are
  // overwritten when they go.
  await writer.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
     PRAGMA wal_autocheckpoint = ${logPages}; PRAGMA journal_size_limit = ${logPages * PAGE}`,
  );
  await migrate(writer, { schema: options, version, clock, log });
}

/** Creates the file with mode 0600 before SQLite does with 0644; the log files inherit it. */
async function createFile(file: string): Promise<void> {
  try {
    const handle = await open(file, "a", 0o600);
    await handle.close();
  } catch (error) {
    throw folderError(error, file);
  }
}

class FileDatabase implements SqliteDatabase {
  readonly #file: string;
  readonly #busyTimeout: Millis;
  readonly #connection: Connection;
  readonly #writer: GroupWriter;
  readonly #readers: readonly { readonly connection: Connection; readonly queue: SerialQueue }[];
  #closing: Promise<void> | undefined;

  constructor(
    options: SqliteOptions & { readonly busyTimeout: Millis },
    writer: Connection,
    readers: readonly Connection[],
  ) {
    this.#file = options.file;
    this.#busyTimeout = options.busyTimeout;
    this.#connection = writer;
    this.#writer = new GroupWriter({
      connection: writer,
      clock: options.clock,
      maxBatch: options.maxBatch ?? 64,
      maxWaiting: MAX_WAITING,
      linger: options.linger ?? millis(0),
    });
    this.#readers = readers.map((connection) => ({ connection, queue: new SerialQueue("the database") }));
  }

  async read<T>(sql: string, params: readonly SqlValue[], parseRow: RowParser<T>): Promise<readonly T[]> {
    // One statement at a time per connection: a second one would only block a thread of the pool.
    const load = ({ queue }: { readonly queue: SerialQueue }): number => queue.depth + (queue.busy ? 1 : 0);
    const reader = this.#readers.reduce((best, other) => (load(other) < load(best) ? other : best));
    const rows = await reader.queue.run(() => reader.connection.all(sql, params));
    return rows.map(parseRow);
  }

  async readOne<T>(sql: string, params: readonly SqlValue[], parseRow: RowParser<T>): Promise<T | null> {
    return (await this.read(sql, params, parseRow))[0] ?? null;
  }

  write<T>(job: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#writer.write(job);
  }

  writeScript<T>(job: ScriptJob<T>): Promise<T> {
    return this.#writer.writeScript(job);
  }

  async stats(): Promise<SqliteStats> {
    const sizes = await Promise.all([this.#file, `${this.#file}-wal`].map((file) => sizeOf(file)));
    return { ...this.#writer.counts, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  async probe(): Promise<void> {
    await this.write((tx) => tx.run("UPDATE write_probe SET count = count + 1 WHERE id = 1"));
  }

  backup(file: string): Promise<void> {
    return this.#aside((connection) => backupTo(connection, file));
  }

  checkIntegrity(): Promise<void> {
    return this.#aside((connection) => checkPages(connection, this.#file, "full"));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const { queue } of this.#readers) queue.stop();
    await this.#writer.stop();
    await Promise.all(this.#readers.map(({ connection }) => connection.close()));
    await this.#connection.close();
  }

  async #aside(work: (connection: Connection) => Promise<void>): Promise<void> {
    if (this.#closing !== undefined) throw stoppedError("the database");
    await withConnection(this.#file, this.#busyTimeout, work);
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    // The log does not exist before the first write.
    return 0;
  }
}
