// Writes notices behind: what has changed within a second goes into one transaction.

import { type Clock, type Disposer, type Logger, type Millis, messageOf, seconds } from "../../base/index.ts";
import type { DeliveryAttempt, Notice, NoticeChanges, NoticeStore, QueuedNotice, TargetState } from "./notice-model.ts";

export interface NoticeWriterDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: NoticeStore;
  readonly keepAttempts: number;
}

const WRITE_EVERY: Millis = seconds(1);
const AFTER_FAILURE: Millis = seconds(15);
/** While the disk takes nothing. */
const MOST_ATTEMPTS = 500;

const keyOf = ({ target, id }: Pick<Notice, "target" | "id">): string => `${target} ${id}`;

export class NoticeWriter {
  readonly #deps: NoticeWriterDeps;
  #added = new Map<string, QueuedNotice>();
  #delayed = new Map<string, QueuedNotice>();
  #removed = new Map<string, Pick<Notice, "target" | "id">>();
  #targets = new Map<string, TargetState>();
  #forgotten = new Set<string>();
  #attempts: DeliveryAttempt[] = [];
  #cancel: Disposer | null = null;
  #writing: Promise<boolean> = Promise.resolve(true);
  #stopped = false;

  constructor(deps: NoticeWriterDeps) {
    this.#deps = deps;
  }

  add(notice: QueuedNotice): void {
    this.#added.set(keyOf(notice), notice);
    this.#removed.delete(keyOf(notice));
    this.#arm(WRITE_EVERY);
  }

  delay(notice: QueuedNotice): void {
    // One that is not written yet is written with its new time.
    const map = this.#added.has(keyOf(notice)) ? this.#added : this.#delayed;
    map.set(keyOf(notice), notice);
    this.#arm(WRITE_EVERY);
  }

  remove({ target, id }: Pick<Notice, "target" | "id">): void {
    const key = keyOf({ target, id });
    this.#delayed.delete(key);
    this.#added.delete(key);
    // Also of one that was not written by our knowledge: a write of it may be under way.
    this.#removed.set(key, { target, id });
    this.#arm(WRITE_EVERY);
  }

  setTarget(target: string, state: TargetState): void {
    this.#targets.set(target, state);
    this.#arm(WRITE_EVERY);
  }

  attempted(attempt: DeliveryAttempt): void {
    this.#attempts = [...this.#attempts, attempt].slice(-MOST_ATTEMPTS);
    this.#arm(WRITE_EVERY);
  }

  forget(target: string): void {
    for (const map of [this.#added, this.#delayed, this.#removed])
      for (const [key, notice] of map) if (notice.target === target) map.delete(key);
    this.#targets.delete(target);
    this.#attempts = this.#attempts.filter((attempt) => attempt.target !== target);
    this.#forgotten.add(target);
    this.#arm(WRITE_EVERY);
  }

  /** Writes at once. Resolves to whether it is durable. */
  async flush(): Promise<boolean> {
    this.#cancel?.();
    this.#cancel = null;
    // Behind the write that runs: it took its changes before.
    this.#writing = this.#writing.then(() => this.#write());
    const saved = await this.#writing;
    if (!this.#empty) this.#arm(saved ? WRITE_EVERY : AFTER_FAILURE);
    return saved;
  }

  /** Writes the rest; nothing is armed any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.flush();
  }

  get #empty(): boolean {
    const sizes = [this.#added, this.#delayed, this.#removed, this.#targets, this.#forgotten].map(({ size }) => size);
    return this.#attempts.length === 0 && sizes.every((size) => size === 0);
  }

  #arm(delay: Millis): void {
    if (this.#stopped) return;
    this.#cancel ??= this.#deps.clock.after(delay, "notices written", () => void this.flush());
  }

  async #write(): Promise<boolean> {
    if (this.#empty) return true;
    const changes: NoticeChanges = {
      added: [...this.#added.values()],
      delayed: [...this.#delayed.values()],
      removed: [...this.#removed.values()],
      targets: [...this.#targets].map(([target, state]) => ({ target, state })),
      attempts: this.#attempts,
      forgotten: [...this.#forgotten],
    };
    const taken = { added: this.#added, delayed: this.#delayed, removed: this.#removed, targets: this.#targets };
    this.#clear();
    try {
      await this.#deps.store.saveNotices(changes, this.#deps.keepAttempts);
      return true;
    } catch (error) {
      this.#deps.log.warn("notices_not_saved", { reason: messageOf(error) });
      this.#takeBack(taken, changes);
      return false;
    }
  }

  #clear(): void {
    this.#added = new Map();
    this.#delayed = new Map();
    this.#removed = new Map();
    this.#targets = new Map();
    this.#forgotten = new Set();
    this.#attempts = [];
  }

  /** What came meanwhile counts more. */
  #takeBack(
    taken: {
      readonly added: Map<string, QueuedNotice>;
      readonly delayed: Map<string, QueuedNotice>;
      readonly removed: Map<string, Pick<Notice, "target" | "id">>;
      readonly targets: Map<string, TargetState>;
    },
    { attempts, forgotten }: NoticeChanges,
  ): void {
    const gone = new Set(this.#removed.keys());
    const fresh = this.#delayed;
    const added = [...taken.added]
      .filter(([key]) => !gone.has(key))
      .map(([key, notice]) => [key, fresh.get(key) ?? notice] as const);
    this.#added = new Map([...added, ...this.#added]);
    const delayed = [...taken.delayed, ...fresh].filter(([key]) => !gone.has(key) && !this.#added.has(key));
    this.#delayed = new Map(delayed);
    this.#removed = new Map([...taken.removed, ...this.#removed]);
    for (const key of this.#added.keys()) this.#removed.delete(key);
    this.#targets = new Map([...taken.targets, ...this.#targets]);
    this.#attempts = [...attempts, ...this.#attempts].slice(-MOST_ATTEMPTS);
    this.#forgotten = new Set([...forgotten, ...this.#forgotten]);
  }
}
