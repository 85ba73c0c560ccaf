// Answers of REST that are given again to whoever repeats a request under its key.

import { unixMs } from "../base/index.ts";
import type { AnswerStore, KeptAnswer } from "../core/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export const ANSWER_TABLES = `
  CREATE TABLE answers (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;`;

const INSERT = "INSERT OR REPLACE INTO answers (id, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?)";
const FORGET = `
  DELETE FROM answers WHERE at < ?
  OR position <= (SELECT position FROM answers ORDER BY position DESC LIMIT 1 OFFSET ?)`;

const answerRow = rowParser(
  "answers",
  (row): KeptAnswer => ({
    id: row.text("id"),
    fingerprint: row.text("fingerprint"),
    status: row.integer("status"),
    body: row.text("body"),
    at: unixMs(row.integer("at")),
  }),
);

export function answerRepository(db: SqliteDatabase): AnswerStore {
  return {
    answer: (id) => db.readOne("SELECT * FROM answers WHERE id = ?", [id], answerRow),
    keepAnswer: ({ id, fingerprint, status, body, at }, { before, most }) =>
      db.write(async (tx) => {
        await tx.run(INSERT, [id, fingerprint, status, body, at]);
        await tx.run(FORGET, [before, most]);
      }),
  };
}
