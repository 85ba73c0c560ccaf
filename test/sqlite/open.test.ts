import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { type Connection, openConnection } from "../../src/sqlite/connection.ts";
import { addNote, caught, notes, notesSchema, openNotes, TEST_APPLICATION } from "./open-temp.ts";
import { tempFolder } from "./temp-folder.ts";

/** Runs `work` on the bare file, as another program would. */
async function withFile<T>(file: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openConnection({ file, create: true, busyTimeout: millis(0) });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** A closed database with `count` notes of a kilobyte each. */
async function filled(count: number): Promise<string> {
  const file = join(tempFolder(), "notes.db");
  const db = await openNotes({ file });
  for (let i = 0; i < count; i++) await addNote(db, `${i} ${"x".repeat(1000)}`);
  await db.close();
  return file;
}

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("opening a database", () => {
  it("creates the file for its owner only, with a write-ahead log", async () => {
    const file = join(tempFolder(), "notes.db");
    const db = await openNotes({ file });
    await addNote(db, "a");
    for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
    await withFile(file, async (other) => {
      expect(await other.value("PRAGMA journal_mode")).toBe("wal");
      expect(await other.value("PRAGMA application_id")).toBe(TEST_APPLICATION);
      expect(await other.value("PRAGMA user_version")).toBe(1);
    });
  });

  it("sets what makes a commit durable and a deleted row gone on the writing connection", async () => {
    const db = await openNotes();
    const pragma = (name: string): Promise<readonly unknown[]> =>
      db.write((tx) => tx.all(`PRAGMA ${name}`, [], (row) => (row === null ? null : Object.values(Object(row))[0])));
    expect(await pragma("synchronous")).toEqual([2]);
    expect(await pragma("secure_delete")).toEqual([1]);
    expect(await pragma("foreign_keys")).toEqual([1]);
    expect(await pragma("trusted_schema")).toEqual([0]);
    expect(await pragma("temp_store")).toEqual([2]);
    expect(await pragma("journal_size_limit")).toEqual([16 * 1024 * 1024]);
  });

  it("folds its log back after as many pages as it was told", async () => {
    const db = await openNotes({ logPages: 8 });
    const pragma = (name: string): Promise<readonly unknown[]> =>
      db.write((tx) => tx.all(`PRAGMA ${name}`, [], (row) => (row === null ? null : Object.values(Object(row))[0])));
    expect([await pragma("wal_autocheckpoint"), await pragma("journal_size_limit")]).toEqual([[8], [8 * 4096]]);
    expect(await pragma("page_size")).toEqual([4096]);
  });

  it("finds everything again after it was closed", async () => {
    const file = await filled(3);
    expect(await notes(await openNotes({ file }))).toHaveLength(3);
  });

  it("says when the folder is missing", async () => {
    const file = join(tempFolder(), "missing", "notes.db");
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.no_folder", context: { file } });
  });

  it("says when the path is a folder", async () => {
    const file = join(tempFolder(), "notes.db");
    mkdirSync(file);
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.cannot_open" });
  });

  it("refuses a newer schema with both versions and leaves the file as it is", async () => {
    const file = await filled(1);
    await withFile(file, (other) => other.exec("PRAGMA user_version = 9"));
    const before = hashOf(file);
    expect(await caught(openNotes({ file }))).toMatchObject({
      code: "store.newer_schema",
      context: { version: 9, known: 1 },
    });
    expect(hashOf(file)).toBe(before);
  });

  it.each([
    ["with another application id", "PRAGMA application_id = 1196444487; CREATE TABLE t (a)"],
    ["without an application id", "CREATE TABLE t (a)"],
    ["without tables but with a version", "PRAGMA user_version = 3"],
  ])("refuses a database of another program %s and leaves it as it is", async (_, sql) => {
    const file = join(tempFolder(), "notes.db");
    await withFile(file, (other) => other.exec(sql));
    const before = hashOf(file);
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.foreign_file", context: { file } });
    expect(hashOf(file)).toBe(before);
  });

  it("refuses a file that is no database and keeps it", async () => {
    const file = join(tempFolder(), "notes.db");
    writeFileSync(file, "this is no database, ".repeat(100));
    const before = hashOf(file);
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.corrupt", retryable: false });
    expect(hashOf(file)).toBe(before);
  });

  it("refuses a truncated file and keeps it", async () => {
    const file = await filled(40);
    truncateSync(file, Math.floor(statSync(file).size / 2));
    const before = hashOf(file);
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.corrupt" });
    expect(hashOf(file)).toBe(before);
  });

  it("refuses a file with an overwritten page and keeps it", async () => {
    const file = await filled(40);
    const bytes = readFileSync(file);
    bytes.fill(0xa5, bytes.length - 5 * 4096, bytes.length - 4 * 4096);
    writeFileSync(file, bytes);
    const before = hashOf(file);
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.corrupt" });
    expect(hashOf(file)).toBe(before);
  });

  it("takes a file that a crash left empty", async () => {
    const file = join(tempFolder(), "notes.db");
    writeFileSync(file, "");
    const db = await openNotes({ file });
    await addNote(db, "a");
    expect(await notes(db)).toEqual(["a"]);
  });

  it("ends with base.stopped when it is aborted before or meanwhile", async () => {
    const file = await filled(1);
    expect(await caught(openNotes({ file, signal: AbortSignal.abort() }))).toMatchObject({ code: "base.stopped" });
    const controller = new AbortController();
    const opening = caught(openNotes({ file, signal: controller.signal }));
    controller.abort();
    expect(await opening).toMatchObject({ code: "base.stopped" });
    expect(await notes(await openNotes({ file }))).toHaveLength(1);
  });
});

describe("migrations", () => {
  const second = { name: "dates", sql: "ALTER TABLE notes ADD COLUMN day INTEGER NOT NULL DEFAULT 0" };

  it("bring an older file to the current version and keep its rows", async () => {
    const file = await filled(2);
    const db = await openNotes({ file, migrations: [...notesSchema.migrations, second] });
    expect(await db.read("SELECT day FROM notes", [], (row) => JSON.stringify(row))).toEqual([
      '{"day":0}',
      '{"day":0}',
    ]);
    expect(await db.read("SELECT version, name FROM schema_history", [], (row) => JSON.stringify(row))).toEqual([
      '{"version":1,"name":"notes"}',
      '{"version":2,"name":"dates"}',
    ]);
  });

  it("leave a file that the older program still works with, where each new step says so", async () => {
    const file = await filled(2);
    const added = { name: "colours", sql: "CREATE TABLE colours (a TEXT) STRICT", readableFrom: 1 };
    const newer = await openNotes({ file, migrations: [...notesSchema.migrations, added] });
    await newer.close();
    // As after an update that went back: what the new system wrote is there, and the old one goes on.
    const older = await openNotes({ file });
    expect(await notes(older)).toHaveLength(2);
    await older.close();
    const again = await openNotes({ file, migrations: [...notesSchema.migrations, added] });
    expect(await notes(again)).toHaveLength(2);
    await again.close();
    await (await openNotes({ file, migrations: [...notesSchema.migrations, added, second] })).close();
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.newer_schema" });
    expect(await caught(openNotes({ file, migrations: [...notesSchema.migrations, added] }))).toMatchObject({
      code: "store.newer_schema",
    });
  });

  it("leave the file at the last good version when a step fails, and carry on from there", async () => {
    const file = await filled(2);
    const broken = { name: "broken", sql: "CREATE TABLE extra (a); CREATE TABLE notes (a)" };
    const steps = [...notesSchema.migrations, second];
    expect(await caught(openNotes({ file, migrations: [...steps, broken] }))).toMatchObject({ code: "store.failed" });
    await withFile(file, async (other) => {
      expect(await other.value("PRAGMA user_version")).toBe(2);
      expect(await other.value("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'")).toBe(0);
    });
    expect(await notes(await openNotes({ file, migrations: steps }))).toHaveLength(2);
  });

  it("leave an empty file empty when the first step fails", async () => {
    const file = join(tempFolder(), "notes.db");
    expect(await caught(openNotes({ file, migrations: [{ name: "broken", sql: "CREATE" }] }))).toMatchObject({
      code: "store.failed",
    });
    expect(await notes(await openNotes({ file }))).toEqual([]);
  });

  it("refuse a file whose steps are not those of the program", async () => {
    const file = await filled(1);
    const [first] = notesSchema.migrations;
    const changed = { name: "notes", sql: `${first?.sql};` };
    expect(await caught(openNotes({ file, migrations: [changed] }))).toMatchObject({
      code: "store.schema_drift",
      context: { version: 1 },
    });
  });
});
