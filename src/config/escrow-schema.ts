// Escrows that the box takes part in, and who may decide in them.

import { z } from "zod";
import { eachOnce, identifier } from "./values.ts";

const arbiter = z.strictObject({
  name: identifier,
  verify: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url")
    .describe("His identity's verify key, as his WORM record has it."),
  key: z
    .string()
    .regex(/^0[23][0-9a-f]{64}$/, "a compressed public key of 66 hex digits")
    .describe("His key in the 2-of-3; he makes it by `numberbox escrow key`."),
  address: z.string().min(20).max(100).describe("Where his fee goes."),
});

const arbiters = z
  .array(arbiter)
  .max(16)
  .superRefine(eachOnce<z.infer<typeof arbiter>>("name"))
  .superRefine(eachOnce<z.infer<typeof arbiter>>("verify"));

export const escrowSection = z
  .strictObject({
    arbiters: arbiters
      .default([])
      .describe("Whom you trust to decide: an arbiter together with the renter can take all. Without one, no escrow."),
    fees_bps: z
      .int()
      .min(0)
      .max(10_000)
      .default(50)
      .describe(
        "The arbiter's share if he decides, in hundredths of a percent; nothing of what is released in agreement.",
      ),
    dispute_days: z.int().min(1).max(365).default(7).describe("Days that the other party has to answer a complaint."),
    refund_days: z
      .int()
      .min(1)
      .max(3650)
      .default(60)
      .describe("Days after which renter and arbiter may take everything back without a decision."),
    confirmations: z
      .int()
      .min(1)
      .max(120)
      .default(3)
      .describe("Blocks over the funding before the box signs a payout."),
  })
  .describe("Escrows with renters. Needs the section `emercoin`.");
export type EscrowSection = z.infer<typeof escrowSection>;
