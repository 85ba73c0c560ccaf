// One SQLite connection as promises. Statements run on libuv's thread pool, so that fsync never blocks the event loop.

import sqlite3 from "sqlite3";
import type { Millis } from "../base/index.ts";
import { sqliteError } from "./errors.ts";

/** What may be bound to a `?`. Integers beyond 32 bits travel as doubles and become integers again by the column's affinity. */
export type SqlValue = string | number | null | Uint8Array;

export interface ConnectionOptions {
  readonly file: string;
  readonly create: boolean;
  /** How long SQLite itself waits for another connection's lock. */
  readonly busyTimeout: Millis;
}

export class Connection {
  readonly #db: sqlite3.Database;
  readonly #statements = new Map<string, Promise<sqlite3.Statement>>();

  constructor(db: sqlite3.Database) {
    this.#db = db;
  }

  /** Runs SQL without parameters; several statements may be joined by `;`, the first that fails ends it. `shown` is what an error tells of it. */
  exec(sql: string, shown = sql): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#db.exec(sql, (error) => (error === null ? resolve() : reject(sqliteError(error, shown))));
    });
  }

  /** Runs one statement that returns no rows. Returns how many rows it changed. */
  async run(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      statement.run(params, function (error) {
        if (error === null) resolve(this.changes);
        else reject(sqliteError(error, sql));
      });
    });
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<readonly unknown[]> {
    const statement = await this.#prepare(sql);
    return new Promise((resolve, reject) => {
      statement.all<unknown>(params, (error, rows) =>
        error === null ? resolve(rows) : reject(sqliteError(error, sql)),
      );
    });
  }

  /** The single value of a pragma or a one-column query; undefined when there is no row. */
  async value(sql: string): Promise<unknown> {
    const [row] = await this.all(sql);
    return typeof row === "object" && row !== null ? Object.values(row)[0] : undefined;
  }

  /** Makes the statement that runs now fail with `base.stopped`. */
  interrupt(): void {
    this.#db.interrupt();
  }

  /** Lets running statements finish, then closes. */
  async close(): Promise<void> {
    const prepared = await Promise.allSettled(this.#statements.values());
    this.#statements.clear();
    for (const statement of prepared) if (statement.status === "fulfilled") statement.value.finalize();
    await new Promise<void>((resolve, reject) => {
      this.#db.close((error) => (error === null ? resolve() : reject(sqliteError(error, "close"))));
    });
  }

  /** Each text is prepared once per connection: texts are constants of the program, so their number is bounded. */
  #prepare(sql: string): Promise<sqlite3.Statement> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = new Promise<sqlite3.Statement>((resolve, reject) => {
      const statement = this.#db.prepare(sql, (error) => {
        if (error === null) resolve(statement);
        else reject(sqliteError(error, sql));
      });
    });
    this.#statements.set(sql, prepared);
    prepared.catch(() => this.#statements.delete(sql));
    return prepared;
  }
}

/** Opens a connection and sets what holds for every connection of ours. Errors: `store.cannot_open`, `store.corrupt`. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const mode = sqlite3.OPEN_READWRITE | (options.create ? sqlite3.OPEN_CREATE : 0) | sqlite3.OPEN_FULLMUTEX;
  const db = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(options.file, mode, (error) =>
      error === null ? resolve(opened) : reject(sqliteError(error, "open")),
    );
  });
  const connection = new Connection(db);
  // trusted_schema=OFF: a planted view or trigger of a restored file may not call functions with side effects.
  await connection.exec(
    `PRAGMA busy_timeout = ${options.busyTimeout}; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY`,
  );
  return connection;
}
