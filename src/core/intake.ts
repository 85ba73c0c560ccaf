// The intake: takes PDUs from all slots, gathers them into batches, and resolves each caller only after its batch is durable. While
// one batch is being committed the next is sealed, and it grows until the disk is free; a failing commit fails both, and memory is
// rebuilt from the store.

import {
  type AppError,
  type Clock,
  type Deferred,
  type Disposer,
  days,
  deferred,
  hours,
  isAppError,
  type Logger,
  type Millis,
  seconds,
  stoppedError,
  type UnixMs,
  unixMs,
  wrapError,
} from "../base/index.ts";
import type { EventLog } from "./event-log.ts";
import { IntakeMemory } from "./intake-memory.ts";
import { type IntakeContext, IntakePlan, type ItemResult, type PlanDeps } from "./intake-plan.ts";
import type { IncomingPdu, IntakePort, IntakeTicket, IntakeVerdict } from "./ports.ts";
import type { IntakeCommit, IntakeStore, MaintenanceStore, RentalStore } from "./ports-store.ts";
import { expired, isOverdue } from "./reassembly.ts";

export interface IntakeSettings {
  /** Most messages in one commit. */
  readonly maxBatch: number;
  /** How long a concatenated message waits for its parts. */
  readonly partTimeout: Millis;
}

export interface IntakeDeps extends PlanDeps {
  readonly store: IntakeStore & Pick<RentalStore, "lastSequences"> & Pick<MaintenanceStore, "probe">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventLog;
  readonly settings: IntakeSettings;
  /** Called after each commit with what it stored. */
  readonly onCommitted: (commit: IntakeCommit) => void;
}

interface Waiting {
  readonly incoming: IncomingPdu;
  readonly result: Deferred<IntakeVerdict>;
}

/** A batch that is sealed and ready to be stored. */
interface Prepared {
  readonly commit: IntakeCommit;
  readonly context: IntakeContext;
  readonly batch: readonly Waiting[];
  readonly results: readonly ItemResult[];
  /** Concatenated messages in it that were delivered with parts missing. */
  readonly flushed: number;
}

export interface IntakeHealth {
  readonly state: "running" | "paused";
  readonly error: AppError | null;
}

const PROBE_EVERY: Millis = seconds(2);
const HOUSEKEEPING_EVERY: Millis = seconds(2);
/** Messages sealed in one turn of the event loop: each takes 0.4 ms, several times that on a Pi, and all else waits meanwhile. */
const SLICE = 4;
/** While more wait, a commit of fewer messages is not worth its fsync. */
const WORTH_A_COMMIT = 16;
const PRUNE_EVERY: Millis = hours(1);
const SEEN_KEPT: Millis = days(40);

export class Intake implements IntakePort {
  readonly #deps: IntakeDeps;
  readonly #memory: IntakeMemory;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #stopped = false;
  #flushDue = false;
  #error: AppError | null = null;
  /** The last commit that was begun; resolves with what made it fail, null for nothing. */
  #commits: Promise<AppError | null> = Promise.resolve(null);
  #cancelProbe: Disposer = () => {};
  #cancelHousekeeping: Disposer = () => {};
  #prunedAt: Millis | null = null;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#memory = new IntakeMemory(deps);
  }

  get health(): IntakeHealth {
    return { state: this.#error === null ? "running" : "paused", error: this.#error };
  }

  /** Loads what the last run left. Call once before the first `accept`. */
  async start(): Promise<void> {
    await this.#memory.load();
    this.#armHousekeeping();
  }

  /** Takes nothing until `release`: every caller is told `reason`, and messages stay where they are. Call it after `start`. */
  hold(reason: AppError): void {
    this.#error ??= reason;
  }

  /** What was learnt meanwhile is read from the store. */
  async release(): Promise<void> {
    await this.#resume();
  }

  accept(incoming: IncomingPdu): Promise<IntakeVerdict> {
    if (this.#stopped) return Promise.reject(stoppedError("intake"));
    if (this.#error !== null) return Promise.reject(this.#error);
    const result = deferred<IntakeVerdict>();
    this.#waiting.push({ incoming, result });
    this.#kick();
    return result.promise;
  }

  deleted(ticket: IntakeTicket): void {
    this.#memory.confirm(ticket);
  }

  /** Rejects what waits, lets a commit in flight end, writes the last confirmed deletions. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelProbe();
    this.#cancelHousekeeping();
    reject(this.#waiting.splice(0), stoppedError("intake"));
    await this.#running;
    await this.#commits;
    const { confirmed } = this.#memory;
    if (confirmed.length === 0 || this.#error !== null) return;
    // A failure costs nothing: the next run finds the messages gone from the SIM.
    await this.#deps.store
      .commitIntake(new IntakePlan(this.#deps, NOTHING).commit(confirmed))
      .catch((error) => this.#deps.log.warn("last_commit_failed", { reason: codeOf(error) }));
  }

  #kick(): void {
    if (this.#running !== null || !this.#hasWork()) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      this.#kick();
    });
  }

  #hasWork(): boolean {
    return !this.#stopped && this.#error === null && (this.#waiting.length > 0 || this.#flushDue);
  }

  async #run(): Promise<void> {
    // Let everything that the same turn of the event loop brings join the first batch.
    await Promise.resolve();
    while (this.#hasWork()) {
      const batch: Waiting[] = [];
      try {
        await this.#process(batch);
      } catch (error) {
        this.#fail(
          batch,
          wrapError(error, "intake.failed", "the intake could not prepare a batch", { retryable: true }),
        );
      }
    }
  }

  /** Fills `batch` from what waits and begins its commit. */
  async #process(batch: Waiting[]): Promise<void> {
    // What this batch builds on. Should it fail, the plan is void, even if the intake has recovered meanwhile.
    const before = this.#commits;
    const plan = new IntakePlan(this.#deps, await this.#memory.context());
    const results = await this.#seal(batch, plan, before);
    const flushed = this.#flushDue ? await this.#flush(plan) : 0;
    // One commit at a time; this batch was sealed while the one before was being written.
    const failed = (await before) ?? (this.#stopped ? stoppedError("intake") : null);
    if (failed !== null) return reject(batch, failed);
    const commit = plan.commit(this.#memory.confirmed);
    this.#commits = this.#commit({ commit, context: plan.context, batch, results, flushed });
  }

  /** Seals slice by slice until the disk is free for a commit that is worth it: the slower the disk, the larger the batch. */
  async #seal(batch: Waiting[], plan: IntakePlan, before: Promise<unknown>): Promise<readonly ItemResult[]> {
    const { maxBatch } = this.#deps.settings;
    const results: ItemResult[] = [];
    // Nothing more belongs into a plan that is void: the intake has failed and recovered since.
    const mayGrow = (): boolean =>
      this.#commits === before && (batch.length < WORTH_A_COMMIT || this.#memory.writing) && batch.length < maxBatch;
    do {
      const slice = this.#waiting.splice(0, Math.min(SLICE, maxBatch - batch.length));
      const hashes = slice.map(({ incoming }) => this.#memory.hashOf(incoming));
      if (hashes.some((hash) => plan.knows(hash))) {
        // The same bytes again: judged when the store shows what this batch made of the first.
        this.#waiting.unshift(...slice);
        break;
      }
      batch.push(...slice);
      plan.learn(await this.#memory.rowsOf(hashes, before));
      for (const { incoming } of slice) results.push(await plan.add(incoming));
    } while (this.#waiting.length > 0 && mayGrow());
    return results;
  }

  async #flush(plan: IntakePlan): Promise<number> {
    this.#flushDue = false;
    const { delivered, left } = await plan.flush(this.#deps.now(), this.#deps.settings.partTimeout);
    if (left > 0) this.#deps.log.error("partial_message_left", { messages: left });
    return delivered;
  }

  async #commit({ commit, context, batch, results, flushed }: Prepared): Promise<AppError | null> {
    this.#memory.begin(commit, context);
    try {
      await this.#deps.store.commitIntake(commit);
    } catch (cause) {
      const error = wrapError(cause, "intake.failed", "the batch could not be stored", { retryable: true });
      this.#memory.end(null);
      this.#fail(batch, error);
      return error;
    }
    this.#memory.end(commit);
    batch.forEach(({ result }, i) => {
      const outcome = results[i];
      if (outcome?.ok) result.resolve(outcome.verdict);
      else result.reject(outcome?.error ?? stoppedError("intake"));
    });
    if (flushed > 0) this.#deps.events.record({ level: "warn", code: "sms.partial", details: { messages: flushed } });
    this.#deps.onCommitted(commit);
    return null;
  }

  /** Pauses: everybody is told that nothing was stored; a probe finds out when writing works again, and memory is rebuilt. */
  #fail(batch: readonly Waiting[], error: AppError): void {
    reject([...batch, ...this.#waiting.splice(0)], error);
    if (this.#error !== null || this.#stopped) return;
    this.#error = error;
    this.#deps.events.record({ level: "error", code: "intake.paused", details: { reason: error.code } });
    this.#armProbe();
  }

  #armProbe(): void {
    if (this.#stopped) return;
    this.#cancelProbe = this.#deps.clock.after(PROBE_EVERY, "intake probe", () => void this.#probe());
  }

  async #probe(): Promise<void> {
    try {
      await this.#deps.store.probe();
      await this.#resume();
    } catch (error) {
      this.#deps.log.debug("intake_still_paused", { reason: codeOf(error) });
      this.#armProbe();
    }
  }

  async #resume(): Promise<void> {
    await this.#memory.load();
    if (this.#stopped) return;
    this.#commits = Promise.resolve(null);
    this.#error = null;
    this.#deps.events.record({ level: "info", code: "intake.resumed" });
    this.#kick();
  }

  #armHousekeeping(): void {
    this.#cancelHousekeeping = this.#deps.clock.after(HOUSEKEEPING_EVERY, "intake housekeeping", () => {
      this.#housekeeping();
      this.#armHousekeeping();
    });
  }

  #housekeeping(): void {
    const now = this.#deps.now();
    const { lateParts, settings } = this.#deps;
    const { confirmed, groups } = this.#memory;
    const isDue =
      confirmed.length > 0 ||
      [...groups.values()].some((group) => isOverdue(group, now, settings.partTimeout)) ||
      expired(groups, now, lateParts).length > 0;
    if (isDue) {
      this.#flushDue = true;
      this.#kick();
    }
    void this.#prune(now);
  }

  async #prune(now: UnixMs): Promise<void> {
    const mono = this.#deps.clock.monotonic();
    if (this.#prunedAt !== null && mono - this.#prunedAt < PRUNE_EVERY) return;
    this.#prunedAt = mono;
    try {
      await this.#deps.store.pruneSeen(unixMs(now - SEEN_KEPT));
    } catch (error) {
      this.#deps.log.warn("prune_failed", { reason: codeOf(error) });
    }
  }
}

const NOTHING: IntakeContext = { seen: new Map(), groups: new Map(), sequences: new Map() };

function reject(batch: readonly Waiting[], error: AppError): void {
  for (const { result } of batch) result.reject(error);
}

const codeOf = (error: unknown): string => (isAppError(error) ? error.code : "store.io");
