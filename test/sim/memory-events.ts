// An EventStore in memory, which can fail the way disks do.

import { AppError } from "../../src/base/index.ts";
import { type EventStore, matchesQuery } from "../../src/core/index.ts";
import type { BoxEvent } from "../../src/protocol/index.ts";

export class MemoryEvents implements EventStore {
  rows: BoxEvent[] = [];
  writes = 0;
  full = false;

  async saveEvents(events: readonly BoxEvent[]): Promise<void> {
    if (this.full) throw new AppError("store.full", "the disk is full", { retryable: true });
    this.writes++;
    const known = new Set(this.rows.map(({ seq }) => seq));
    this.rows.push(...events.filter(({ seq }) => !known.has(seq)));
  }

  async findEvents(query: Parameters<EventStore["findEvents"]>[0]): Promise<readonly BoxEvent[]> {
    return [...this.rows]
      .sort((a, b) => b.seq - a.seq)
      .filter((event) => matchesQuery(event, query))
      .slice(0, query.limit);
  }

  async pruneEvents(keep: number, before: number): Promise<void> {
    this.rows = [...this.rows].sort((a, b) => a.seq - b.seq).filter(({ at }) => at >= before);
    this.rows = keep === 0 ? [] : this.rows.slice(-keep);
  }
}
