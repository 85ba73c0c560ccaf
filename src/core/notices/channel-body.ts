// What a channel for people gets: words, and the facts behind them.

import { z } from "zod";

export const channelBody = z.object({
  title: z.string(),
  text: z.string(),
  severity: z.enum(["info", "warning", "critical"]),
  /** `raised`, `repeated`, `cleared`, or `test`. */
  what: z.enum(["raised", "repeated", "cleared", "test"]),
  /** The alert's own id, the same for its raise and its end; null for a test. */
  alert: z.string().nullable(),
  rule: z.string().nullable(),
  /** Slot or part; empty for the box. */
  subject: z.string(),
  box: z.string(),
});
export type ChannelBody = z.infer<typeof channelBody>;
