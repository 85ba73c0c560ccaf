// Brings notices to their targets: each target has its own queue, one attempt at a time, so that one that hangs holds up no other.
// Queues are in memory and written behind, once a second at most; what is urgent is durable before `post` resolves.

import {
  AppError,
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
  randomFraction,
  seconds,
  type UnixMs,
  withDeadline,
} from "../../base/index.ts";
import { afterAttempt, type DeliveryPolicy, isStale, nextDue, waitFor, workingTarget } from "./delivery-rules.ts";
import type {
  DeliveryAttempt,
  Notice,
  NoticeSender,
  NoticeStore,
  QueuedNotice,
  SendOutcome,
  TargetState,
} from "./notice-model.ts";
import { NoticeWriter } from "./notice-writer.ts";

export interface NoticeTarget {
  readonly sender: NoticeSender;
  readonly policy: DeliveryPolicy;
}

export interface NoticeDeskDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly store: NoticeStore;
}

/** One attempt, the receiver's body included. */
const ATTEMPT_LIMIT: Millis = seconds(20);
/** Of one target. When more wait the oldest go. */
export const MOST_QUEUED = 2000;
/** Of one target. */
export const KEPT_ATTEMPTS = 100;
/** A timer longer than this is not trusted: the clock may be set meanwhile. */
const LONGEST_NAP: Millis = seconds(60);

interface Lane {
  readonly target: NoticeTarget;
  state: TargetState;
  queue: QueuedNotice[];
  log: DeliveryAttempt[];
  running: Promise<void> | null;
  cancelNap: Disposer;
  readonly abort: AbortController;
}

export class NoticeDesk {
  readonly #deps: NoticeDeskDeps;
  readonly #lanes = new Map<string, Lane>();
  readonly #writer: NoticeWriter;
  #past: Awaited<ReturnType<NoticeStore["loadNotices"]>> | null = null;
  #started = false;
  #stopped = false;

  constructor(deps: NoticeDeskDeps) {
    this.#deps = deps;
    this.#writer = new NoticeWriter({ ...deps, keepAttempts: KEPT_ATTEMPTS });
  }

  /** Reads what waits. To be called before targets are added. */
  async load(): Promise<void> {
    this.#past = await this.#deps.store.loadNotices();
  }

  /** Sends what waits from now on. Forgets what was for targets that are no more. */
  start(): void {
    this.#started = true;
    const gone = new Set([
      ...(this.#past?.queued ?? []).map(({ target }) => target),
      ...(this.#past?.targets.keys() ?? []),
    ]);
    for (const target of gone) if (!this.#lanes.has(target)) this.#writer.forget(target);
    this.#past = null;
    for (const name of this.#lanes.keys()) this.#run(name);
  }

  /** Ends attempts in flight and writes the rest. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const lane of this.#lanes.values()) {
      lane.cancelNap();
      lane.abort.abort();
    }
    await Promise.all([...this.#lanes.values()].map(({ running }) => running));
    await this.#writer.stop();
  }

  /** Adds a target, or replaces the sender of one; what waits for it is kept. */
  addTarget(name: string, target: NoticeTarget): void {
    const old = this.#lanes.get(name);
    if (old !== undefined) {
      old.cancelNap();
      old.abort.abort();
    }
    const past = this.#past;
    this.#lanes.set(name, {
      target,
      state: old?.state ?? past?.targets.get(name) ?? workingTarget,
      queue: old?.queue ?? (past?.queued ?? []).filter((notice) => notice.target === name),
      log: old?.log ?? (past?.attempts ?? []).filter((attempt) => attempt.target === name),
      running: null,
      cancelNap: () => {},
      abort: new AbortController(),
    });
    this.#run(name);
  }

  /** Drops a target and what waits for it. */
  removeTarget(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    lane.cancelNap();
    lane.abort.abort();
    this.#lanes.delete(name);
    this.#writer.forget(name);
  }

  /** Uses a target again that was disabled, and tries at once all that waits for it. */
  enable(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return;
    this.#setState(lane, name, workingTarget);
    const dueAt = this.#deps.now();
    for (const notice of lane.queue) this.#delay(lane, { ...notice, dueAt });
    this.#run(name);
  }

  /**
   * Takes notices in; those for targets that do not exist are dropped. `urgent`: resolves when they are durable, or have been refused by the
   * disk, in which case they are sent from memory. Otherwise resolves at once, and a power cut within a second loses them.
   */
  async post(notices: readonly Notice[], urgent: boolean): Promise<void> {
    for (const notice of notices) {
      const lane = this.#lanes.get(notice.target);
      if (lane === undefined || lane.queue.some(({ id }) => id === notice.id)) continue;
      const queued = { ...notice, attempts: 0, dueAt: notice.at };
      lane.queue.push(queued);
      this.#writer.add(queued);
      if (lane.queue.length > MOST_QUEUED) this.#drop(lane, lane.queue[0], "notify.overflow");
    }
    if (urgent) await this.#writer.flush();
    for (const name of new Set(notices.map(({ target }) => target))) this.#run(name);
  }

  /** Sends one notice now, past the queue. Errors: `notify.unknown_target`. */
  async test(notice: Notice): Promise<DeliveryAttempt> {
    const lane = this.#lanes.get(notice.target);
    if (lane === undefined) {
      throw new AppError("notify.unknown_target", "there is no such channel or webhook", {
        hint: "Take one of the list.",
      });
    }
    const { attempt } = await this.#attempt(lane, notice);
    return attempt;
  }

  state(name: string): TargetState | null {
    return this.#lanes.get(name)?.state ?? null;
  }

  waiting(name: string): number {
    return this.#lanes.get(name)?.queue.length ?? 0;
  }

  /** The newest attempts of a target, newest first. */
  attempts(name: string): readonly DeliveryAttempt[] {
    return [...(this.#lanes.get(name)?.log ?? [])].reverse();
  }

  targets(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  #run(name: string): void {
    const lane = this.#lanes.get(name);
    if (lane === undefined || lane.running !== null || !this.#started || this.#stopped) return;
    lane.cancelNap();
    lane.running = this.#drain(name, lane).finally(() => {
      lane.running = null;
      this.#nap(name, lane);
    });
  }

  #nap(name: string, lane: Lane): void {
    if (this.#stopped || this.#lanes.get(name) !== lane) return;
    const wait = waitFor(lane.state, lane.queue, this.#deps.now());
    if (wait === null) return;
    const delay = millis(Math.min(LONGEST_NAP, Math.max(1, wait)));
    lane.cancelNap = this.#deps.clock.after(delay, "notices", () => this.#run(name));
  }

  /** Never rejects. */
  async #drain(name: string, lane: Lane): Promise<void> {
    const { now, random } = this.#deps;
    const { policy } = lane.target;
    while (!lane.abort.signal.aborted) {
      for (const stale of lane.queue.filter((notice) => isStale(notice, now(), policy)))
        this.#drop(lane, stale, "notify.stale");
      const notice = nextDue(lane.state, lane.queue, now(), policy);
      if (notice === null) return;
      const { outcome } = await this.#attempt(lane, notice);
      // Whoever was interrupted by a stop is tried again after the start, without a mark against it.
      if (lane.abort.signal.aborted && outcome.kind !== "sent") return;
      const fraction = randomFraction(random);
      const after = afterAttempt(lane.state, notice, outcome, { policy, now: now(), fraction });
      this.#setState(lane, name, after.target);
      if (after.notice === null) this.#remove(lane, notice);
      else this.#delay(lane, after.notice);
    }
  }

  async #attempt(lane: Lane, notice: Notice): Promise<{ outcome: SendOutcome; attempt: DeliveryAttempt }> {
    const { clock, now } = this.#deps;
    const started = clock.monotonic();
    const outcome = await this.#send(lane, notice);
    const { target, id, type } = notice;
    const result = outcome.kind === "sent" ? "sent" : outcome.code;
    const duration = millis(Math.round(clock.monotonic() - started));
    const attempt = { target, notice: id, type, at: now(), result, status: outcome.status, duration };
    lane.log = [...lane.log, attempt].slice(-KEPT_ATTEMPTS);
    this.#writer.attempted(attempt);
    return { outcome, attempt };
  }

  async #send(lane: Lane, notice: Notice): Promise<SendOutcome> {
    const { clock, log } = this.#deps;
    const late = new AbortController();
    const signal = AbortSignal.any([lane.abort.signal, late.signal]);
    try {
      const sending = lane.target.sender.send(notice, signal);
      return await withDeadline(sending, {
        clock,
        timeout: ATTEMPT_LIMIT,
        what: "sending a notice",
        signal: lane.abort.signal,
      });
    } catch (error) {
      const code = isAppError(error) ? error.code : "notify.unexpected";
      if (!isAppError(error)) log.warn("notice_failed", { target: notice.target, reason: messageOf(error) });
      return { kind: "retry", code: code === "base.timeout" ? "notify.timeout" : code, status: null, after: null };
    } finally {
      late.abort();
    }
  }

  #setState(lane: Lane, name: string, state: TargetState): void {
    if (lane.state === state) return;
    lane.state = state;
    this.#writer.setTarget(name, state);
  }

  #drop(lane: Lane, notice: QueuedNotice | undefined, code: string): void {
    if (notice === undefined) return;
    this.#deps.log.warn("notice_dropped", { target: notice.target, type: notice.type, code });
    this.#remove(lane, notice);
  }

  #remove(lane: Lane, notice: Notice): void {
    lane.queue = lane.queue.filter(({ id }) => id !== notice.id);
    this.#writer.remove(notice);
  }

  #delay(lane: Lane, notice: QueuedNotice): void {
    lane.queue = lane.queue.map((each) => (each.id === notice.id ? notice : each));
    this.#writer.delay(notice);
  }
}
