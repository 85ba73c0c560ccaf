// The window in which the box takes in new modems, and what became of them. Pure.

import type { BoxEvent, JoinView } from "../../protocol/index.ts";

/** How long the window stays open, in seconds. */
export const JOIN_SECONDS = 254;

/** What is left of the window in ms, null while it is closed. It closes by the clock, before the box is asked again. */
export function windowLeft({ open, closes_at }: JoinView, now: number): number | null {
  return open && closes_at !== null && closes_at > now ? closes_at - now : null;
}

export interface JoinedSlot {
  readonly slot: string;
  readonly usb: string;
}

/** Slots that joined since the window was opened last, the newest first, as far as `events` (newest first) reach back. */
export function joinedSince(events: readonly BoxEvent[]): readonly JoinedSlot[] {
  const opened = events.findIndex(({ code }) => code === "join.open");
  if (opened < 0) return [];
  return events
    .slice(0, opened)
    .flatMap(({ code, slot, details }) =>
      code === "slot.joined" && slot !== null ? [{ slot, usb: String(details.usb ?? "") }] : [],
    );
}
