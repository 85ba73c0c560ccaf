// The signal of each slot over the last day, one level a minute, in memory alone: what it was yesterday is worth no write to a card.

import { AppError, type Clock, type Disposer, minutes, type SlotId, type UnixMs } from "../base/index.ts";
import type { SignalReply, SignalSeries } from "../protocol/index.ts";
import type { SlotStatus } from "./ports.ts";

export interface SignalConsole {
  /** Minute by minute. Errors: `slot.unknown`. */
  of(slot: SlotId): SignalSeries;
  /** Of every slot, in at most so many levels (1-1440). */
  all(points: number): SignalReply;
}

export interface SignalHistoryDeps {
  readonly clock: Clock;
  /** What times are told in. */
  readonly now: () => UnixMs;
  readonly slots: () => readonly Pick<SlotStatus, "id" | "signalDbm">[];
}

const EVERY = minutes(1);
/** A day. At two bytes each, 32 slots take 90 kB. */
const KEPT = 1440;
/** No level: none that a modem tells. */
const NONE = 1;
/** Below what 3GPP TS 36.133 can express, and what is not negative is none. */
const LOWEST = -200;

/** The last levels of one slot: a ring. */
class Levels {
  readonly #ring = new Int16Array(KEPT);
  #next = 0;
  #size = 0;

  push(dbm: number | null): void {
    this.#ring[this.#next] = dbm === null || dbm >= 0 || dbm < LOWEST ? NONE : Math.round(dbm);
    this.#next = (this.#next + 1) % KEPT;
    this.#size = Math.min(KEPT, this.#size + 1);
  }

  /** Oldest first. */
  list(): readonly (number | null)[] {
    const first = this.#next - this.#size + KEPT;
    return Array.from({ length: this.#size }, (_, index) => {
      const level = this.#ring[(first + index) % KEPT] ?? NONE;
      return level === NONE ? null : level;
    });
  }
}

/** The worst of each `size` levels, counted from the newest; null where there is none. */
function worstOf(levels: readonly (number | null)[], size: number): (number | null)[] {
  const worst: (number | null)[] = [];
  for (let end = levels.length; end > 0; end -= size) {
    const known = levels.slice(Math.max(0, end - size), end).filter((level) => level !== null);
    worst.push(known.length === 0 ? null : Math.min(...known));
  }
  return worst.reverse();
}

export class SignalHistory implements SignalConsole {
  readonly #deps: SignalHistoryDeps;
  readonly #levels = new Map<SlotId, Levels>();
  #until: UnixMs;
  #cancel: Disposer = () => {};

  constructor(deps: SignalHistoryDeps) {
    this.#deps = deps;
    this.#until = deps.now();
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(EVERY, "signal history", () => {
      this.#take();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  of(slot: SlotId): SignalSeries {
    if (!this.#deps.slots().some(({ id }) => id === slot)) throw unknownSlot(slot);
    return this.#series(slot, 1);
  }

  all(points: number): SignalReply {
    const size = Math.ceil(KEPT / points);
    return { slots: this.#deps.slots().map(({ id }) => this.#series(id, size)) };
  }

  #series(slot: SlotId, size: number): SignalSeries {
    const dbm = worstOf(this.#levels.get(slot)?.list() ?? [], size);
    return { slot, until: this.#until, every_ms: size * EVERY, dbm };
  }

  /** Slots that are gone are forgotten. */
  #take(): void {
    const slots = this.#deps.slots();
    const ids = new Set(slots.map(({ id }) => id));
    for (const id of this.#levels.keys()) if (!ids.has(id)) this.#levels.delete(id);
    for (const { id, signalDbm } of slots) {
      const levels = this.#levels.get(id) ?? new Levels();
      this.#levels.set(id, levels);
      levels.push(signalDbm);
    }
    this.#until = this.#deps.now();
  }
}

function unknownSlot(slot: SlotId): AppError {
  const hint = "List the slots and take an id from there.";
  return new AppError("slot.unknown", "the box has no such slot", { hint, context: { slot } });
}
