// An AuditStore in memory.

import type { AuditEntry, AuditQuery, AuditRow, AuditStore } from "../../src/core/index.ts";

export class MemoryAudit implements AuditStore {
  rows: AuditRow[] = [];
  writes = 0;
  /** Set to make the next writes fail. */
  failure: Error | null = null;
  #seq = 0;

  async appendAudit(entries: readonly AuditEntry[]): Promise<void> {
    this.writes++;
    if (this.failure !== null) throw this.failure;
    this.rows.push(...entries.map((entry) => ({ ...entry, seq: ++this.#seq })));
  }

  async findAudit({ before, actor, operation, limit }: AuditQuery): Promise<readonly AuditRow[]> {
    const found = this.rows.filter(
      (row) =>
        (before === null || row.seq < before) &&
        (actor === "" || row.actor === actor) &&
        row.operation.startsWith(operation),
    );
    return found.toReversed().slice(0, limit);
  }

  async pruneAudit(keep: number): Promise<void> {
    this.rows = this.rows.slice(-keep);
  }
}
