// Questions that are held open until something happens: a provider waits for requests, a renter for an answer.

import { type Clock, deferred, type Millis } from "../../base/index.ts";

/** Of all together: what comes on top is answered at once. */
const MAX_WAITING = 2000;

export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();
  #count = 0;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Questions that are held open. */
  get count(): number {
    return this.#count;
  }

  /** Whether to look again: after `notify(key)` or `timeout`, but not when nothing was waited for or the relay stops. */
  async wait(key: string, timeout: Millis): Promise<boolean> {
    if (this.#stopped || timeout === 0 || this.#count >= MAX_WAITING) return false;
    const { promise, resolve } = deferred<void>();
    const set = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, set.add(resolve));
    this.#count++;
    const cancel = this.#clock.after(timeout, "relay question", resolve);
    await promise;
    cancel();
    this.#count--;
    set.delete(resolve);
    if (set.size === 0 && this.#waiting.get(key) === set) this.#waiting.delete(key);
    return !this.#stopped;
  }

  notify(key: string): void {
    for (const resolve of this.#waiting.get(key) ?? []) resolve();
  }

  stop(): void {
    this.#stopped = true;
    for (const key of this.#waiting.keys()) this.notify(key);
  }
}
