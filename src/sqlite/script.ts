// Several statements as one text, values and all: one way to the disk's thread and back where each statement alone would take one.

import { AppError } from "../base/index.ts";

export interface Statement {
  /** A constant of the program. Each `?` in it stands for a value, none inside quotes. */
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** Text in SQLite's quotes, integers, NULL. Errors: `store.failed` for what SQLite would read otherwise. */
function literal(value: string | number | null): string {
  if (value === null) return "NULL";
  if (typeof value === "string" && !value.includes("\0")) return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw new AppError("store.failed", "a value has no place in a statement's text", {
    hint: "This is a defect of the program: report it with the log line.",
  });
}

/** The statements one behind the other. The first that fails ends the script (`sqlite3_exec`). */
export function scriptOf(statements: readonly Statement[]): string {
  return statements
    .map(({ sql, params }) => {
      const pieces = sql.split("?");
      if (pieces.length !== params.length + 1) throw new AppError("store.failed", "a value is missing, or too many");
      return pieces.map((piece, at) => (at === 0 ? piece : `${literal(params[at - 1] ?? null)}${piece}`)).join("");
    })
    .join(";\n");
}
