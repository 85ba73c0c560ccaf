// Ordered start and stop: parts start in one list and stop in reverse, each with a deadline, and a part that fails to stop does not
// keep the others from stopping.

import { type Clock, type Logger, type Millis, messageOf, withDeadline } from "../base/index.ts";

export class Parts {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #stopping: Promise<void> | null = null;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Names how to stop what was just started. */
  started(name: string, stop: () => Promise<void> | void): void {
    this.#stops.push({ name, stop });
  }

  /** Stops in reverse order; each part has `each` to end. Idempotent: later calls wait for the first. */
  stop(each: Millis): Promise<void> {
    this.#stopping ??= this.#stopAll(each);
    return this.#stopping;
  }

  async #stopAll(each: Millis): Promise<void> {
    for (const { name, stop } of this.#stops.splice(0).reverse()) {
      try {
        await withDeadline(Promise.resolve(stop()), { clock: this.#clock, timeout: each, what: `stopping ${name}` });
      } catch (error) {
        this.#log.error("stop_failed", { part: name, reason: messageOf(error) });
      }
    }
  }
}
