import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasCode } from "../../src/base/index.ts";
import type { SqliteDatabase } from "../../src/sqlite/index.ts";
import { addNote, caught, notes, openNotes } from "./open-temp.ts";
import { canMount, smallDisk } from "./small-disk.ts";

const KILOBYTE = "x".repeat(1000);

/** Adds notes until the database refuses one. Returns those it took, and the refusal. */
async function fill(db: SqliteDatabase): Promise<{ readonly taken: readonly string[]; readonly refusal: unknown }> {
  const taken: string[] = [];
  for (let n = 0; n < 10_000; n++) {
    const text = `${n} ${KILOBYTE}`;
    try {
      await addNote(db, text);
      taken.push(text);
    } catch (refusal) {
      return { taken, refusal };
    }
  }
  throw new Error("the database never became full");
}

/** Limits the database's size, as SQLite counts it. */
function limitPages(db: SqliteDatabase, pages: number): Promise<unknown> {
  return db.write((tx) => tx.all(`PRAGMA max_page_count = ${pages}`, [], () => null));
}

const name = canMount
  ? "on a file system without space"
  : "on a file system without space (skipped: needs root to mount one)";

describe("a full disk", () => {
  it("is store.full by SQLite's own limit; nothing that was taken is lost, and writing resumes by itself", async () => {
    const db = await openNotes();
    await limitPages(db, 30);
    const { taken, refusal } = await fill(db);
    expect(refusal).toMatchObject({ code: "store.full", retryable: true, hint: expect.stringContaining("Free space") });
    expect(await notes(db)).toEqual(taken);
    await limitPages(db, 1000);
    await addNote(db, "again");
    expect(await notes(db)).toEqual([...taken, "again"]);
    await db.checkIntegrity();
  });

  it("refuses all or some jobs of a shared transaction, and what it reported as taken is there", async () => {
    const db = await openNotes();
    await limitPages(db, 30);
    const texts = Array.from({ length: 200 }, (_, n) => `${n} ${KILOBYTE}`);
    const results = await Promise.allSettled(texts.map((text) => addNote(db, text)));
    const taken = texts.filter((_, n) => results[n]?.status === "fulfilled");
    for (const result of results) {
      if (result.status === "rejected") expect(hasCode(result.reason, "store.full")).toBe(true);
    }
    expect(taken.length).toBeLessThan(texts.length);
    expect(await notes(db)).toEqual(taken);
    await limitPages(db, 1000);
    await addNote(db, "again");
    expect(await notes(db)).toEqual([...taken, "again"]);
  });

  it.skipIf(!canMount)(`${name}: store.full, nothing lost, and writing resumes once there is space`, async () => {
    const folder = smallDisk(1024);
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, new Uint8Array(300 * 1024));
    const db = await openNotes({ file: join(folder, "notes.db") });
    const { taken, refusal } = await fill(db);
    expect(refusal).toMatchObject({ code: "store.full", retryable: true });
    expect(await notes(db)).toEqual(taken);
    expect(await caught(addNote(db, `still ${KILOBYTE.repeat(20)}`))).toMatchObject({ code: "store.full" });
    rmSync(ballast);
    await db.probe();
    await addNote(db, "again");
    expect(await notes(db)).toEqual([...taken, "again"]);
    await db.checkIntegrity();
    await db.close();
    expect(await notes(await openNotes({ file: join(folder, "notes.db") }))).toEqual([...taken, "again"]);
  });

  it.skipIf(!canMount)(`${name}: a backup fails with store.full and leaves no file`, async () => {
    const folder = smallDisk(512);
    const db = await openNotes();
    for (let n = 0; n < 800; n++) await addNote(db, `${n} ${KILOBYTE}`);
    const target = join(folder, "backup.db");
    expect(await caught(db.backup(target))).toMatchObject({ code: "store.full" });
    // The name is free again: nothing half-written is left.
    expect(await caught(db.backup(target))).toMatchObject({ code: "store.full" });
  });

  it.skipIf(!canMount)(`${name}: opening says store.full and succeeds once there is space`, async () => {
    const folder = smallDisk(64);
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, new Uint8Array(60 * 1024));
    const file = join(folder, "notes.db");
    expect(await caught(openNotes({ file }))).toMatchObject({ code: "store.full", retryable: true });
    rmSync(ballast);
    expect(await notes(await openNotes({ file }))).toEqual([]);
  });
});
