import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { openConnection } from "../../src/sqlite/connection.ts";
import { addNote, caught, notes, openNotes } from "./open-temp.ts";
import { tempFolder } from "./temp-folder.ts";

describe("backup", () => {
  it("made while writers go on opens as a whole database: a prefix of what was written", async () => {
    const file = join(tempFolder(), "notes.db");
    const db = await openNotes({ file });
    for (let n = 0; n < 500; n++) await addNote(db, `early ${n} ${"x".repeat(500)}`);
    const target = join(dirname(file), "backup.db");
    const backup = db.backup(target);
    let during = 0;
    let done = false;
    void backup.finally(() => {
      done = true;
    });
    while (!done) await addNote(db, `during ${during++}`);
    await backup;
    expect(statSync(target).mode & 0o777).toBe(0o600);
    const copy = await openNotes({ file: target });
    await copy.checkIntegrity();
    const all = await notes(db);
    const copied = await notes(copy);
    expect(copied.length).toBeGreaterThanOrEqual(500);
    expect(copied).toEqual(all.slice(0, copied.length));
    expect(all).toHaveLength(500 + during);
    await addNote(copy, "the copy is a database like any other");
  });

  it("never overwrites a file", async () => {
    const db = await openNotes();
    const target = join(tempFolder(), "precious.txt");
    writeFileSync(target, "precious");
    expect(await caught(db.backup(target))).toMatchObject({ code: "store.exists", context: { file: target } });
    expect(readFileSync(target, "utf8")).toBe("precious");
  });

  it("says when the target's folder is missing", async () => {
    const db = await openNotes();
    const target = join(tempFolder(), "missing", "backup.db");
    expect(await caught(db.backup(target))).toMatchObject({ code: "store.no_folder" });
    expect(existsSync(target)).toBe(false);
  });
});

describe("checkIntegrity", () => {
  it("finds a row that refers to nothing", async () => {
    const file = join(tempFolder(), "notes.db");
    const db = await openNotes({
      file,
      migrations: [
        {
          name: "links",
          sql: `CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE links (note INTEGER NOT NULL REFERENCES notes (id)) STRICT`,
        },
      ],
    });
    await db.checkIntegrity();
    const other = await openConnection({ file, create: false, busyTimeout: millis(0) });
    await other.exec("PRAGMA foreign_keys = OFF; INSERT INTO links (note) VALUES (5)");
    await other.close();
    expect(await caught(db.checkIntegrity())).toMatchObject({ code: "store.corrupt" });
  });
});
