// Time that the networks of the SIMs tell (NITZ), for a box that nobody else tells it: without Internet, or before its relay was reached. It
// is asked for only while the box doubts its clock, and believed only when two slots say the same, or when there is but one.

import { type Clock, hours, type Millis, type SlotId, type UnixMs, unixMs } from "../base/index.ts";
import { EARLIEST_TIME, TOLERATED_STEP, type TrustedTime } from "./trusted-time.ts";

/** What a slot asks and tells. */
export interface NetworkTimeSink {
  /** Whether anybody wants to know. */
  wanted(): boolean;
  told(slot: SlotId, time: UnixMs): void;
}

export interface TimeWord {
  readonly time: UnixMs;
  /** Monotonic, when it was told. */
  readonly at: Millis;
}

/** Older words are forgotten. */
const KEPT: Millis = hours(1);

/**
 * The time that the words agree on, null while they do not. A modem's clock that no network ever set stands at a fixed date long before
 * `EARLIEST_TIME`; time before what the box knows already cannot be, either.
 */
export function agreedTime(
  words: ReadonlyMap<SlotId, TimeWord>,
  latest: SlotId,
  { known, slots }: { readonly known: UnixMs; readonly slots: number },
): UnixMs | null {
  const word = words.get(latest);
  if (word === undefined || word.time < EARLIEST_TIME || word.time < known - TOLERATED_STEP) return null;
  if (slots === 1) return word.time;
  const agrees = (other: TimeWord): boolean =>
    word.at - other.at <= KEPT && Math.abs(word.time - (other.time + (word.at - other.at))) <= TOLERATED_STEP;
  const second = [...words].some(([slot, other]) => slot !== latest && agrees(other));
  return second ? word.time : null;
}

export interface NetworkTimeDeps {
  readonly time: Pick<TrustedTime, "confidence" | "now" | "evidence">;
  readonly clock: Clock;
  /** How many slots with modems there are. */
  readonly slots: () => number;
}

export class NetworkTime implements NetworkTimeSink {
  readonly #deps: NetworkTimeDeps;
  readonly #words = new Map<SlotId, TimeWord>();

  constructor(deps: NetworkTimeDeps) {
    this.#deps = deps;
  }

  wanted(): boolean {
    return this.#deps.time.confidence === "suspect";
  }

  told(slot: SlotId, time: UnixMs): void {
    if (!this.wanted()) return this.#words.clear();
    const { clock, slots, time: ours } = this.#deps;
    this.#words.set(slot, { time, at: clock.monotonic() });
    const agreed = agreedTime(this.#words, slot, { known: ours.now(), slots: slots() });
    if (agreed !== null) ours.evidence(unixMs(agreed));
  }
}
