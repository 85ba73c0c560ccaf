// Runs tasks one after another. Stopping rejects every task that has not started, so that no caller is left waiting.

import { deferred } from "./deferred.ts";
import { stoppedError } from "./errors.ts";

interface Entry {
  readonly run: () => Promise<void>;
  readonly reject: (reason: unknown) => void;
}

export class SerialQueue {
  readonly #name: string;
  readonly #waiting: Entry[] = [];
  #busy = false;
  #stopped = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** Tasks that wait, not counting the one that runs. */
  get depth(): number {
    return this.#waiting.length;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** Settles as `task` does; rejects with `base.stopped` when the queue stops first. */
  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#stopped) return Promise.reject(stoppedError(this.#name));
    const result = deferred<T>();
    // A task that throws instead of rejecting must not end the queue with it.
    const attempt = async (): Promise<T> => await task();
    this.#waiting.push({ run: () => attempt().then(result.resolve, result.reject), reject: result.reject });
    void this.#drain();
    return result.promise;
  }

  /** Rejects what waits; the running task is left to its own abort signal. Idempotent. */
  stop(): void {
    this.#stopped = true;
    for (const entry of this.#waiting.splice(0)) entry.reject(stoppedError(this.#name));
  }

  async #drain(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) await entry.run();
    this.#busy = false;
  }
}
