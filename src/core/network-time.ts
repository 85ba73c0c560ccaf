// Time that the networks of the SIMs tell (NITZ), for a box that nobody else tells it: without Internet, or before its relay was reached. It
// is asked for only while the box doubts its clock, or while no time server keeps the system's.

import { type Clock, days, hours, type Millis, type SlotId, type UnixMs, unixMs } from "../base/index.ts";
import type { TimeAnchor } from "./time-anchor.ts";
import { EARLIEST_TIME, TOLERATED_STEP, type TrustedTime } from "./trusted-time.ts";

/** What a slot asks and tells. */
export interface NetworkTimeSink {
  /** Whether anybody wants to know. */
  wanted(): boolean;
  /** `network` is the code of the network that the modem is on (MCC and MNC), null where the modem does not tell. */
  told(slot: SlotId, time: UnixMs, network: string | null): void;
}

export interface TimeWord {
  readonly time: UnixMs;
  /** Monotonic, when it was told. */
  readonly at: Millis;
  readonly network: string | null;
}

/** What the box takes for the time. */
export interface AgreedTime {
  readonly time: UnixMs;
  /** How many say so that are independent of each other: networks, and the relay. */
  readonly voices: number;
  /** False where that is further ahead than so many voices are believed. */
  readonly believed: boolean;
}

/** Older words are forgotten. */
const KEPT: Millis = hours(1);
/** So far ahead of the time that is known for sure one voice alone is believed: a box that was off for a year works again. */
export const FURTHEST_ALONE: Millis = days(400);
/** And several that agree. Nothing is off for longer and then trusted without anybody looking at it. */
export const FURTHEST_TOGETHER: Millis = days(5 * 366);

export interface AgreementRules {
  /** The time that the box stands by now. */
  readonly known: UnixMs;
  /** From where "ahead" counts; see `TimeAnchor`. */
  readonly reference: UnixMs;
  /** How many slots with modems there are. */
  readonly slots: number;
  /** The relay's word, carried forward to now; null without one in this run. */
  readonly witness: UnixMs | null;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERATED_STEP;

/** Networks by their code. Those that a modem does not name may all be the same one: together they are one. */
const networksOf = (words: readonly TimeWord[]): number =>
  Math.max(1, new Set(words.flatMap(({ network }) => network ?? [])).size);

/** Whether so many voices may tell a time so far ahead of what was known for sure. */
export function isWithinReach(time: UnixMs, voices: number, reference: UnixMs): boolean {
  return time - reference <= (voices > 1 ? FURTHEST_TOGETHER : FURTHEST_ALONE);
}

/**
 * The time that the words agree on, null while they do not.
 *
 * A modem's clock that no network ever set stands at a fixed date long before `EARLIEST_TIME`; time before what the box knows already
 * cannot be, either. Two slots have to say the same, unless there is but one.
 *
 * Anybody can put up a cell that tells any time ("IMSI catcher"), and all modems nearby that are of its network hear it. So what counts is
 * on how many networks it is told: those that agree, with the relay, must be more than those that contradict; a relay that contradicts
 * settles it. One voice alone moves the box no further than `FURTHEST_ALONE` from the time that was known for sure, however often it
 * speaks, and several no further than `FURTHEST_TOGETHER`. None moves it back, so that no certificate that has run out is good again.
 */
export function agreedTime(
  words: ReadonlyMap<SlotId, TimeWord>,
  latest: SlotId,
  { known, reference, slots, witness }: AgreementRules,
): AgreedTime | null {
  const word = words.get(latest);
  if (word === undefined) return null;
  const likely = [...words.values()].flatMap((each) => {
    const time = unixMs(each.time + (word.at - each.at));
    const isLikely = word.at - each.at <= KEPT && each.time >= EARLIEST_TIME && time >= known - TOLERATED_STEP;
    return isLikely ? [{ ...each, time }] : [];
  });
  const agreeing = likely.filter(({ time }) => near(time, word.time));
  const others = likely.filter(({ time }) => !near(time, word.time));
  if (agreeing.length < Math.min(slots, 2) || agreeing.length === 0) return null;
  if (witness !== null && !near(witness, word.time)) return null;
  const voices = networksOf(agreeing) + (witness === null ? 0 : 1);
  if (others.length > 0 && networksOf(others) >= voices) return null;
  return { time: word.time, voices, believed: isWithinReach(word.time, voices, reference) };
}

export interface NetworkTimeDeps {
  readonly time: Pick<TrustedTime, "confidence" | "now" | "evidence" | "witnessed">;
  readonly clock: Clock;
  readonly anchor: Pick<TimeAnchor, "reference" | "hold">;
  /** How many slots with modems there are. */
  readonly slots: () => number;
  /** Who sets the system clock by it; null on a machine that somebody else looks after. */
  readonly setting: { wanted(): boolean; heard(agreed: AgreedTime): void } | null;
}

export class NetworkTime implements NetworkTimeSink {
  readonly #deps: NetworkTimeDeps;
  readonly #words = new Map<SlotId, TimeWord>();

  constructor(deps: NetworkTimeDeps) {
    this.#deps = deps;
  }

  wanted(): boolean {
    return this.#deps.time.confidence === "suspect" || this.#deps.setting?.wanted() === true;
  }

  told(slot: SlotId, time: UnixMs, network: string | null): void {
    if (!this.wanted()) return this.#words.clear();
    const { clock, slots, time: ours, anchor, setting } = this.#deps;
    this.#words.set(slot, { time, at: clock.monotonic(), network });
    const known = ours.now();
    const rules = { known, reference: anchor.reference(known), slots: slots(), witness: ours.witnessed() };
    const agreed = agreedTime(this.#words, slot, rules);
    if (agreed === null) return;
    if (agreed.believed && ours.confidence === "suspect") {
      if (agreed.voices === 1) anchor.hold(known);
      ours.evidence(agreed.time);
    }
    setting?.heard(agreed);
  }
}
