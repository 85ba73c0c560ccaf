// A database in a fresh folder, closed when the test ends.

import { join } from "node:path";
import { onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { openSqlite, rowParser, type SqliteDatabase, type SqliteOptions } from "../../src/sqlite/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "./temp-folder.ts";

export const TEST_APPLICATION = 0x54455354;

export const notesSchema = {
  applicationId: TEST_APPLICATION,
  migrations: [{ name: "notes", sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT" }],
};

export type OpenOptions = Partial<SqliteOptions>;

/** Opens `notes.db` in a fresh folder, or `options.file`. */
export async function openNotes(options: OpenOptions = {}): Promise<SqliteDatabase> {
  const file = options.file ?? join(tempFolder(), "notes.db");
  const db = await openSqlite({ clock: new VirtualClock(), log: silentLogger, ...notesSchema, ...options, file });
  onTestFinished(() => db.close());
  return db;
}

export function addNote(db: SqliteDatabase, text: string): Promise<number> {
  return db.write((tx) => tx.run("INSERT INTO notes (text) VALUES (?)", [text]));
}

const text = rowParser("notes", (row) => row.text("text"));

/** Texts of all notes in the order of their insertion. */
export function notes(db: SqliteDatabase): Promise<readonly string[]> {
  return db.read("SELECT text FROM notes ORDER BY id", [], text);
}

export async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise did not reject");
}
