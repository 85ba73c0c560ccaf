// Wall-clock time that rentals may be ended by. A Pi has no clock battery: the wall clock starts at 1970 or jumps by years. Time is
// carried forward by the monotonic clock, and a jump is believed only when somebody else (the relay's Date header) confirms it.

import { type Clock, hours, type Millis, millis, minutes, type UnixMs, unixMs } from "../base/index.ts";

export interface TimeState {
  /** The time we stand by, at the monotonic reading `mono`. */
  readonly wall: UnixMs;
  readonly mono: Millis;
  /** `suspect`: nothing is ended or expired until evidence comes. */
  readonly confidence: "trusted" | "suspect";
}

export interface TimeReading {
  readonly wall: UnixMs;
  readonly mono: Millis;
}

/** A leap, NTP slew or rounding below this is adopted silently. */
export const TOLERATED_STEP: Millis = minutes(5);
/** A box that was off for longer needs evidence before it ends rentals. */
export const BELIEVED_ABSENCE: Millis = hours(48);

/** The state at start. `persisted` is the last trusted time of the run before, null on the first start. */
export function startTime(persisted: UnixMs | null, reading: TimeReading): TimeState {
  if (persisted === null) return { ...reading, confidence: "trusted" };
  if (reading.wall < persisted - TOLERATED_STEP) return { wall: persisted, mono: reading.mono, confidence: "suspect" };
  const absent = reading.wall - persisted;
  return { ...reading, confidence: absent > BELIEVED_ABSENCE ? "suspect" : "trusted" };
}

function expected(state: TimeState, mono: Millis): UnixMs {
  // The monotonic clock has fractions; wall time is whole milliseconds everywhere.
  return unixMs(Math.floor(state.wall + (mono - state.mono)));
}

/** Takes a reading of the system clock. `jump` is the distance that was not believed, 0 if none. */
export function observeTime(
  state: TimeState,
  reading: TimeReading,
): { readonly state: TimeState; readonly jump: Millis } {
  const ours = expected(state, reading.mono);
  const difference = reading.wall - ours;
  if (Math.abs(difference) <= TOLERATED_STEP)
    return { state: { ...reading, confidence: state.confidence }, jump: millis(0) };
  return { state: { wall: ours, mono: reading.mono, confidence: "suspect" }, jump: millis(difference) };
}

/** Takes the time that another machine told (accuracy about a minute is enough). It settles which clock was right. */
export function timeEvidence(_state: TimeState, evidence: UnixMs, mono: Millis): TimeState {
  return { wall: evidence, mono, confidence: "trusted" };
}

/** The shell: reads the clock port and keeps the state. */
export class TrustedTime {
  readonly #clock: Clock;
  #state: TimeState;

  constructor(clock: Clock, persisted: UnixMs | null) {
    this.#clock = clock;
    this.#state = startTime(persisted, this.#reading());
  }

  get confidence(): TimeState["confidence"] {
    return this.#state.confidence;
  }

  /** The time to stamp with: monotone across jumps of the system clock that nobody confirmed. */
  now(): UnixMs {
    return expected(this.#state, this.#clock.monotonic());
  }

  /** To be called about once a minute. Returns the jump that was not believed, 0 if none. */
  observe(): Millis {
    const { state, jump } = observeTime(this.#state, this.#reading());
    this.#state = state;
    return jump;
  }

  /** Time told by another machine. Only used to settle doubt: a trusted clock is not moved by it. */
  evidence(time: UnixMs): void {
    this.observe();
    if (this.#state.confidence === "suspect") this.#state = timeEvidence(this.#state, time, this.#clock.monotonic());
  }

  #reading(): TimeReading {
    return { wall: this.#clock.now(), mono: this.#clock.monotonic() };
  }
}
