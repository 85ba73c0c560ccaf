// Writes down who changed what: in batches, bounded in memory and on disk, and never in the way of what is written down.

import {
  type Clock,
  type Disposer,
  hours,
  type Logger,
  messageOf,
  millis,
  minutes,
  seconds,
} from "../../../base/index.ts";
import type { AuditEntry, AuditQuery, AuditRow, AuditStore } from "../../../core/index.ts";

/** About a year of a busy household, and some 8 MB. */
export const AUDIT_KEEP = 50_000;
const WRITE_EVERY = seconds(1);
const AFTER_FAILURE = seconds(30);
const PRUNE_EVERY = hours(6);
const BATCH = 200;
const MOST_UNWRITTEN = 2000;
/** Rows that people without a name may cause in a minute: nobody fills the trail from outside. */
const STRANGERS_PER_MINUTE = 30;

export interface AuditTrailDeps {
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly keep?: number;
}

export class AuditTrail {
  readonly #deps: AuditTrailDeps;
  #waiting: AuditEntry[] = [];
  #left = 0;
  #strangers = { since: 0, rows: 0 };
  #timer: Disposer | null = null;
  #pruneTimer: Disposer | null = null;
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { store, clock, log, keep = AUDIT_KEEP } = this.#deps;
    store.pruneAudit(keep).catch((error) => log.warn("audit_not_pruned", { reason: messageOf(error) }));
    this.#pruneTimer = clock.after(PRUNE_EVERY, "audit trail", () => this.start());
  }

  add(entry: AuditEntry): void {
    if (this.#stopped) return;
    if ((entry.actor === "" && !this.#mayStranger()) || this.#waiting.length >= MOST_UNWRITTEN) {
      this.#left++;
      return;
    }
    // What was left out is told where it was left out.
    const left = this.#left === 0 ? null : `${this.#left} more were not written down before this`;
    this.#left = 0;
    this.#waiting.push(left === null ? entry : { ...entry, note: [entry.note, left].filter(Boolean).join("; ") });
    this.#arm(WRITE_EVERY);
  }

  /** Newest first, with what is not written yet. */
  async find(query: AuditQuery): Promise<readonly AuditRow[]> {
    await this.#flush();
    return this.#deps.store.findAudit(query);
  }

  /** Writes what waits. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pruneTimer?.();
    await this.#flush();
  }

  #mayStranger(): boolean {
    const now = this.#deps.clock.monotonic();
    if (now - this.#strangers.since >= minutes(1)) this.#strangers = { since: now, rows: 0 };
    this.#strangers.rows++;
    return this.#strangers.rows <= STRANGERS_PER_MINUTE;
  }

  #arm(delay: number): void {
    if (this.#stopped) return;
    this.#timer ??= this.#deps.clock.after(millis(delay), "audit rows", () => void this.#flush());
  }

  #flush(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await this.#deps.store.appendAudit(batch);
      } catch (error) {
        this.#deps.log.warn("audit_not_saved", { waiting: this.#waiting.length, reason: messageOf(error) });
        this.#arm(AFTER_FAILURE);
        return;
      }
      this.#waiting = this.#waiting.slice(batch.length);
    }
  }
}
