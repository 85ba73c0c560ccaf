// Keeps the box's events across restarts. They are written in batches and seldom: an event is no message, and an SD card wears by writes.

import {
  type Clock,
  type Disposer,
  hours,
  type Logger,
  type Millis,
  messageOf,
  seconds,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import type { BoxEvent } from "../protocol/index.ts";
import type { EventLog } from "./event-log.ts";

export interface EventQuery {
  /** Only events with a lower `seq`, for the next page; null for the newest. */
  readonly before: number | null;
  readonly limit: number;
  /** This level and those above it. */
  readonly level: BoxEvent["level"];
  /** What the code begins with, such as `slot.`; empty for all. */
  readonly code: string;
  readonly slot: string | null;
  readonly from: UnixMs | null;
  /** Before this time. */
  readonly to: UnixMs | null;
}

export interface EventStore {
  /** Stores events; one whose `seq` exists is left as it is. */
  saveEvents(events: readonly BoxEvent[]): Promise<void>;
  /** Newest first. */
  findEvents(query: EventQuery): Promise<readonly BoxEvent[]>;
  /** Drops what is older than `before`, and all but the newest `keep`. */
  pruneEvents(keep: number, before: UnixMs): Promise<void>;
}

export interface EventArchiveDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly events: EventLog;
  readonly store: EventStore;
  readonly keep: number;
  readonly keepFor: Millis;
}

/** One commit in this time at most. */
const WRITE_EVERY: Millis = seconds(2);
const AFTER_FAILURE: Millis = seconds(30);
const PRUNE_EVERY: Millis = hours(1);
/** An SMS that is committed meanwhile waits for one such batch at most. */
const BATCH = 200;
/** What is not written yet. While the disk takes nothing the oldest go; the log has them. */
export const MOST_UNWRITTEN = 1000;

const LEVELS: readonly BoxEvent["level"][] = ["info", "warn", "error"];

/** The levels that a query for `level` finds. */
export const levelsFrom = (level: BoxEvent["level"]): readonly BoxEvent["level"][] =>
  LEVELS.slice(LEVELS.indexOf(level));

export function matchesQuery(event: BoxEvent, { before, level, code, slot, from, to }: EventQuery): boolean {
  return (
    (before === null || event.seq < before) &&
    levelsFrom(level).includes(event.level) &&
    event.code.startsWith(code) &&
    (slot === null || event.slot === slot) &&
    (from === null || event.at >= from) &&
    (to === null || event.at < to)
  );
}

export class EventArchive {
  readonly #deps: EventArchiveDeps;
  #waiting: BoxEvent[] = [];
  #dropped = 0;
  #cancelWrite: Disposer | null = null;
  #cancelPrune: Disposer = () => {};
  #leave: Disposer = () => {};
  #writing: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: EventArchiveDeps) {
    this.#deps = deps;
  }

  /** Gives the log its past back, and keeps what comes. To be called before the first event of this run. */
  async load(): Promise<void> {
    const { events, store } = this.#deps;
    const all = { before: null, level: "info", code: "", slot: null, from: null, to: null } as const;
    const past = await store.findEvents({ ...all, limit: events.capacity });
    // Up to so many numbers may have been given out that a power cut kept from being written.
    events.restore([...past].reverse(), MOST_UNWRITTEN);
    this.#leave = events.onEvent((event) => this.#take(event));
    this.#prune();
  }

  /** Writes what waits. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#leave();
    this.#cancelPrune();
    this.#cancelWrite?.();
    await this.#writing;
    await this.#writeAll();
  }

  /** Newest first, with those that are not written yet. */
  async find(query: EventQuery): Promise<readonly BoxEvent[]> {
    const fresh = this.#waiting.filter((event) => matchesQuery(event, query)).reverse();
    const stored = await this.#deps.store.findEvents(query);
    const known = new Set(stored.map(({ seq }) => seq));
    return [...fresh.filter(({ seq }) => !known.has(seq)), ...stored].slice(0, query.limit);
  }

  #take(event: BoxEvent): void {
    this.#waiting.push(event);
    if (this.#waiting.length > MOST_UNWRITTEN) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#arm(WRITE_EVERY);
  }

  #arm(delay: Millis): void {
    if (this.#stopped) return;
    this.#cancelWrite ??= this.#deps.clock.after(delay, "events", () => {
      this.#writing = this.#writeOnce().then((next) => {
        this.#cancelWrite = null;
        if (this.#waiting.length > 0) this.#arm(next);
      });
    });
  }

  async #writeOnce(): Promise<Millis> {
    const batch = this.#waiting.slice(0, BATCH);
    try {
      await this.#deps.store.saveEvents(batch);
    } catch (error) {
      this.#deps.log.warn("events_not_saved", { waiting: this.#waiting.length, reason: messageOf(error) });
      return AFTER_FAILURE;
    }
    const written = new Set(batch);
    this.#waiting = this.#waiting.filter((event) => !written.has(event));
    if (this.#dropped > 0) this.#deps.log.warn("events_dropped", { events: this.#dropped });
    this.#dropped = 0;
    return WRITE_EVERY;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) if ((await this.#writeOnce()) !== WRITE_EVERY) return;
  }

  #prune(): void {
    const { clock, store, keep, keepFor, now, log } = this.#deps;
    const before = unixMs(Math.max(0, now() - keepFor));
    store.pruneEvents(keep, before).catch((error) => log.warn("events_not_pruned", { reason: messageOf(error) }));
    this.#cancelPrune = clock.after(PRUNE_EVERY, "old events", () => this.#prune());
  }
}
