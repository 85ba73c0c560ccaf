// Makes backups when they are due and brings them to their destinations: each is sent, read back and compared before old ones go. What
// fails is tried again by itself, and told once it starts to fail and once it works again.

import {
  AppError,
  type Clock,
  type Disposer,
  hours,
  isAppError,
  type Logger,
  messageOf,
  minutes,
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import type { BackupFacts } from "../alerts/delivery-source.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import { readRecords, writeRecords } from "./backup-records.ts";
import {
  type BackupSchedule,
  type FullRecord,
  type KeepRules,
  nextRun,
  noFullRecord,
  obsolete,
} from "./backup-rules.ts";
import type { BackupDestination, BackupSource, ReadyBackup } from "./ports-backup.ts";
import type { ZoneOffset } from "./zone-offset.ts";

export interface BackupsDeps {
  readonly source: BackupSource;
  readonly destinations: readonly BackupDestination[];
  /** Null for backups on demand only. */
  readonly schedule: BackupSchedule | null;
  readonly keep: KeepRules;
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly offset: ZoneOffset;
}

/** Of one destination, as it is now. */
export interface DestinationStatus extends FullRecord {
  readonly id: string;
  readonly place: string;
  /** Null without a schedule. */
  readonly nextAt: UnixMs | null;
}

export interface BackupStatus {
  readonly running: boolean;
  readonly destinations: readonly DestinationStatus[];
}

const EVERY = minutes(1);
/** A box that was off makes up for it first. */
const GRACE = hours(24);
/** A slow line to a far place; longer means that it hangs. */
const WITHIN = minutes(6 * 60);
const SETTING = "backup.records";

export class Backups {
  readonly #deps: BackupsDeps;
  readonly #abort = new AbortController();
  #records = new Map<string, FullRecord>();
  #running: Promise<void> | null = null;
  #cancel: Disposer = () => {};

  constructor(deps: BackupsDeps) {
    this.#deps = deps;
  }

  async load(): Promise<void> {
    this.#records = readRecords(await this.#deps.store.getSetting(SETTING));
  }

  start(): void {
    if (this.#deps.schedule !== null) this.#arm();
  }

  /** Ends what is being sent. Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel();
    await this.#running;
  }

  status(): BackupStatus {
    return {
      running: this.#running !== null,
      destinations: this.#deps.destinations.map((each) => this.#statusOf(each)),
    };
  }

  /** Of the destination that has waited longest: its last success, and by when it must have had another. */
  facts(): BackupFacts {
    const { schedule, destinations } = this.#deps;
    const records = destinations.map((each) => this.#recordOf(each));
    const oldest = Math.min(...records.map(({ lastSuccess }) => lastSuccess ?? 0));
    const wasTried = records.some(({ lastAttempt }) => lastAttempt !== null);
    // What was never tried is not late: the first one is made within minutes of the start.
    if (schedule === null || !wasTried) return { lastAt: null, dueAt: null };
    const every = schedule.kind === "every" ? schedule.every : hours(24);
    return { lastAt: oldest === 0 ? null : unixMs(oldest), dueAt: unixMs(oldest + every + GRACE) };
  }

  /** Begins a backup to all destinations. Errors: `backup.running`, `backup.no_destination`. */
  run(): void {
    if (this.#deps.destinations.length === 0) {
      throw new AppError("backup.no_destination", "the configuration names no place for backups", {
        hint: "Add one under `backup.destinations`, or download a backup.",
      });
    }
    if (this.#running !== null)
      throw new AppError("backup.running", "a backup is being made already", { retryable: true });
    this.#begin(this.#deps.destinations);
  }

  #arm(): void {
    if (this.#abort.signal.aborted) return;
    this.#cancel = this.#deps.clock.after(EVERY, "backups", () => {
      const due = this.#deps.destinations.filter((each) => this.#isDue(each));
      if (due.length > 0 && this.#running === null) this.#begin(due);
      this.#arm();
    });
  }

  #begin(destinations: readonly BackupDestination[]): void {
    this.#running = this.#runTo(destinations)
      .catch((error) => this.#deps.log.error("backup_failed", { reason: messageOf(error) }))
      .finally(() => {
        this.#running = null;
      });
  }

  #recordOf({ id }: BackupDestination): FullRecord {
    return this.#records.get(id) ?? noFullRecord;
  }

  #nextAt(destination: BackupDestination): UnixMs | null {
    const { schedule, now, offset } = this.#deps;
    if (schedule === null) return null;
    const at = now();
    return nextRun(schedule, this.#recordOf(destination), { now: at, offset });
  }

  #isDue(destination: BackupDestination): boolean {
    return (this.#nextAt(destination) ?? Number.MAX_SAFE_INTEGER) <= this.#deps.now();
  }

  #statusOf(destination: BackupDestination): DestinationStatus {
    const { id, place } = destination;
    return { id, place, ...this.#recordOf(destination), nextAt: this.#nextAt(destination) };
  }

  async #runTo(destinations: readonly BackupDestination[]): Promise<void> {
    const { clock, source } = this.#deps;
    const late = new AbortController();
    const cancel = clock.after(WITHIN, "a backup", () => late.abort());
    const signal = AbortSignal.any([this.#abort.signal, late.signal]);
    let ready: ReadyBackup | null = null;
    try {
      ready = await source.make(signal);
      for (const destination of destinations) await this.#bring(ready, destination, signal);
    } catch (error) {
      // It could not be made: that is so for all of them.
      for (const destination of destinations) await this.#failed(destination, error);
    } finally {
      cancel();
      await ready?.dispose();
    }
  }

  async #bring(ready: ReadyBackup, destination: BackupDestination, signal: AbortSignal): Promise<void> {
    try {
      const { name, size } = ready;
      await destination.put({ name, size, content: () => ready.content() }, signal);
      await this.#verify(ready, destination, signal);
    } catch (error) {
      return await this.#failed(destination, error);
    }
    await this.#succeeded(ready, destination);
    await this.#prune(ready, destination, signal);
  }

  /** A place that lost or changed a byte is found out now, not when the backup is needed. */
  async #verify(
    { name, size, sha256 }: ReadyBackup,
    destination: BackupDestination,
    signal: AbortSignal,
  ): Promise<void> {
    const found = (await destination.list(signal)).find((file) => file.name === name);
    const good = found?.size === size && (await this.#deps.source.digest(destination.read(name, signal))) === sha256;
    if (good) return;
    await destination.remove(name, signal).catch(() => {});
    throw new AppError("backup.not_verified", "what the place gives back is not what was sent", {
      retryable: true,
      hint: "Check the disk or the server behind this place.",
    });
  }

  async #succeeded({ name, size, createdAt }: ReadyBackup, destination: BackupDestination): Promise<void> {
    const at = this.#deps.now();
    await this.#save(destination, {
      lastSuccess: createdAt,
      lastAttempt: at,
      failures: 0,
      lastName: name,
      lastSize: size,
      problem: null,
    });
    const details = { destination: destination.id, kilobytes: Math.ceil(size / 1000) };
    this.#deps.events.record({ level: "info", code: "backup.done", details });
  }

  async #failed(destination: BackupDestination, error: unknown): Promise<void> {
    if (this.#abort.signal.aborted) return;
    const problem = isAppError(error) ? error.code : "backup.failed";
    const before = this.#recordOf(destination);
    if (!isAppError(error))
      this.#deps.log.error("backup_failed", { destination: destination.id, reason: messageOf(error) });
    await this.#save(destination, { ...before, lastAttempt: this.#deps.now(), failures: before.failures + 1, problem });
    const details = { destination: destination.id, reason: problem, failures: before.failures + 1 };
    this.#deps.events.record({ level: "warn", code: "backup.failed", details });
  }

  async #save({ id }: BackupDestination, record: FullRecord): Promise<void> {
    this.#records.set(id, record);
    await this.#deps.store.setSetting(SETTING, writeRecords(this.#records)).catch((error) => {
      this.#deps.log.warn("backup_record_not_saved", { reason: messageOf(error) });
    });
  }

  /** Old ones go only after the new one is safe. One that will not go is no failure of the backup. */
  async #prune(ready: ReadyBackup, destination: BackupDestination, signal: AbortSignal): Promise<void> {
    try {
      const names = (await destination.list(signal)).map(({ name }) => name);
      for (const name of obsolete(names, ready.name, this.#deps.keep)) await destination.remove(name, signal);
    } catch (error) {
      this.#deps.log.warn("backup_not_pruned", { destination: destination.id, reason: messageOf(error) });
    }
  }
}
