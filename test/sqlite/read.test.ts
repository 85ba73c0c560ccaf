import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { deferred, millis } from "../../src/base/index.ts";
import { openConnection } from "../../src/sqlite/connection.ts";
import { type Row, rowParser } from "../../src/sqlite/index.ts";
import { addNote, caught, notes, openNotes } from "./open-temp.ts";
import { tempFolder } from "./temp-folder.ts";

describe("reading", () => {
  it("goes on while a transaction is open and sees whole commits only", async () => {
    const db = await openNotes();
    await addNote(db, "before");
    const inserted = deferred<void>();
    const gate = deferred<void>();
    const write = db.write(async (tx) => {
      await tx.run("INSERT INTO notes (text) VALUES ('inside')");
      inserted.resolve();
      await gate.promise;
    });
    await inserted.promise;
    expect(await Promise.all(Array.from({ length: 10 }, () => notes(db)))).toEqual(Array(10).fill(["before"]));
    gate.resolve();
    await write;
    expect(await notes(db)).toEqual(["before", "inside"]);
  });

  it("works with a statement that failed before its table existed", async () => {
    const db = await openNotes();
    const count = (): Promise<readonly string[]> =>
      db.read("SELECT count(*) AS n FROM later", [], (row) => JSON.stringify(row));
    expect(await caught(count())).toMatchObject({ code: "store.failed" });
    await db.write((tx) => tx.run("CREATE TABLE later (a)"));
    expect(await count()).toEqual(['{"n":0}']);
  });

  it("settles every reader when the database closes: with rows, or with base.stopped", async () => {
    const db = await openNotes();
    await addNote(db, "a");
    const reads = Array.from({ length: 50 }, () => notes(db));
    const results = Promise.allSettled(reads);
    await db.close();
    const states = (await results).map((result) => (result.status === "fulfilled" ? result.value : result.reason.code));
    expect(states.filter((state) => state === "base.stopped").length).toBeGreaterThan(40);
    for (const state of states) expect([["a"], "base.stopped"]).toContainEqual(state);
  });

  it("cannot change anything", async () => {
    const db = await openNotes();
    await addNote(db, "a");
    expect(await caught(db.read("DELETE FROM notes", [], () => null))).toMatchObject({ code: "store.read_only" });
    expect(await notes(db)).toEqual(["a"]);
  });

  it("gives the first row or null", async () => {
    const db = await openNotes();
    const text = rowParser("notes", (row) => row.text("text"));
    expect(await db.readOne("SELECT text FROM notes", [], text)).toBeNull();
    await addNote(db, "a");
    await addNote(db, "b");
    expect(await db.readOne("SELECT text FROM notes ORDER BY id DESC", [], text)).toBe("b");
  });

  it("carries blobs, large integers, nulls and any text unchanged", async () => {
    const db = await openNotes({
      migrations: [{ name: "all", sql: "CREATE TABLE t (a BLOB, b INTEGER, c TEXT, d REAL, e TEXT) STRICT" }],
    });
    const bytes = new Uint8Array([9, 0, 255, 1, 9]).subarray(1, 4);
    const text = "quote ' NUL \0 🙂";
    await db.write((tx) =>
      tx.run("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [bytes, Number.MAX_SAFE_INTEGER, text, 0.5, null]),
    );
    const parse = rowParser("t", (row) => [row.bytes("a"), row.integer("b"), row.text("c"), row.textOrNull("e")]);
    expect(await db.readOne("SELECT * FROM t", [], parse)).toEqual([
      new Uint8Array([0, 255, 1]),
      Number.MAX_SAFE_INTEGER,
      text,
      null,
    ]);
  });

  it.each([
    ["text", "1", (row: Row) => row.text("x")],
    ["integer", "'4711 canary'", (row: Row) => row.integer("x")],
    ["integer", "1.5", (row: Row) => row.integer("x")],
    ["integer", "9007199254740993", (row: Row) => row.integerOrNull("x")],
    ["flag", "2", (row: Row) => row.flag("x")],
    ["bytes", "'4711 canary'", (row: Row) => row.bytes("x")],
    ["text", "NULL", (row: Row) => row.text("x")],
    ["parsed", "'4711 canary'", (row: Row) => row.parsed("x", () => JSON.parse("{"))],
    ["text", "'4711 canary' AS y, 1", (row: Row) => row.textOrNull("z")],
  ])("refuses a column that is not %s (%s) naming table and column, never the value", async (_, sql, read) => {
    const db = await openNotes();
    const error = await caught(db.read(`SELECT ${sql} AS x`, [], rowParser("notes", read)));
    expect(error).toMatchObject({ code: "store.bad_row", context: { table: "notes" } });
    expect(`${JSON.stringify(error)} ${String(error)}`).not.toContain("4711");
  });
});

describe("errors", () => {
  const canary = "CANARY-5fe1";

  it("never hold bound values, whatever goes wrong", async () => {
    const db = await openNotes();
    await addNote(db, canary);
    const failures = [
      () => addNote(db, canary),
      () => db.write((tx) => tx.run("INSERT INTO notes (id, text) VALUES (?, ?)", [canary, canary])),
      () => db.write((tx) => tx.run("INSERT INTO notes (text) SELECT value FROM json_each(?)", [canary])),
      () => db.read("SELECT abs(?) + json(?)", [canary, canary], () => null),
    ];
    for (const failure of failures) {
      const error = await caught(failure());
      const cause = error instanceof Error ? error.cause : undefined;
      expect(cause).toBeInstanceOf(Error);
      const shown = [
        JSON.stringify(error),
        String(error),
        String(cause),
        (cause as Error).stack,
        (error as Error).stack,
      ];
      expect(shown.join("\n")).not.toContain(canary);
    }
  });

  it("name a locked database as busy, and the write succeeds once the lock is gone", async () => {
    const file = join(tempFolder(), "notes.db");
    const db = await openNotes({ file, busyTimeout: millis(10) });
    const other = await openConnection({ file, create: false, busyTimeout: millis(0) });
    onTestFinished(() => other.close());
    await other.exec("BEGIN IMMEDIATE");
    const errors = await Promise.all([caught(addNote(db, "a")), caught(addNote(db, "b"))]);
    for (const error of errors) expect(error).toMatchObject({ code: "store.busy", retryable: true });
    expect(await notes(db)).toEqual([]);
    await other.exec("ROLLBACK");
    await addNote(db, "c");
    expect(await notes(db)).toEqual(["c"]);
  });
});
