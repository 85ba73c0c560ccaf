// What whoever watches the box may know of a call while it goes on: frames of the live feed, MQTT, webhooks and flows are made of it. No
// number of anybody, and not whose call it is.

import { z } from "zod";

const time = z.int().min(0);

export const callPhase = z.enum([
  ...(["ringing", "taking", "ignored", "announcing", "dialing", "alerting", "answering", "talking"] as const),
  ...(["ending", "over"] as const),
]);

export const callNews = z.object({
  id: z.string(),
  at: time,
  direction: z.enum(["in", "out"]),
  slot: z.string().nullable(),
  line: z.string().nullable(),
  phase: callPhase,
  held: z.boolean(),
  started_at: time,
  /** Since when both hear each other; null when it never came to that. */
  talking_at: time.nullable(),
  /** Why it is over or ending, such as `hung_up`; null before. */
  cause: z.string().nullable(),
});
export type CallNews = z.infer<typeof callNews>;
