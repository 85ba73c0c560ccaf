// The floor of durable storage: plain `sqlite3`, as many commits of as many bytes, and nothing else.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";

export interface RawCommits {
  /** On the disk that is measured. */
  readonly folder: string;
  readonly commits: number;
  /** Size of the one row of each commit. */
  readonly bytes: number;
  /** Done before each commit, on the event loop. */
  readonly work?: () => void;
}

const exec = (db: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) => db.exec(sql, (error) => (error === null ? resolve() : reject(error))));

const insert = (statement: sqlite3.Statement, value: string): Promise<void> =>
  new Promise((resolve, reject) => statement.run(value, (error) => (error === null ? resolve() : reject(error))));

/** How many milliseconds each of so many transactions took, in WAL mode with synchronous=FULL. */
export async function rawCommits({ folder, commits, bytes, work }: RawCommits): Promise<number[]> {
  const own = mkdtempSync(join(folder, "floor-"));
  const db = new sqlite3.Database(join(own, "floor.db"));
  await exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (bytes TEXT)");
  const statement = db.prepare("INSERT INTO rows VALUES (?)");
  const value = "x".repeat(bytes);
  const times: number[] = [];
  for (let i = 0; i < commits; i++) {
    const start = performance.now();
    work?.();
    await exec(db, "BEGIN IMMEDIATE");
    await insert(statement, value);
    await exec(db, "COMMIT");
    times.push(performance.now() - start);
  }
  await new Promise((resolve) => statement.finalize(resolve));
  await new Promise((resolve) => db.close(resolve));
  rmSync(own, { recursive: true });
  return times;
}

export const sum = (samples: readonly number[]): number => samples.reduce((total, sample) => total + sample, 0);
