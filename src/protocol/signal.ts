// How well the slots heard their networks lately, over REST: `/api/v1/signal` and `/api/v1/slots/{id}/signal`.

import { z } from "zod";

/** A level in dBm; null while the slot told none. */
const level = z.int().min(-200).max(0).nullable();

/** Evenly spaced levels, oldest first. */
export const signalSeries = z.object({
  slot: z.string(),
  /** When the last level was taken. */
  until: z.int().min(0),
  /** From one level to the next. */
  every_ms: z.int().min(1),
  dbm: z.array(level),
});
export type SignalSeries = z.infer<typeof signalSeries>;

/** Of all slots; each level is the worst of its span. */
export const signalReply = z.object({ slots: z.array(signalSeries) });
export type SignalReply = z.infer<typeof signalReply>;
