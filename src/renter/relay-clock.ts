// What time it is at the relay: clocks of phones are wrong, and orders end by the clocks of those who sell.

import { type Clock, type Millis, millis, minutes, type UnixMs, unixMs } from "../base/index.ts";

/** Less is a slow network, and the whole second that `Date` says. */
const NOTABLE: Millis = minutes(3);

export class RelayClock {
  readonly #clock: Pick<Clock, "now">;
  #ahead: Millis = millis(0);

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** The relay says that it is `time` now. Small differences change nothing. */
  heard(time: UnixMs): void {
    const ahead = millis(this.#clock.now() - time);
    this.#ahead = Math.abs(ahead) < NOTABLE ? millis(0) : ahead;
  }

  /** By the relay; by this machine where nothing was heard, or both say the same. */
  now(): UnixMs {
    return unixMs(this.#clock.now() - this.#ahead);
  }

  /** By how much this machine's clock is ahead of the relay's, below zero where it is behind; 0 for less than three minutes. */
  get ahead(): Millis {
    return this.#ahead;
  }
}
