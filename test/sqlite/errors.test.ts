import { describe, expect, it } from "vitest";
import { sqliteError } from "../../src/sqlite/errors.ts";

function nativeError(code: string): Error {
  return Object.assign(new Error(`${code}: something`), { code, errno: 1 });
}

describe("sqliteError", () => {
  it.each([
    ["SQLITE_FULL", "store.full", true],
    ["SQLITE_BUSY", "store.busy", true],
    ["SQLITE_LOCKED", "store.busy", true],
    ["SQLITE_PROTOCOL", "store.busy", true],
    ["SQLITE_IOERR", "store.io", true],
    ["SQLITE_CORRUPT", "store.corrupt", false],
    ["SQLITE_NOTADB", "store.corrupt", false],
    ["SQLITE_CONSTRAINT", "store.conflict", false],
    ["SQLITE_READONLY", "store.read_only", false],
    ["SQLITE_CANTOPEN", "store.cannot_open", false],
    ["SQLITE_PERM", "store.cannot_open", false],
    ["SQLITE_INTERRUPT", "base.stopped", false],
    ["SQLITE_MISUSE", "base.stopped", false],
    ["SQLITE_ERROR", "store.failed", false],
    ["SQLITE_SOMETHING_NEW", "store.failed", false],
  ])("makes %s into %s", (native, code, retryable) => {
    expect(sqliteError(nativeError(native), "SELECT 1")).toMatchObject({ code, retryable });
  });

  it("says what to do next and names the statement without its parameters, shortened", () => {
    const sql = `INSERT INTO t\n   (a)  VALUES (?) ${"-- long ".repeat(20)}`;
    const error = sqliteError(nativeError("SQLITE_FULL"), sql);
    expect(error.hint).toContain("Free space");
    expect(String(error.context.statement)).toMatch(/^INSERT INTO t \(a\) VALUES \(\?\)/);
    expect(String(error.context.statement)).toHaveLength(60);
  });

  it("takes an error without a code", () => {
    expect(sqliteError(new Error("odd"), "SELECT 1")).toMatchObject({ code: "store.failed" });
  });
});
