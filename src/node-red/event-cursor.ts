// Which of the box's events are new, across lost connections and restarts of the box; pure.

import type { BoxEvent } from "../protocol/index.ts";

export interface EventCursor {
  /** When the box that counts them was started; null before the first snapshot. */
  readonly startedAt: number | null;
  readonly seq: number;
}

export const NO_EVENTS: EventCursor = { startedAt: null, seq: 0 };

const newest = (events: readonly BoxEvent[], seq: number): number =>
  events.reduce((most, event) => Math.max(most, event.seq), seq);

/** A snapshot after a first connection tells nothing new; after a lost one it tells what was missed, as far as it reaches back. */
export function onSnapshot(
  cursor: EventCursor,
  snapshot: { readonly startedAt: number; readonly events: readonly BoxEvent[] },
): { readonly cursor: EventCursor; readonly fresh: readonly BoxEvent[] } {
  const { startedAt, events } = snapshot;
  if (cursor.startedAt === null) return { cursor: { startedAt, seq: newest(events, 0) }, fresh: [] };
  // A box that was started anew may count from 1 again.
  const seen = cursor.startedAt === startedAt || events.some(({ seq }) => seq === cursor.seq) ? cursor.seq : 0;
  const fresh = events.filter(({ seq, at }) => seq > seen && (seen > 0 || at >= startedAt));
  return { cursor: { startedAt, seq: newest(events, seen) }, fresh };
}

/** Null for an event that was told before. */
export function onEvent(
  cursor: EventCursor,
  event: BoxEvent,
): { readonly cursor: EventCursor; readonly fresh: BoxEvent | null } {
  if (event.seq <= cursor.seq) return { cursor, fresh: null };
  return { cursor: { ...cursor, seq: event.seq }, fresh: event };
}
