// The box's recent events, for the console: fixed codes with safe details. Kept in memory, bounded; `event-archive` keeps them longer.

import { type Clock, type Disposer, Events, type LineId, type Logger, type SlotId } from "../base/index.ts";
import type { BoxEvent } from "../protocol/index.ts";

export interface EventInput {
  readonly level: BoxEvent["level"];
  readonly code: string;
  readonly slot?: SlotId | null;
  readonly line?: LineId | null;
  /** Counts, codes and names of parts. Never SMS text, senders or keys. */
  readonly details?: BoxEvent["details"];
}

const CAPACITY = 500;

export class EventLog {
  readonly #time: Pick<Clock, "now">;
  readonly #log: Logger;
  readonly #events: Events<{ event: BoxEvent }>;
  readonly #ring: BoxEvent[] = [];
  #seq = 0;

  /** `time` stamps the events: the box's trusted time, so that their age is right while the system clock is wrong. */
  constructor(time: Pick<Clock, "now">, log: Logger) {
    this.#time = time;
    this.#log = log;
    this.#events = new Events("event-log", log);
  }

  /** How many events are kept. */
  get capacity(): number {
    return CAPACITY;
  }

  /** Events of earlier runs, oldest first. The next event has a `seq` that is `gap` above theirs. */
  restore(past: readonly BoxEvent[], gap: number): void {
    const last = past.at(-1);
    if (last === undefined) return;
    this.#ring.unshift(...past.slice(-CAPACITY));
    this.#seq = Math.max(this.#seq, last.seq + gap);
  }

  record(input: EventInput): void {
    const event: BoxEvent = {
      seq: ++this.#seq,
      at: this.#time.now(),
      level: input.level,
      code: input.code,
      slot: input.slot ?? null,
      line: input.line ?? null,
      details: input.details ?? {},
    };
    this.#ring.push(event);
    if (this.#ring.length > CAPACITY) this.#ring.shift();
    this.#log[input.level](input.code, { ...input.details, slot: event.slot, line: event.line });
    this.#events.emit("event", event);
  }

  /** Events behind `after`, oldest first, at most `limit`. */
  list(options: { readonly after: number; readonly limit: number }): readonly BoxEvent[] {
    return this.#ring.filter((event) => event.seq > options.after).slice(0, options.limit);
  }

  onEvent(listener: (event: BoxEvent) => void): Disposer {
    return this.#events.on("event", listener);
  }
}
