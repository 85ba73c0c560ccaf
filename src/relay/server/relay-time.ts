// The relay's view of time where being wrong would lose messages. A wall clock that leaps (no battery, a wrong NTP answer) makes the
// true time doubtful for a day: until then nothing is ended by the later reading and nothing refused by the earlier one.

import { type Clock, days, hours, type Logger, type Millis, millis, type UnixMs, unixMs } from "../../base/index.ts";

const BELIEVED_LEAP: Millis = hours(1);
const DOUBT: Millis = days(1);

export class RelayTime {
  readonly #clock: Clock;
  readonly #log: Logger;
  /** A pair of readings taken together: the wall clock as it would stand without leaps. */
  #anchor: { readonly wall: UnixMs; readonly mono: Millis };
  #doubtSince: Millis | null = null;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    this.#anchor = { wall: clock.now(), mono: clock.monotonic() };
  }

  /** By which rentals end and envelopes expire. */
  earliest(): UnixMs {
    const wall = this.#clock.now();
    return unixMs(Math.min(wall, this.#carried(wall)));
  }

  /** By which a message's time is judged to lie ahead. */
  latest(): UnixMs {
    const wall = this.#clock.now();
    return unixMs(Math.max(wall, this.#carried(wall)));
  }

  /** The time carried forward by the monotonic clock while there is doubt, the wall clock itself otherwise. */
  #carried(wall: UnixMs): UnixMs {
    const mono = this.#clock.monotonic();
    const carried = unixMs(this.#anchor.wall + (mono - this.#anchor.mono));
    const leap = millis(wall - carried);
    if (Math.abs(leap) <= BELIEVED_LEAP) {
      this.#anchor = { wall, mono };
      this.#doubtSince = null;
      return wall;
    }
    if (this.#doubtSince === null) {
      this.#doubtSince = mono;
      this.#log.warn("clock_leapt", { leap_ms: leap });
    }
    if (mono - this.#doubtSince < DOUBT) return carried;
    this.#log.warn("clock_leap_believed", { leap_ms: leap });
    this.#anchor = { wall, mono };
    this.#doubtSince = null;
    return wall;
  }
}
