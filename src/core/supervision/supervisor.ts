// Reports to the service manager: ready, alive while the box is healthy, and what is going on in a line of words.

import {
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  millis,
  minutes,
  seconds,
  type UnixMs,
} from "../../base/index.ts";
import { type HealthState, initialHealth, LONGEST_START, type ProbedSlot, stepHealth } from "./health-verdict.ts";
import type { ServiceManager } from "./ports-supervision.ts";

/** What is looked at of a running box. */
export interface ProbedBox {
  readonly now: () => UnixMs;
  /** Null for a relay, which has none. */
  readonly slots: (() => readonly ProbedSlot[]) | null;
  /** A small write that is durable when it resolves; null where there is nothing to look at. */
  readonly write: (() => Promise<void>) | null;
}

export interface SupervisorDeps {
  readonly manager: ServiceManager;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Without a watchdog, for the status alone. */
const EVERY = seconds(20);
/** A write wears the card; one that hangs is noticed by this plus `LONGEST_WRITE`. */
const WRITE_EVERY = minutes(5);
/** A start that turns is given so much more at a time. */
const EXTENSION = seconds(90);
/** A status costs a process (systemd-notify), so that a slot that comes and goes does not cost one each time. */
const STATUS_EVERY = minutes(1);

export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #every: Millis;
  #box: ProbedBox | null = null;
  #state: HealthState = initialHealth;
  #isReady = false;
  #healthy = true;
  #told = "";
  #toldAt: Millis | null = null;
  #started: Millis;
  #expected: Millis;
  #writeSince: Millis | null = null;
  #wroteAt: Millis | null = null;
  #writeFailed: string | null = null;
  #cancel: Disposer = () => {};
  #stopped = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    const { watchdog } = deps.manager;
    // A third, so that one look that comes late does not end the process.
    this.#every = watchdog === null ? EVERY : millis(Math.max(500, Math.floor(watchdog / 3)));
    this.#started = deps.clock.monotonic();
    this.#expected = this.#started;
  }

  /** Before the box starts. */
  start(): void {
    this.#look();
  }

  /** A box runs now. The first one makes the service ready; null while one gives way to the next. */
  async attach(box: ProbedBox | null): Promise<void> {
    this.#box = box;
    this.#wroteAt = this.#deps.clock.monotonic();
    if (box === null || this.#isReady) return;
    this.#isReady = true;
    const { health } = stepHealth(this.#state, this.#reading(millis(0)));
    this.#told = health.status;
    this.#toldAt = this.#deps.clock.monotonic();
    await this.#deps.manager.ready(health.status);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#cancel();
    await this.#deps.manager.stopping();
  }

  #look(): void {
    const { clock, manager } = this.#deps;
    const moment = clock.monotonic();
    const lag = millis(Math.max(0, moment - this.#expected));
    this.#expected = millis(moment + this.#every);
    this.#cancel = clock.after(this.#every, "supervisor", () => this.#look());
    if (!this.#isReady) {
      // It turns, so it may take longer than the unit says, up to a bound.
      if (moment - this.#started < LONGEST_START) void manager.extend(EXTENSION);
      return;
    }
    this.#probeWrite(moment);
    const { state, health } = stepHealth(this.#state, this.#reading(lag));
    this.#state = state;
    if (health.healthy) void manager.alive();
    this.#tell(health.healthy, health.status, moment);
  }

  #reading(lag: Millis) {
    const { clock } = this.#deps;
    const moment = clock.monotonic();
    const now = this.#box?.now() ?? clock.now();
    const slots = this.#box === null ? null : (this.#box.slots?.() ?? []);
    return { now, moment, lag, writeSince: this.#writeSince, writeFailed: this.#writeFailed, slots };
  }

  #tell(healthy: boolean, status: string, moment: Millis): void {
    const { log, manager } = this.#deps;
    if (healthy !== this.#healthy) {
      if (healthy) log.info("healthy_again");
      else log.error("not_healthy", { reason: status });
    }
    const isNews = healthy !== this.#healthy;
    this.#healthy = healthy;
    if (status === this.#told) return;
    if (!isNews && this.#toldAt !== null && moment - this.#toldAt < STATUS_EVERY) return;
    this.#told = status;
    this.#toldAt = moment;
    void manager.status(status);
  }

  #probeWrite(moment: Millis): void {
    const write = this.#box?.write ?? null;
    if (write === null || this.#writeSince !== null) return;
    if (this.#wroteAt !== null && moment - this.#wroteAt < WRITE_EVERY) return;
    this.#writeSince = moment;
    this.#wroteAt = moment;
    const ended = (failed: string | null): void => {
      this.#writeSince = null;
      this.#writeFailed = failed;
    };
    write().then(
      () => ended(null),
      // A box that gives way to the next one has closed its store.
      (error) => ended(isAppError(error) ? (error.code === "base.stopped" ? null : error.code) : "unexpected"),
    );
  }
}
