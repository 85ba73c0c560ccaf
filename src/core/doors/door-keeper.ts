// Takes requests through the doors of a gateway: to another one at once where one fails, and back to a better one once it has held.

import {
  AppError,
  type Clock,
  type Disposer,
  isAppError,
  type Millis,
  millis,
  type Random,
  randomFraction,
  seconds,
} from "../../base/index.ts";
import {
  type DoorInput,
  type DoorsState,
  doorsGrown,
  doorsStart,
  doorsToMeasure,
  doorsToTry,
  nextMeasuring,
  stepDoors,
} from "./door-choice.ts";

export interface DoorKeeperDeps {
  /** At least one. */
  readonly count: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Asks a door the same small question as ever, and says how long it took. Rejects, within a deadline of its own, where the door is not well. */
  readonly ask: (door: number, signal: AbortSignal) => Promise<Millis>;
}

/** One request, whichever door it goes through. It may be sent twice: a door that fails may have passed it on. */
export interface DoorAttempt<T> {
  readonly attempt: (door: number) => Promise<T>;
  /** Whether an answer shows that the door is not well. */
  readonly isFault: (answer: T) => boolean;
  /** Whether an error is the door's and not the request's. */
  readonly isDoorError: (error: unknown) => boolean;
  readonly signal: AbortSignal;
}

const SHORTEST: Millis = seconds(1);

export class DoorKeeper {
  readonly #deps: DoorKeeperDeps;
  readonly #listeners = new Set<(door: number) => void>();
  #state: DoorsState;
  #measuring: AbortController | null = null;

  constructor(deps: DoorKeeperDeps) {
    this.#deps = deps;
    this.#state = doorsStart(deps.count);
  }

  /** Index of the door to go through. */
  get chosen(): number {
    return this.#state.chosen;
  }

  /** Told each time another door is chosen. */
  onMove(listener: (door: number) => void): Disposer {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** More doors have become known, of lower preference than the others. */
  grow(count: number): void {
    this.#state = doorsGrown(this.#state, count);
  }

  /** Measures the doors from now on; a single one is left alone. Idempotent. */
  start(): void {
    if (this.#state.doors.length < 2 || this.#measuring !== null) return;
    this.#measuring = new AbortController();
    void this.#measure(this.#measuring.signal);
  }

  /** Idempotent. */
  stop(): void {
    this.#measuring?.abort();
    this.#measuring = null;
  }

  /** The door's answer to something else than `through` and measuring. */
  answered(door: number): void {
    this.#step({ type: "answered", door, now: this.#now() });
  }

  failed(door: number): void {
    this.#step({ type: "failed", door, now: this.#now(), fraction: randomFraction(this.#deps.random) });
  }

  /** Tries one door after another; what the last one answered, or rejected with, counts. An error that time may mend goes before others. */
  async through<T>({ attempt, isFault, isDoorError, signal }: DoorAttempt<T>): Promise<T> {
    const doors = doorsToTry(this.#state);
    let mendable: unknown = null;
    for (const [at, door] of doors.entries()) {
      const isLast = at === doors.length - 1;
      try {
        const answer = await attempt(door);
        if (!isFault(answer)) {
          this.answered(door);
          return answer;
        }
        this.failed(door);
        if (isLast || signal.aborted) return answer;
      } catch (error) {
        if (signal.aborted || !isDoorError(error)) throw error;
        this.failed(door);
        if (isAppError(error) && error.retryable) mendable = error;
        if (isLast) throw mendable ?? error;
      }
    }
    // The chosen door is always among those to try.
    throw new AppError("relay.no_door", "the gateway has no doors");
  }

  #now(): Millis {
    return this.#deps.clock.monotonic();
  }

  #step(input: DoorInput): void {
    const before = this.#state.chosen;
    this.#state = stepDoors(this.#state, input);
    if (this.#state.chosen === before) return;
    for (const listener of this.#listeners) listener(this.#state.chosen);
  }

  async #measure(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await Promise.all(doorsToMeasure(this.#state, this.#now()).map((door) => this.#askOne(door, signal)));
      const wait = millis(Math.max(SHORTEST, nextMeasuring(this.#state) - this.#now()));
      // Aborting the wait is how it ends.
      await clock.sleep(wait, "measuring the doors", signal).catch(() => {});
    }
  }

  async #askOne(door: number, signal: AbortSignal): Promise<void> {
    try {
      const took = await this.#deps.ask(door, signal);
      this.#step({ type: "measured", door, took, now: this.#now() });
    } catch {
      if (!signal.aborted) this.failed(door);
    }
  }
}
