// Notices that wait, what is known of their targets, and the last attempts.

import { millis, unixMs } from "../base/index.ts";
import type { DeliveryAttempt, NoticeStore, QueuedNotice, TargetState } from "../core/index.ts";
import { rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";

export const NOTICE_TABLES = `
  CREATE TABLE notices (
    position INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    UNIQUE (target, id)
  ) STRICT;
  CREATE TABLE notice_targets (
    target TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    paused_until INTEGER,
    disabled_at INTEGER,
    disabled_code TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE notice_attempts (
    position INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    notice TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    result TEXT NOT NULL,
    status INTEGER,
    duration INTEGER NOT NULL
  ) STRICT;`;

const ADD = `
  INSERT OR IGNORE INTO notices (target, id, type, at, body, attempts, due_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`;
const DELAY = `
  UPDATE notices SET attempts = change.value ->> 2, due_at = change.value ->> 3 FROM json_each(?) AS change
  WHERE notices.target = change.value ->> 0 AND notices.id = change.value ->> 1`;
const REMOVE = "DELETE FROM notices WHERE (target, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))";
const SET_TARGET = `
  INSERT OR REPLACE INTO notice_targets (target, failures, failing_since, paused_until, disabled_at, disabled_code)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?)`;
const ADD_ATTEMPTS = `
  INSERT INTO notice_attempts (target, notice, type, at, result, status, duration)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?)`;
const PRUNE_ATTEMPTS = `
  DELETE FROM notice_attempts WHERE target = ?1 AND position NOT IN
    (SELECT position FROM notice_attempts WHERE target = ?1 ORDER BY position DESC LIMIT ?2)`;
const FORGET = ["notices", "notice_targets", "notice_attempts"].map(
  (table) => `DELETE FROM ${table} WHERE target IN (SELECT value FROM json_each(?))`,
);

const noticeRow = rowParser(
  "notices",
  (row): QueuedNotice => ({
    target: row.text("target"),
    id: row.text("id"),
    type: row.text("type"),
    at: unixMs(row.integer("at")),
    body: row.text("body"),
    attempts: row.integer("attempts"),
    dueAt: unixMs(row.integer("due_at")),
  }),
);

const timeOrNull = (value: number | null) => (value === null ? null : unixMs(value));

const targetRow = rowParser("notice_targets", (row): readonly [string, TargetState] => {
  const [at, code] = [row.integerOrNull("disabled_at"), row.textOrNull("disabled_code")];
  const state = {
    failures: row.integer("failures"),
    failingSince: timeOrNull(row.integerOrNull("failing_since")),
    pausedUntil: timeOrNull(row.integerOrNull("paused_until")),
    disabled: at === null || code === null ? null : { at: unixMs(at), code },
  };
  return [row.text("target"), state];
});

const attemptRow = rowParser(
  "notice_attempts",
  (row): DeliveryAttempt => ({
    target: row.text("target"),
    notice: row.text("notice"),
    type: row.text("type"),
    at: unixMs(row.integer("at")),
    result: row.text("result"),
    status: row.integerOrNull("status"),
    duration: millis(row.integer("duration")),
  }),
);

async function runRows(tx: Transaction, sql: string, rows: readonly unknown[]): Promise<void> {
  if (rows.length > 0) await tx.run(sql, [JSON.stringify(rows)]);
}

export function noticeRepository(db: SqliteDatabase): NoticeStore {
  return {
    loadNotices: async () => {
      const [queued, targets, attempts] = await Promise.all([
        db.read("SELECT * FROM notices ORDER BY position", [], noticeRow),
        db.read("SELECT * FROM notice_targets", [], targetRow),
        db.read("SELECT * FROM notice_attempts ORDER BY position", [], attemptRow),
      ]);
      return { queued, targets: new Map(targets), attempts };
    },
    saveNotices: async ({ added, delayed, removed, targets, attempts, forgotten }, keepAttempts) => {
      await db.write(async (tx) => {
        for (const sql of FORGET) await runRows(tx, sql, forgotten);
        await runRows(
          tx,
          ADD,
          added.map(({ target, id, type, at, body, attempts: tries, dueAt }) => [
            target,
            id,
            type,
            at,
            body,
            tries,
            dueAt,
          ]),
        );
        await runRows(
          tx,
          DELAY,
          delayed.map(({ target, id, attempts: tries, dueAt }) => [target, id, tries, dueAt]),
        );
        await runRows(
          tx,
          REMOVE,
          removed.map(({ target, id }) => [target, id]),
        );
        await runRows(
          tx,
          SET_TARGET,
          targets.map(({ target, state: { failures, failingSince, pausedUntil, disabled } }) => [
            ...[target, failures, failingSince, pausedUntil, disabled?.at ?? null, disabled?.code ?? null],
          ]),
        );
        await runRows(
          tx,
          ADD_ATTEMPTS,
          attempts.map(({ target, notice, type, at, result, status, duration }) => [
            ...[target, notice, type, at, result, status, duration],
          ]),
        );
        for (const target of new Set(attempts.map((attempt) => attempt.target)))
          await tx.run(PRUNE_ATTEMPTS, [target, keepAttempts]);
      });
    },
  };
}
