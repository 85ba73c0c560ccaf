// How renters pay, and where the money goes.

import { z } from "zod";
import { duration } from "./values.ts";

const emc = (fallback: string) =>
  z
    .string({ error: "text in quotes: a number would lose digits" })
    .regex(/^\d{1,6}(\.\d{1,6})?$/, "EMC with at most six digits behind the point, such as 1 or 0.15")
    .default(fallback);

const randpay = z.strictObject({
  enabled: z.boolean().default(true),
  target: emc("1").describe(
    "About what a winning ticket pays. A price of 0.01 EMC is then a hundredth of a chance of 1 EMC.",
  ),
  chap_timeout: duration("60s", "7d", "6h").describe(
    "How long a challenge is good (6h are the 21600 s of the RANDPAY examples).",
  ),
  batch: z.int().min(1).max(100).default(2).describe("Challenges that the node makes at a time."),
  relay_pool: z
    .int()
    .min(0)
    .max(16)
    .default(2)
    .describe(
      "Challenges for each price that the relay may give out while the box is away, 64 in all; 0 for none, and none with a chap_timeout below 10m.",
    ),
  max_open_chaps: z.int().min(1).max(100).default(8).describe("Challenges of one order that are open at a time."),
  max_unpaid_tickets: z
    .int()
    .min(1)
    .max(1000)
    .default(8)
    .describe("Tickets of one renter that are undecided, or won and not deep in the chain."),
  max_per_hour: z.int().min(1).max(100_000).default(240).describe("Tickets of one renter in an hour."),
  confirmations: z.int().min(1).max(120).default(3).describe("Blocks after which a win counts as settled."),
});

export const paymentsSection = z
  .strictObject({
    randpay: randpay.prefault({}),
    emc: z
      .strictObject({
        enabled: z.boolean().default(true),
        confirmations: z.int().min(1).max(120).default(3).describe("Blocks after which a payment is credited."),
      })
      .prefault({}),
    escrow: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe("Offered in listings, with the arbiters of the section `escrow`; without one it is not."),
        order_timeout: duration("1h", "30d", "7d").describe(
          "How long an order waits for its escrow: three people sign before it is paid in.",
        ),
      })
      .prefault({}),
    order_timeout: duration("5m", "7d", "24h").describe("How long a quote holds."),
    payout_address: z
      .string()
      .min(26)
      .max(100)
      .optional()
      .describe("Where won coins are swept to; a fresh address of the node's wallet unless given."),
    sweep: z
      .strictObject({
        enabled: z.boolean().default(true),
        at_least: emc("1").describe("Won coins that are worth a sweep, together."),
        max_coins: z.int().min(1).max(50).default(50),
      })
      .prefault({}),
  })
  .describe("How renters pay. Needs the section `emercoin`.");
export type PaymentsSection = z.infer<typeof paymentsSection>;
