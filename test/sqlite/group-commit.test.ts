import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { AppError, deferred, millis } from "../../src/base/index.ts";
import { openConnection } from "../../src/sqlite/connection.ts";
import { GroupWriter } from "../../src/sqlite/writer.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { addNote, caught, notes, openNotes } from "./open-temp.ts";
import { tempFolder } from "./temp-folder.ts";

describe("group commit", () => {
  it("stores a thousand concurrent writes in far fewer commits and keeps their order", async () => {
    const db = await openNotes();
    const texts = Array.from({ length: 1000 }, (_, i) => `note ${i}`);
    await Promise.all(texts.map((text) => addNote(db, text)));
    expect(await notes(db)).toEqual(texts);
    const { commits, jobs } = await db.stats();
    expect(jobs).toBe(1000);
    expect(commits).toBe(Math.ceil(1000 / 64));
  });

  it("commits a write on an idle database at once and alone", async () => {
    const db = await openNotes();
    for (const text of ["a", "b", "c"]) await addNote(db, text);
    expect(await db.stats()).toMatchObject({ commits: 3, jobs: 3, waiting: 0 });
  });

  it("gathers what arrives while a transaction is in flight into the next one", async () => {
    const db = await openNotes();
    const gate = deferred<void>();
    const started = deferred<void>();
    const first = db.write(async (tx) => {
      started.resolve();
      await gate.promise;
      return tx.run("INSERT INTO notes (text) VALUES ('first')");
    });
    await started.promise;
    const later = ["a", "b", "c"].map((text) => addNote(db, text));
    expect((await db.stats()).waiting).toBe(3);
    gate.resolve();
    await Promise.all([first, ...later]);
    expect(await db.stats()).toMatchObject({ commits: 2, jobs: 4, waiting: 0 });
  });

  it("never puts more jobs into a transaction than allowed", async () => {
    const db = await openNotes({ maxBatch: 10 });
    await Promise.all(Array.from({ length: 95 }, (_, i) => addNote(db, `note ${i}`)));
    expect((await db.stats()).commits).toBe(10);
  });

  it("waits for company as long as told, not longer", async () => {
    const clock = new VirtualClock();
    const db = await openNotes({ clock, linger: millis(20) });
    const first = addNote(db, "first");
    await clock.advance(millis(15));
    const second = addNote(db, "second");
    expect((await db.stats()).commits).toBe(0);
    await clock.settle(Promise.all([first, second]));
    expect(await db.stats()).toMatchObject({ commits: 1, jobs: 2 });
  });

  it("rolls back a failing job alone: before and after it in the same transaction nothing is lost", async () => {
    const db = await openNotes();
    const own = new AppError("test.own", "a rule of the caller");
    const results = await Promise.allSettled([
      addNote(db, "a"),
      db.write(async (tx) => {
        await tx.run("INSERT INTO notes (text) VALUES ('half done')");
        throw own;
      }),
      addNote(db, "a"),
      addNote(db, "b"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: own });
    expect(results[2]).toMatchObject({ reason: { code: "store.conflict", retryable: false } });
    expect(await notes(db)).toEqual(["a", "b"]);
    expect(await db.stats()).toMatchObject({ commits: 1, jobs: 2 });
  });

  it("rolls back a failing job that is the first of its transaction, and one that is alone", async () => {
    const db = await openNotes();
    const fail = (text: string): Promise<void> =>
      db.write(async (tx) => {
        await tx.run("INSERT INTO notes (text) VALUES (?)", [text]);
        throw new AppError("test.own", "a rule of the caller");
      });
    const [first, second] = await Promise.allSettled([fail("a"), addNote(db, "b")]);
    expect([first?.status, second?.status]).toEqual(["rejected", "fulfilled"]);
    expect(await caught(fail("alone"))).toMatchObject({ code: "test.own" });
    expect(await notes(db)).toEqual(["b"]);
  });

  it("lets a job see its own changes and those of the jobs before it", async () => {
    const db = await openNotes();
    const [, seen] = await Promise.all([
      addNote(db, "earlier"),
      db.write(async (tx) => {
        await tx.run("INSERT INTO notes (text) VALUES ('own')");
        return tx.all("SELECT text FROM notes ORDER BY id", [], (row) => JSON.stringify(row));
      }),
    ]);
    expect(seen).toEqual(['{"text":"earlier"}', '{"text":"own"}']);
    expect((await db.stats()).commits).toBe(1);
  });

  it("rejects every job and stores nothing when the commit itself fails, and goes on afterwards", async () => {
    const db = await openNotes({
      migrations: [
        {
          name: "deferred check",
          sql: `CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
            CREATE TABLE links (note INTEGER NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT`,
        },
      ],
    });
    const results = await Promise.allSettled([
      addNote(db, "innocent"),
      db.write((tx) => tx.run("INSERT INTO links (note) VALUES (77)")),
    ]);
    for (const result of results) expect(result).toMatchObject({ reason: { code: "store.conflict" } });
    expect(await notes(db)).toEqual([]);
    await addNote(db, "again");
    expect(await notes(db)).toEqual(["again"]);
    expect(await db.stats()).toMatchObject({ commits: 1, jobs: 1 });
  });

  it("settles every caller on close: the transaction in flight is committed, the rest is base.stopped", async () => {
    const file = join(tempFolder(), "notes.db");
    const db = await openNotes({ file });
    const started = deferred<void>();
    const gate = deferred<void>();
    const running = db.write(async (tx) => {
      started.resolve();
      await gate.promise;
      return tx.run("INSERT INTO notes (text) VALUES ('in flight')");
    });
    await started.promise;
    const waiting = ["a", "b"].map((text) => caught(addNote(db, text)));
    const closing = db.close();
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ code: "base.stopped", retryable: false });
    gate.resolve();
    await Promise.all([running, closing]);
    expect(await caught(addNote(db, "late"))).toMatchObject({ code: "base.stopped" });
    expect(await caught(notes(db))).toMatchObject({ code: "base.stopped" });
    expect(await caught(db.backup(`${file}.backup`))).toMatchObject({ code: "base.stopped" });
    expect(await notes(await openNotes({ file }))).toEqual(["in flight"]);
  });

  it("refuses more waiting writes than it may hold, as busy", async () => {
    const file = join(tempFolder(), "notes.db");
    const connection = await openConnection({ file, create: true, busyTimeout: millis(0) });
    onTestFinished(() => connection.close());
    await connection.exec("CREATE TABLE notes (text TEXT)");
    const writer = new GroupWriter({
      connection,
      clock: new VirtualClock(),
      maxBatch: 64,
      maxWaiting: 2,
      linger: millis(0),
    });
    const write = (): Promise<number> => writer.write((tx) => tx.run("INSERT INTO notes VALUES ('x')"));
    const taken = [write(), write()];
    expect(await caught(write())).toMatchObject({ code: "store.busy", retryable: true });
    expect(await Promise.all(taken)).toEqual([1, 1]);
    expect(await write()).toBe(1);
  });
});
