// A typed event map for component edges. A throwing listener is reported and counted; it never reaches the emitter.

import type { Disposer } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Logger } from "./log.ts";

export class Events<EventMap extends object> {
  readonly #name: string;
  readonly #log: Logger;
  readonly #listeners = new Map<keyof EventMap, Set<(payload: never) => void>>();
  #failures = 0;

  constructor(name: string, log: Logger) {
    this.#name = name;
    this.#log = log;
  }

  /** How many listeners have thrown so far. */
  get failures(): number {
    return this.#failures;
  }

  on<K extends keyof EventMap>(event: K, listener: (payload: EventMap[K]) => void): Disposer {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<K extends keyof EventMap>(event: K, payload: EventMap[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        (listener as (payload: EventMap[K]) => void)(payload);
      } catch (error) {
        this.#failures++;
        this.#log.error("listener_failed", { component: this.#name, on: String(event), reason: messageOf(error) });
      }
    }
  }
}
