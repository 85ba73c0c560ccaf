// The audit trail. Rows are only added, and the oldest dropped.

import type { AuditRow, AuditStore } from "../core/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

export const AUDIT_TABLES = `
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    operation TEXT NOT NULL,
    target TEXT NOT NULL,
    address TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT,
    note TEXT
  ) STRICT;
  CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'a row of the audit trail never changes'); END;`;

const INSERT = `
  INSERT INTO audit (at, actor, operation, target, address, status, code, note)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
  FROM json_each(?)`;
const PRUNE_STEP = 500;

const auditRow = rowParser(
  "audit",
  (row): AuditRow => ({
    ...{ seq: row.integer("seq"), at: row.integer("at"), actor: row.text("actor"), operation: row.text("operation") },
    ...{ target: row.text("target"), address: row.text("address"), status: row.integer("status") },
    ...{ code: row.textOrNull("code"), note: row.textOrNull("note") },
  }),
);

export function auditRepository(db: SqliteDatabase): AuditStore {
  return {
    appendAudit: async (entries) => {
      if (entries.length === 0) return;
      const rows = entries.map(({ at, actor, operation, target, address, status, code, note }) => [
        ...[at, actor, operation, target, address, status, code, note],
      ]);
      await db.write((tx) => tx.run(INSERT, [JSON.stringify(rows)]));
    },
    findAudit: ({ before, actor, operation, limit }) => {
      const parts: (readonly [string, readonly (string | number)[]] | null)[] = [
        ["substr(operation, 1, ?) = ?", [operation.length, operation]],
        before === null ? null : ["seq < ?", [before]],
        actor === "" ? null : ["actor = ?", [actor]],
      ];
      const used = parts.flatMap((part) => (part === null ? [] : [part]));
      const where = used.map(([sql]) => sql).join(" AND ");
      const params = used.flatMap(([, values]) => [...values]);
      return db.read(`SELECT * FROM audit WHERE ${where} ORDER BY seq DESC LIMIT ?`, [...params, limit], auditRow);
    },
    pruneAudit: async (keep) => {
      // In short steps: an SMS must not wait behind a long one.
      const old = "SELECT seq FROM audit ORDER BY seq DESC LIMIT ? OFFSET ?";
      const step = () => db.write((tx) => tx.run(`DELETE FROM audit WHERE seq IN (${old})`, [PRUNE_STEP, keep]));
      while ((await step()) === PRUNE_STEP);
    },
  };
}
