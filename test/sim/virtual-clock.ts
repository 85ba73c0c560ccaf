// A clock that moves only when told to, for tests and simulations without waiting.

import { type Clock, type Disposer, type Millis, millis, sleepBy, type UnixMs, unixMs } from "../../src/base/index.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly name: string;
  readonly task: () => void;
}

export class VirtualClock implements Clock {
  #mono = 0;
  #wall: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(start: UnixMs = unixMs(Date.UTC(2026, 0, 1))) {
    this.#wall = start;
  }

  now(): UnixMs {
    return unixMs(this.#wall);
  }

  monotonic(): Millis {
    return millis(this.#mono);
  }

  after(delay: Millis, name: string, task: () => void): Disposer {
    const timer: Timer = { at: this.#mono + Math.max(0, delay), order: this.#order++, name, task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(delay: Millis, name: string, signal?: AbortSignal): Promise<void> {
    return sleepBy((span, timer, task) => this.after(span, timer, task))(delay, name, signal);
  }

  /** Names of the timers that are armed, soonest first. */
  get pending(): readonly string[] {
    return [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order).map((timer) => timer.name);
  }

  /** Moves the wall clock alone, as NTP or an operator does; monotonic time and timers stay. */
  jump(by: Millis): void {
    this.#wall += by;
  }

  /** Lets pending promise reactions (and I/O callbacks that are due) run without moving time. */
  async flush(rounds = 8): Promise<void> {
    for (let i = 0; i < rounds; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Moves time, firing timers in order and letting promises run between them. */
  async advance(by: Millis): Promise<void> {
    const end = this.#mono + by;
    await this.flush();
    for (;;) {
      const next = [...this.#timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#move(next.at);
      this.#timers.delete(next);
      next.task();
      await this.flush();
    }
    this.#move(end);
    await this.flush();
  }

  /** Moves time until `promise` settles; rejects after `limit` of virtual time (default one hour). */
  async settle<T>(promise: Promise<T>, limit: Millis = millis(3_600_000)): Promise<T> {
    let done = false;
    const mark = (): void => {
      done = true;
    };
    promise.then(mark, mark);
    const end = this.#mono + limit;
    await this.flush();
    while (!done) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) {
        // Nothing is timed: what is left waits for real I/O.
        await this.flush(1);
        continue;
      }
      if (next.at > end) throw new Error(`promise did not settle within ${limit} virtual ms; next timer: ${next.name}`);
      await this.advance(millis(next.at - this.#mono));
    }
    return promise;
  }

  #move(to: number): void {
    this.#wall += to - this.#mono;
    this.#mono = to;
  }
}
