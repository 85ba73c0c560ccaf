// Merges what changes fast: between two sendings only the newest frame of each slot, of the overview and of the lists survives.

import type { LiveFrame } from "../../protocol/index.ts";

/** Null for frames that must each be sent. */
function keyOf(frame: LiveFrame): string | null {
  switch (frame.type) {
    case "slot":
      return `slot ${frame.slot.id}`;
    case "overview":
    case "rentals":
      return frame.type;
    case "call":
      return `call ${frame.call.id}`;
    case "event":
    case "sms":
    case "snapshot":
      return null;
  }
}

export class LiveFrames {
  #merged = new Map<string, LiveFrame>();
  #single: LiveFrame[] = [];

  get empty(): boolean {
    return this.#merged.size === 0 && this.#single.length === 0;
  }

  add(frame: LiveFrame): void {
    const key = keyOf(frame);
    if (key === null) this.#single.push(frame);
    else this.#merged.set(key, frame);
  }

  /** All that waits, events last: they may speak of a slot's new state. */
  take(): readonly LiveFrame[] {
    const frames = [...this.#merged.values(), ...this.#single];
    this.#merged = new Map();
    this.#single = [];
    return frames;
  }
}
