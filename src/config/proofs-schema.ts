// Receipts: the daily tree over them, and its root in the chain.

import { z } from "zod";
import { duration } from "./values.ts";

export const proofsSection = z.strictObject({
  publish: z
    .enum(["auto", "manual"])
    .default("manual")
    .describe("Whether each day's root is anchored by itself, which costs coins, or when you ask for it."),
  suffix: z
    .enum(["auto", "always", "never"])
    .default("auto")
    .describe(
      "Whether the name of a day ends with your username: auto takes the plain name while nobody else has it. The first to register a name owns it.",
    ),
  username: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "1-63 of a-z 0-9 . _ -")
    .optional()
    .describe("Your name on the chain, if it is not that of the box's identity."),
  empty_days: z.enum(["skip", "record"]).default("skip").describe("Whether a day without a receipt is anchored too."),
  close_after: duration("1m", "12h", "10m").describe("How long after midnight (UTC) a day is closed."),
  keep_days: z.int().min(1).max(36_500).default(3650).describe("How long a day's name stays in the chain, in days."),
});
export type ProofsSection = z.infer<typeof proofsSection>;
