// Which of a gateway's doors to go through, pure. Doors are addresses of one gateway: the same mailboxes lie behind each. The configured
// order counts as long as doors are about as near as each other; a door that fails is left at once, and taken again once it has held.

import { type BackoffPolicy, backoffDelay, type Millis, millis, minutes, seconds } from "../../base/index.ts";

export interface DoorState {
  /** Smoothed time of the same small question; null before it was ever answered. */
  readonly latency: Millis | null;
  /** Missed in a row. */
  readonly failures: number;
  /** Measured well in a row since the last failure; counted no further than it matters. */
  readonly proven: number;
  /** Monotonic: before that it is not measured. */
  readonly notBefore: Millis;
}

export interface DoorsState {
  /** In the configured order. */
  readonly doors: readonly DoorState[];
  /** Index of the door to go through. */
  readonly chosen: number;
  /** Monotonic: when it was chosen; null for the one that was there first. */
  readonly movedAt: Millis | null;
}

export type DoorInput = { readonly door: number; readonly now: Millis } & (
  | {
      /** The small question was answered. */
      readonly type: "measured";
      readonly took: Millis;
    }
  /** Anything else was answered: the door is well, and nothing follows of how near it is. */
  | { readonly type: "answered" }
  | {
      readonly type: "failed";
      /** In [0, 1), for jitter. */
      readonly fraction: number;
    }
);

export const DOOR_BACKOFF: BackoffPolicy = { first: seconds(2), max: minutes(5) };
export const MEASURE_EVERY: Millis = minutes(1);
/** A door that works is kept at least so long, whatever is measured. */
export const DWELL: Millis = minutes(1);
/** Answers in a row after which a door that had failed counts as any other. */
const PROVEN = 2;
/** Share of the newest measurement in the smoothed one. Whatever stood in the way of a slow answer, a quick one cannot be luck. */
const NEWEST = { slower: 0.25, quicker: 0.5 } as const;
/** What a place further back in the order weighs. */
const ORDER = { share: 0.3, time: 20 } as const;
/** By how much another door must be better than the one that is used. */
const MARGIN = { share: 0.15, time: 5 } as const;

const untried: DoorState = { latency: null, failures: 0, proven: PROVEN, notBefore: millis(0) };

/** `count` doors, at least one, of which nothing is known; the first is chosen. */
export function doorsStart(count: number): DoorsState {
  return { doors: Array.from({ length: count }, () => untried), chosen: 0, movedAt: null };
}

/** The same with doors added at the end, up to `count`. */
export function doorsGrown(state: DoorsState, count: number): DoorsState {
  const more = Math.max(0, count - state.doors.length);
  return { ...state, doors: [...state.doors, ...Array.from({ length: more }, () => untried)] };
}

/** What going through a door costs, of those that were measured. A total order, so that doors that stay as they are never make a circle. */
function costOf({ latency }: DoorState, place: number): number {
  return latency === null ? Number.POSITIVE_INFINITY : latency * (1 + ORDER.share * place) + ORDER.time * place;
}

function stepDoor(door: DoorState, input: DoorInput): DoorState {
  const { now } = input;
  switch (input.type) {
    case "answered":
      return door.failures === 0 ? door : { ...door, failures: 0, notBefore: now };
    case "measured": {
      const { latency } = door;
      const change = input.took - (latency ?? input.took);
      const smoothed = millis(input.took - change + change * (change > 0 ? NEWEST.slower : NEWEST.quicker));
      const proven = Math.min(PROVEN, door.proven + 1);
      return { latency: smoothed, failures: 0, proven, notBefore: millis(now + MEASURE_EVERY) };
    }
    case "failed": {
      // What fails together in one outage is one failure: the wait must not grow with the traffic.
      if (door.failures > 0 && now < door.notBefore) return door;
      const failures = door.failures + 1;
      const wait = backoffDelay(DOOR_BACKOFF, failures, input.fraction);
      return { ...door, failures, proven: 0, notBefore: millis(now + wait) };
    }
  }
}

/** All doors, best first: those that are well by what they cost, then the others by when they may be tried again. */
function ranked(doors: readonly DoorState[]): readonly number[] {
  const rank = (at: number): readonly number[] => {
    const door = doors[at] ?? untried;
    return door.failures === 0 ? [0, costOf(door, at), at] : [1, door.notBefore, at];
  };
  return doors
    .map((_, at) => at)
    .sort((a, b) => {
      const [one, other] = [rank(a), rank(b)];
      const differs = one.findIndex((value, at) => value !== other[at]);
      return differs < 0 ? 0 : (one[differs] ?? 0) < (other[differs] ?? 0) ? -1 : 1;
    });
}

/** A door that is worth leaving for one that works: the best of those that have held. */
function betterThan({ doors, chosen }: DoorsState): number | null {
  const own = costOf(doors[chosen] ?? untried, chosen);
  if (own === Number.POSITIVE_INFINITY) return null;
  const best = ranked(doors).find((at) => doors[at]?.failures === 0 && doors[at].proven >= PROVEN);
  if (best === undefined || best === chosen) return null;
  const cost = costOf(doors[best] ?? untried, best);
  return cost * (1 + MARGIN.share) + MARGIN.time < own ? best : null;
}

/** The state after `input`, with the door to go through from now on. */
export function stepDoors(state: DoorsState, input: DoorInput): DoorsState {
  const doors = state.doors.map((door, at) => (at === input.door ? stepDoor(door, input) : door));
  const next = { ...state, doors };
  if ((doors[state.chosen]?.failures ?? 0) > 0) {
    const [best = state.chosen] = ranked(doors);
    return best === state.chosen ? next : { doors, chosen: best, movedAt: input.now };
  }
  if (state.movedAt !== null && input.now - state.movedAt < DWELL) return next;
  const better = betterThan(next);
  return better === null ? next : { doors, chosen: better, movedAt: input.now };
}

/** In which order a request tries doors: the chosen one, then those that are well, and those that failed when nothing else is left. */
export function doorsToTry({ doors, chosen }: DoorsState): readonly number[] {
  return [chosen, ...ranked(doors).filter((at) => at !== chosen)];
}

/** The doors to ask the small question now; of a single one nothing needs to be known. */
export function doorsToMeasure({ doors }: DoorsState, now: Millis): readonly number[] {
  if (doors.length < 2) return [];
  return doors.flatMap(({ notBefore }, at) => (notBefore <= now ? [at] : []));
}

/** When the next one is due. */
export function nextMeasuring({ doors }: DoorsState): Millis {
  return millis(Math.min(...doors.map(({ notBefore }) => notBefore)));
}
