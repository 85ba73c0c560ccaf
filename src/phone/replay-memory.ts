// What became of the latest signed requests. The same bytes with the same signature come again when an HTTP client repeats a request
// whose answer was lost, or when somebody replays it: both get the first one's answer, and nothing is done twice.

import { type Clock, type Millis, millis } from "../base/index.ts";
import { SIGNATURE_WINDOW } from "./signature.ts";

/** A signature is good from 5 minutes before its time to 5 minutes after it. */
const REMEMBERED: Millis = millis(2 * SIGNATURE_WINDOW);

interface Entry {
  readonly outcome: Promise<unknown>;
  readonly at: Millis;
}

export class ReplayMemory {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry>();

  /** Beyond `capacity` the oldest is forgotten; the intake still knows its message. */
  constructor(clock: Pick<Clock, "monotonic">, capacity: number) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The first one's outcome, pending or not; undefined for a signature that is new or whose request failed. */
  find(signature: string): Promise<unknown> | undefined {
    this.#forgetOld();
    return this.#entries.get(signature)?.outcome;
  }

  /** Remembers a request until its signature is void. A failure is forgotten at once: it must be tried again. */
  add(signature: string, outcome: Promise<unknown>): void {
    this.#forgetOld();
    this.#entries.set(signature, { outcome, at: this.#clock.monotonic() });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#capacity && !oldest.done) this.#entries.delete(oldest.value);
    outcome.catch(() => this.#entries.delete(signature));
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (const [signature, { at }] of this.#entries) {
      if (now - at < REMEMBERED) return;
      this.#entries.delete(signature);
    }
  }
}
