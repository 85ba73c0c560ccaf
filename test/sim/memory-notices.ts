// A NoticeStore in memory, which can fail the way disks do.

import { AppError } from "../../src/base/index.ts";
import type { DeliveryAttempt, NoticeChanges, NoticeStore, QueuedNotice, TargetState } from "../../src/core/index.ts";

const same = (a: { target: string; id: string }, b: { target: string; id: string }): boolean =>
  a.target === b.target && a.id === b.id;

export class MemoryNotices implements NoticeStore {
  queued: QueuedNotice[] = [];
  targets = new Map<string, TargetState>();
  attempts: DeliveryAttempt[] = [];
  writes = 0;
  full = false;

  async loadNotices() {
    return { queued: [...this.queued], targets: new Map(this.targets), attempts: [...this.attempts] };
  }

  async saveNotices(changes: NoticeChanges, keepAttempts: number): Promise<void> {
    if (this.full) throw new AppError("store.full", "the disk is full", { retryable: true });
    this.writes++;
    const { added, delayed, removed, targets, attempts, forgotten } = changes;
    const kept = <T extends { target: string }>(rows: T[]): T[] =>
      rows.filter(({ target }) => !forgotten.includes(target));
    this.queued = kept(this.queued);
    this.attempts = kept(this.attempts);
    for (const target of forgotten) this.targets.delete(target);
    this.queued.push(...added.filter((notice) => !this.queued.some((other) => same(notice, other))));
    this.queued = this.queued.map((notice) => delayed.find((other) => same(notice, other)) ?? notice);
    this.queued = this.queued.filter((notice) => !removed.some((other) => same(notice, other)));
    for (const { target, state } of targets) this.targets.set(target, state);
    this.attempts.push(...attempts);
    for (const target of new Set(attempts.map((attempt) => attempt.target))) {
      const own = this.attempts.filter((attempt) => attempt.target === target);
      const drop = new Set(own.slice(0, Math.max(0, own.length - keepAttempts)));
      this.attempts = this.attempts.filter((attempt) => !drop.has(attempt));
    }
  }
}
