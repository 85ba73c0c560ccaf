// What waits for the relay, over REST: `/api/v1/outbox`. That messages wait and why, never what they say or who sent them.

import { z } from "zod";
import { rentalIdText } from "./text.ts";

const unixMs = z.int().min(0);

/** The messages of one rental. */
export const outboxRow = z.object({
  rental_id: rentalIdText,
  line: z.string(),
  waiting: z.int().min(0),
  /** When the first of them was stored, and its number among the rental's messages. */
  oldest_at: unixMs,
  first_seq: z.int().min(0),
  /** `sending`: on the way now; `queued`: with the next free place; `held`: the relay does not take this rental now. */
  state: z.enum(["sending", "queued", "held"]),
  /** Pauses taken in a row. */
  attempts: z.int().min(0),
  /** When a held one is tried again. */
  next_at: unixMs.nullable(),
  /** Why it is held, as the relay said. */
  reason: z.string().nullable(),
});
export type OutboxRow = z.infer<typeof outboxRow>;

/** `GET /api/v1/outbox`. */
export const outboxReply = z.object({
  waiting: z.int().min(0),
  oldest_at: unixMs.nullable(),
  /** Refused by the relay for good, and kept. */
  refused: z.int().min(0),
  relay: z.object({
    state: z.enum(["connecting", "up", "down"]),
    failures: z.int().min(0),
    next_at: unixMs.nullable(),
    code: z.string().nullable(),
  }),
  rentals: z.array(outboxRow),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable(),
});
export type OutboxReply = z.infer<typeof outboxReply>;

/** `GET /api/v1/outbox/refused`: oldest first. `next` is the `after` of the next page, also when this one is empty. */
export const refusedReply = z.object({
  messages: z.array(
    z.object({
      cursor: z.int().min(1),
      id: z.string(),
      rental_id: rentalIdText,
      line: z.string(),
      seq: z.int().min(0),
      stored_at: unixMs,
      refused_at: unixMs,
      code: z.string(),
    }),
  ),
  next: z.int().min(0),
});
export type RefusedReply = z.infer<typeof refusedReply>;
