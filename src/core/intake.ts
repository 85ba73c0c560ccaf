// The intake: takes PDUs from all slots, gathers them into batches, and resolves each caller only after its batch is durable. While
// one batch is being committed the next is sealed; a failing commit fails both, and memory is rebuilt from the store.

import {
  type AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  isAppError,
  type Logger,
  type Millis,
  millis,
  seconds,
  stoppedError,
  type UnixMs,
  unixMs,
  wrapError,
} from "../base/index.ts";
import type { EventLog } from "./event-log.ts";
import { pduHash } from "./fingerprints.ts";
import { type IntakeContext, IntakePlan, type ItemResult, type PlanDeps } from "./intake-plan.ts";
import type { SeenPdu } from "./model.ts";
import type { IncomingPdu, IntakePort, IntakeTicket, IntakeVerdict } from "./ports.ts";
import type { IntakeCommit, IntakeStore, MaintenanceStore, RentalStore } from "./ports-store.ts";
import { restoreGroups } from "./reassembly.ts";

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

export interface IntakeHealth {
  readonly state: "running" | "paused";
  readonly error: AppError | null;
}

const PROBE_EVERY: Millis = seconds(2);
const HOUSEKEEPING_EVERY: Millis = seconds(2);
const SEEN_KEPT: Millis = millis(40 * 86_400_000);
const EMPTY: IntakeContext = { seen: new Map(), groups: new Map(), sequences: new Map() };

export class Intake implements IntakePort {
  readonly #deps: IntakeDeps;
  readonly #waiting: Waiting[] = [];
  /** Deletions the modems confirmed, not yet durable. */
  readonly #confirmed = new Map<string, IntakeTicket>();
  #context: IntakeContext = EMPTY;
  #loaded = false;
  #running = false;
  #stopped = false;
  #flushDue = false;
  #error: AppError | null = null;
  #commits: Promise<boolean> = Promise.resolve(true);
  #inFlight: ReadonlySet<string> = new Set();
  #cancelProbe: Disposer = () => {};
  #cancelHousekeeping: Disposer = () => {};
  #prunedAt: Millis | null = null;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  get health(): IntakeHealth {
    return { state: this.#error === null ? "running" : "paused", error: this.#error };
  }

  /** Loads what the last run left. Call once before the first `accept`. */
  async start(): Promise<void> {
    await this.#reload();
    this.#armHousekeeping();
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
    this.#confirmed.set(keyOf(ticket), ticket);
  }

  /** Rejects what waits, lets a commit in flight end, writes the last confirmed deletions. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancelProbe();
    this.#cancelHousekeeping();
    for (const { result } of this.#waiting.splice(0)) result.reject(stoppedError("intake"));
    await this.#commits;
    if (this.#confirmed.size === 0 || this.#error !== null) return;
    const last = new IntakePlan(this.#deps, this.#context).commit([...this.#confirmed.values()]);
    // A failure costs nothing: the next run finds the messages gone from the SIM.
    await this.#deps.store
      .commitIntake(last)
      .catch((error) => this.#deps.log.warn("last_commit_failed", { reason: codeOf(error) }));
  }

  #kick(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
      if (this.#waiting.length > 0 && this.#error === null) this.#kick();
    });
  }

  async #run(): Promise<void> {
    // Let everything that the same turn of the event loop brings join the first batch.
    await Promise.resolve();
    while (!this.#stopped && this.#error === null && (this.#waiting.length > 0 || this.#flushDue)) {
      const batch = this.#waiting.splice(0, this.#deps.settings.maxBatch);
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

  async #process(batch: readonly Waiting[]): Promise<void> {
    if (!this.#loaded) await this.#reload();
    const plan = new IntakePlan(this.#deps, await this.#contextFor(batch));
    const results: ItemResult[] = [];
    for (const { incoming } of batch) results.push(await plan.add(incoming));
    if (this.#flushDue) {
      this.#flushDue = false;
      const flushed = await plan.flush(this.#deps.now(), this.#deps.settings.partTimeout);
      if (flushed > 0) this.#deps.events.record({ level: "warn", code: "sms.partial", details: { messages: flushed } });
    }
    // One commit at a time; this batch was sealed while the one before was being written.
    if (!(await this.#commits)) throw this.#error ?? stoppedError("intake");
    this.#context = { ...plan.context, seen: new Map() };
    const commit = plan.commit([...this.#confirmed.values()]);
    this.#commits = this.#commit(commit, batch, results);
  }

  /** Rows of the batch's hashes: from the store, with those of the commit in flight. */
  async #contextFor(batch: readonly Waiting[]): Promise<IntakeContext> {
    const { fingerprints, store } = this.#deps;
    const hashes = batch.map(({ incoming }) => pduHash(fingerprints, incoming.lineId, incoming.pdu));
    // A batch that shares a hash with the commit in flight must see its outcome; others need not wait.
    if (hashes.some((hash) => this.#inFlight.has(hash))) await this.#commits;
    const seen = new Map<string, readonly SeenPdu[]>();
    if (hashes.length > 0) {
      for (const row of await store.findSeen([...new Set(hashes)])) {
        const known = this.#confirmed.has(keyOf(row)) ? { ...row, deleted: true } : row;
        seen.set(row.hash, [...(seen.get(row.hash) ?? []), known]);
      }
    }
    return { ...this.#context, seen };
  }

  async #commit(commit: IntakeCommit, batch: readonly Waiting[], results: readonly ItemResult[]): Promise<boolean> {
    this.#inFlight = new Set(commit.seen.map((row) => row.hash));
    try {
      await this.#deps.store.commitIntake(commit);
    } catch (error) {
      this.#fail(batch, wrapError(error, "intake.failed", "the batch could not be stored", { retryable: true }));
      return false;
    } finally {
      this.#inFlight = new Set();
    }
    for (const ticket of commit.deleted) this.#confirmed.delete(keyOf(ticket));
    batch.forEach(({ result }, i) => {
      const outcome = results[i];
      if (outcome?.ok) result.resolve(outcome.verdict);
      else result.reject(outcome?.error ?? stoppedError("intake"));
    });
    this.#deps.onCommitted(commit);
    return true;
  }

  /** Pauses: everybody is told that nothing was stored, memory is dropped, and a probe finds out when writing works again. */
  #fail(batch: readonly Waiting[], error: AppError): void {
    this.#loaded = false;
    for (const { result } of [...batch, ...this.#waiting.splice(0)]) result.reject(error);
    if (this.#error !== null || this.#stopped) return;
    this.#error = error;
    this.#deps.events.record({ level: "error", code: "intake.paused", details: { reason: error.code } });
    this.#armProbe();
  }

  #armProbe(): void {
    this.#cancelProbe = this.#deps.clock.after(PROBE_EVERY, "intake probe", () => void this.#probe());
  }

  async #probe(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#deps.store.probe();
      await this.#reload();
    } catch (error) {
      this.#deps.log.debug("intake_still_paused", { reason: codeOf(error) });
      this.#armProbe();
      return;
    }
    this.#commits = Promise.resolve(true);
    this.#error = null;
    this.#deps.events.record({ level: "info", code: "intake.resumed" });
  }

  async #reload(): Promise<void> {
    const [parts, sequences] = await Promise.all([this.#deps.store.openParts(), this.#deps.store.lastSequences()]);
    this.#context = { seen: new Map(), groups: restoreGroups(parts), sequences };
    this.#loaded = true;
  }

  #armHousekeeping(): void {
    this.#cancelHousekeeping = this.#deps.clock.after(HOUSEKEEPING_EVERY, "intake housekeeping", () => {
      this.#housekeeping();
      if (!this.#stopped) this.#armHousekeeping();
    });
  }

  #housekeeping(): void {
    const now = this.#deps.now();
    const expired = [...this.#context.groups.values()].some(
      (group) => now - group.firstAt >= this.#deps.settings.partTimeout,
    );
    if (expired || this.#confirmed.size > 0) {
      this.#flushDue = true;
      this.#kick();
    }
    void this.#prune(now);
  }

  async #prune(now: UnixMs): Promise<void> {
    const mono = this.#deps.clock.monotonic();
    if (this.#prunedAt !== null && mono - this.#prunedAt < 3_600_000) return;
    this.#prunedAt = mono;
    try {
      await this.#deps.store.pruneSeen(unixMs(now - SEEN_KEPT));
    } catch (error) {
      this.#deps.log.warn("prune_failed", { reason: codeOf(error) });
    }
  }
}

const keyOf = (row: { readonly hash: string; readonly occurrence: number }): string => `${row.hash}/${row.occurrence}`;

const codeOf = (error: unknown): string => (isAppError(error) ? error.code : "store.io");
