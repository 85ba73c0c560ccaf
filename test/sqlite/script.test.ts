import { describe, expect, it } from "vitest";
import { type AppError, deferred } from "../../src/base/index.ts";
import { rowParser } from "../../src/sqlite/index.ts";
import { scriptOf } from "../../src/sqlite/script.ts";
import { codeOf } from "../envelope/error-code.ts";
import { addNote, caught, notes, openNotes } from "./open-temp.ts";

const ADD = "INSERT INTO notes (text) VALUES (?)";
const count = rowParser("notes", (row) => row.integer("count"));

describe("a script's text", () => {
  it("holds texts, integers and nothing as SQLite reads them", () => {
    const sql = "VALUES (?, ?, ?)";
    expect(scriptOf([{ sql, params: ["it's '' \"?\" ; --", -12, null] }])).toBe(
      "VALUES ('it''s '''' \"?\" ; --', -12, NULL)",
    );
    expect(
      scriptOf([
        { sql, params: ["a", 1, 2] },
        { sql: "SELECT 1", params: [] },
      ]),
    ).toBe("VALUES ('a', 1, 2);\nSELECT 1");
  });

  it("holds nothing else", () => {
    for (const value of ["a\0b", 0.5, Number.NaN, 2 ** 60])
      expect(codeOf(() => scriptOf([{ sql: ADD, params: [value] }]))).toBe("store.failed");
    expect(codeOf(() => scriptOf([{ sql: ADD, params: [] }]))).toBe("store.failed");
    expect(codeOf(() => scriptOf([{ sql: ADD, params: ["a", "b"] }]))).toBe("store.failed");
  });
});

describe("a script", () => {
  it("reads, writes what follows from it, and brings back any text unchanged", async () => {
    const db = await openNotes();
    const texts = ["it's", "a;b", "'; DROP TABLE notes; --", "línea\nnueva 🙂", "?"];
    const before = await db.writeScript(async (read) => {
      const [found = -1] = await read("SELECT count(*) AS count FROM notes", [], count);
      return { statements: texts.map((text) => ({ sql: ADD, params: [text] })), value: found };
    });
    expect(before).toBe(0);
    expect(await notes(db)).toEqual(texts);
    expect(await db.stats()).toMatchObject({ commits: 1, jobs: 1 });
  });

  it("keeps its turn among jobs, which share no transaction with it", async () => {
    const db = await openNotes();
    const gate = deferred<void>();
    const first = db.write(() => gate.promise);
    const script = db.writeScript(async (read) => {
      const [found = -1] = await read("SELECT count(*) AS count FROM notes", [], count);
      return { statements: [{ sql: ADD, params: [`after ${found}`] }], value: found };
    });
    const all = [addNote(db, "a"), addNote(db, "b"), script, addNote(db, "c")];
    gate.resolve();
    await Promise.all([first, ...all]);
    expect(await script).toBe(0);
    expect((await notes(db))[0]).toBe("after 0");
    expect(await db.stats()).toMatchObject({ jobs: 5, waiting: 0 });
  });

  it("writes all or nothing, tells no value, and those behind it go on", async () => {
    const db = await openNotes();
    const failing = db.writeScript(async () => ({
      statements: [
        { sql: ADD, params: ["never"] },
        { sql: "INSERT INTO nowhere (text) VALUES (?)", params: ["a secret"] },
        { sql: ADD, params: ["never"] },
      ],
      value: "written",
    }));
    const next = addNote(db, "next");
    const error = (await caught(failing)) as AppError;
    expect(error).toMatchObject({ code: "store.failed", context: { statement: expect.stringContaining(ADD) } });
    expect(JSON.stringify([error.message, error.context, String(error.cause)])).not.toContain("secret");
    await next;
    expect(await notes(db)).toEqual(["next"]);
  });

  it("that throws before it writes, or writes nothing, leaves everything as it is", async () => {
    const db = await openNotes();
    const thrown = new Error("mine");
    await expect(db.writeScript(() => Promise.reject(thrown))).rejects.toBe(thrown);
    expect(await db.writeScript(async () => ({ statements: [], value: 7 }))).toBe(7);
    expect(await notes(db)).toEqual([]);
  });

  it("is settled when the database closes", async () => {
    const db = await openNotes();
    const gate = deferred<void>();
    const started = deferred<void>();
    const first = db.write(() => {
      started.resolve();
      return gate.promise;
    });
    await started.promise;
    const script = caught(db.writeScript(async () => ({ statements: [], value: 7 })));
    const closing = db.close();
    gate.resolve();
    await first;
    expect(await script).toMatchObject({ code: "base.stopped" });
    await closing;
  });
});
