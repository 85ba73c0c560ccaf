// Wall-clock time that rentals may be ended by. A Pi has no clock battery: the system clock starts in the past or jumps by years. Time
// is carried forward by the monotonic clock, and a jump is believed only when somebody else (the relay's Date header) confirms it.

import { type Clock, hours, type Millis, millis, minutes, type UnixMs, unixMs } from "../base/index.ts";

export interface TimeReading {
  /** What the system clock says. */
  readonly wall: UnixMs;
  readonly mono: Millis;
}

export interface TimeState {
  /** The time we stand by, at the monotonic reading `mono`. May have fractions. */
  readonly wall: UnixMs;
  /** What the system clock said then: another time while it is wrong. */
  readonly system: UnixMs;
  readonly mono: Millis;
  /** `suspect`: nothing is ended or expired until evidence comes. */
  readonly confidence: "trusted" | "suspect";
}

/** A leap, NTP slew or rounding below this is adopted silently. */
export const TOLERATED_STEP: Millis = minutes(5);
/** A box that was off for longer needs evidence before it ends rentals. */
export const BELIEVED_ABSENCE: Millis = hours(48);
/** Numberbox did not exist before: a clock that says so was never set. */
export const EARLIEST_TIME: UnixMs = unixMs(Date.UTC(2025, 0, 1));

/** The state at start. `persisted` is the last trusted time of the run before, null on the first start. */
export function startTime(persisted: UnixMs | null, reading: TimeReading): TimeState {
  const state = { wall: reading.wall, system: reading.wall, mono: reading.mono };
  const earliest = persisted === null ? EARLIEST_TIME : persisted - TOLERATED_STEP;
  if (reading.wall < earliest) return { ...state, wall: persisted ?? reading.wall, confidence: "suspect" };
  const absent = persisted === null ? 0 : reading.wall - persisted;
  return { ...state, confidence: absent > BELIEVED_ABSENCE ? "suspect" : "trusted" };
}

const agree = (a: UnixMs, b: UnixMs): boolean => Math.abs(a - b) <= TOLERATED_STEP;

/** The state carried forward to the monotonic reading `mono`. */
function carried(state: TimeState, mono: Millis): TimeState {
  const span = mono - state.mono;
  return { ...state, wall: unixMs(state.wall + span), system: unixMs(state.system + span), mono };
}

/** Takes a reading of the system clock. `jump` is how far it jumped away without being believed, 0 if it did not. */
export function observeTime(
  state: TimeState,
  reading: TimeReading,
): { readonly state: TimeState; readonly jump: Millis } {
  const expected = carried(state, reading.mono);
  const next = { ...expected, system: reading.wall };
  // The system clock goes with ours, or it was wrong and has been set right.
  if (agree(reading.wall, expected.wall)) return { state: { ...next, wall: reading.wall }, jump: millis(0) };
  // A clock that we know to be wrong goes on steadily.
  if (agree(reading.wall, expected.system)) return { state: next, jump: millis(0) };
  return { state: { ...next, confidence: "suspect" }, jump: millis(reading.wall - expected.wall) };
}

/** Takes the time that another machine told (accuracy about a minute is enough). It settles which clock was right. */
export function timeEvidence(state: TimeState, evidence: UnixMs, mono: Millis): TimeState {
  const now = carried(state, mono);
  const right = [now.system, now.wall].find((time) => agree(time, evidence));
  return { ...now, wall: right ?? evidence, confidence: "trusted" };
}

/** The shell: reads the clock port and keeps the state. */
export class TrustedTime {
  readonly #clock: Clock;
  /** What the relay told last in this run. */
  #told: { readonly time: UnixMs; readonly mono: Millis } | null = null;
  #state: TimeState;
  /** A jump that `observe` has not told yet. */
  #jump: Millis = millis(0);

  constructor(clock: Clock, persisted: UnixMs | null) {
    this.#clock = clock;
    this.#state = startTime(persisted, this.#reading());
  }

  get confidence(): TimeState["confidence"] {
    return this.#state.confidence;
  }

  /** The time to stamp with: steady across jumps of the system clock that nobody confirmed. */
  now(): UnixMs {
    // The monotonic clock has fractions; wall time is whole milliseconds everywhere.
    return unixMs(Math.floor(carried(this.#state, this.#clock.monotonic()).wall));
  }

  /** To be called every few seconds. Returns the jump since the last call that was not believed, 0 if none. */
  observe(): Millis {
    this.#look();
    const jump = this.#jump;
    this.#jump = millis(0);
    return jump;
  }

  /** Time told by another machine. Only used to settle doubt: a trusted clock is not moved by it. */
  evidence(time: UnixMs): void {
    this.#look();
    if (this.#state.confidence === "suspect") this.#state = timeEvidence(this.#state, time, this.#clock.monotonic());
  }

  /** Evidence by a machine that the owner has chosen and whose certificate was checked: the relay. */
  witness(time: UnixMs): void {
    this.evidence(time);
    this.#told = { time, mono: this.#clock.monotonic() };
  }

  /** The time now by what the relay told last; null while it told none in this run. */
  witnessed(): UnixMs | null {
    return this.#told === null ? null : unixMs(Math.floor(this.#told.time + this.#clock.monotonic() - this.#told.mono));
  }

  /** The system clock was just set to `time`, by evidence that the box had: that is no jump that anybody has to confirm. */
  adopt(time: UnixMs): void {
    this.#look();
    if (!agree(this.#state.system, time)) return;
    this.#state = timeEvidence(this.#state, time, this.#clock.monotonic());
    this.#jump = millis(0);
  }

  #look(): void {
    const { state, jump } = observeTime(this.#state, this.#reading());
    this.#state = state;
    if (jump !== 0) this.#jump = jump;
  }

  #reading(): TimeReading {
    return { wall: this.#clock.now(), mono: this.#clock.monotonic() };
  }
}
