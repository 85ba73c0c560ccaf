// What happened to each SMS and to the modem, in order, so that a test can prove "deleted only after committed".
// Ids, places and counts only: never text, never a sender.

import type { Clock, Disposer, UnixMs } from "../../../src/base/index.ts";

export type JournalEvent =
  | "queued"
  | "stored"
  | "routed"
  | "acknowledged"
  | "refused"
  | "discarded"
  | "read"
  | "deleted"
  | "sent"
  | "reset"
  | "booted"
  | "unplugged"
  | "plugged";

export interface JournalEntry {
  /** 1, 2, 3, … over the life of the modem object. */
  readonly seq: number;
  readonly at: UnixMs;
  readonly event: JournalEvent;
  /** Id and part of the PDU concerned. */
  readonly id?: string;
  readonly part?: number;
  readonly memory?: string;
  readonly index?: number;
}

/** Entries kept; older ones fall out, the counters go on. */
const KEPT = 50_000;

export class Journal {
  readonly #clock: Clock;
  readonly #counts = new Map<JournalEvent, number>();
  readonly #watchers = new Set<(entry: JournalEntry) => void>();
  #entries: JournalEntry[] = [];
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(event: JournalEvent, about: Omit<JournalEntry, "seq" | "at" | "event"> = {}): void {
    const entry: JournalEntry = { seq: ++this.#seq, at: this.#clock.now(), event, ...about };
    this.#entries.push(entry);
    // Twice the bound before cutting, so that the copy costs one move per entry.
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
    this.#counts.set(event, this.count(event) + 1);
    for (const watcher of this.#watchers) watcher(entry);
  }

  /** How often `event` has happened so far. */
  count(event: JournalEvent): number {
    return this.#counts.get(event) ?? 0;
  }

  /** The newest entries after `seq`, oldest first, at most 50,000. */
  entries(afterSeq = 0): readonly JournalEntry[] {
    return this.#entries.slice(-KEPT).filter((entry) => entry.seq > afterSeq);
  }

  /** Calls `watcher` at each entry, while it happens: a deletion is seen before the modem answers OK. */
  watch(watcher: (entry: JournalEntry) => void): Disposer {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }
}
