// The sender policy of one rental. What the box and its lines have is in the box's configuration.

import { z } from "zod";

export const senderPresetName = z.enum(["banks-and-payments", "crypto-exchanges"]);

/** A sender, or a beginning, an end or a middle of one with `*` for the rest. */
const senderPattern = z
  .string()
  .regex(/^\*?[^*]{0,32}\*?$/)
  .regex(/\S/);

export const senderRules = z.strictObject({
  /** Null leaves them to line and box. */
  presets: z.array(senderPresetName).nullable().default(null),
  allow: z.array(senderPattern).max(100).default([]),
  deny: z.array(senderPattern).max(100).default([]),
});
export type SenderRulesBody = z.infer<typeof senderRules>;
