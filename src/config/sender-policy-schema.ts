// Whose messages are dropped unread: rules for the box, and for single lines.

import { z } from "zod";

const pattern = z
  .string({ error: "text in quotes: a number would lose its +" })
  .regex(/^\*?[^*]{0,32}\*?$/, "up to 32 characters, with * at the beginning or the end for any text")
  .regex(/\S/, "a sender or *");

export const senderPolicy = z.strictObject({
  presets: z
    .array(z.enum(["banks-and-payments", "crypto-exchanges"]))
    .optional()
    .describe("Ready-made lists of senders that are denied: banks-and-payments unless said otherwise, [] for none."),
  allow: z
    .array(pattern)
    .max(500)
    .default([])
    .describe("Senders whose messages are taken, whatever else is said here."),
  deny: z.array(pattern).max(500).default([]).describe("Senders whose messages are dropped unread and counted."),
});
