// SQLite's result codes as coded errors, wrapped once, here. Bound values never enter an error: SQLite's own messages name tables,
// columns and constraints only, and the context holds the head of the statement's fixed text.

import { AppError, type ErrorCode, stoppedError } from "../base/index.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
  readonly retryable: boolean;
  readonly hint: string;
}

const CORRUPT: Meaning = {
  code: "store.corrupt",
  text: "the database file is damaged",
  retryable: false,
  hint: "Restore a backup; the damaged file is kept as it is.",
};
const BUSY: Meaning = {
  code: "store.busy",
  text: "another process holds the database locked",
  retryable: true,
  hint: "Make sure that only one process uses this data folder; the write is tried again.",
};
const CANNOT_OPEN: Meaning = {
  code: "store.cannot_open",
  text: "the database file cannot be opened",
  retryable: false,
  hint: "Check that the path is a file and that this user may read and write it and its folder.",
};
const BUG: Meaning = {
  code: "store.failed",
  text: "the database refused a statement",
  retryable: false,
  hint: "This is a defect of the program: report it with the log line.",
};

// https://www.sqlite.org/rescode.html
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  [
    "SQLITE_FULL",
    {
      code: "store.full",
      text: "the disk is full",
      retryable: true,
      hint: "Free space on the disk that holds the data folder; work resumes by itself.",
    },
  ],
  ["SQLITE_BUSY", BUSY],
  ["SQLITE_LOCKED", BUSY],
  ["SQLITE_PROTOCOL", BUSY],
  [
    "SQLITE_IOERR",
    {
      code: "store.io",
      text: "the disk failed to read or write",
      retryable: true,
      hint: "Check the disk and its cable or card (kernel log), and the free space.",
    },
  ],
  ["SQLITE_CORRUPT", CORRUPT],
  ["SQLITE_NOTADB", CORRUPT],
  [
    "SQLITE_CONSTRAINT",
    {
      code: "store.conflict",
      text: "the row contradicts what is stored",
      retryable: false,
      hint: "Read the stored row before writing again.",
    },
  ],
  [
    "SQLITE_READONLY",
    {
      code: "store.read_only",
      text: "the database is read-only",
      retryable: false,
      hint: "Check the permissions of the file and its folder, and whether the disk was remounted read-only.",
    },
  ],
  ["SQLITE_CANTOPEN", CANNOT_OPEN],
  ["SQLITE_PERM", CANNOT_OPEN],
]);

/** What is shown of a statement: its fixed text, shortened. Parameters are never part of it. */
function headOf(sql: string): string {
  return sql.replaceAll(/\s+/g, " ").trim().slice(0, 60);
}

/** Turns an error of the `sqlite3` package into an `AppError`. `sql` is the statement's text without its parameters. */
export function sqliteError(cause: Error, sql: string): AppError {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  // MISUSE is what the package reports for a connection that is closed or closing.
  if (code === "SQLITE_INTERRUPT" || code === "SQLITE_MISUSE") return stoppedError("the database");
  const { text, hint, retryable, code: stable } = MEANINGS.get(code) ?? BUG;
  return new AppError(stable, text, { cause, retryable, hint, context: { sqlite: code, statement: headOf(sql) } });
}

export function corruptError(file: string, finding: string): AppError {
  return new AppError(CORRUPT.code, `${CORRUPT.text}: ${file}`, { hint: CORRUPT.hint, context: { file, finding } });
}
