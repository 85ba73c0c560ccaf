// USSD, and the balance of prepaid SIMs that is asked by it.

import { z } from "zod";
import { duration } from "./values.ts";

export const ussdSection = z.strictObject({
  per_hour: z.int().min(1).max(1000).default(20).describe("USSD sessions that a slot may begin in an hour."),
});

function compiles(text: string): boolean {
  try {
    new RegExp(text, "iu");
    return true;
  } catch {
    return false;
  }
}

const settings = {
  code: z
    .string()
    .regex(/^[*#][0-9*#]{1,60}#$/, "a USSD code such as *100#")
    .optional()
    .describe("What asks for the balance. Known for many operators."),
  pattern: z
    .string()
    .max(200)
    .refine(compiles, "a regular expression")
    .optional()
    .describe(
      "Finds the amount in the answer, as its first group. Needed only where the amount is not found by itself.",
    ),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "a code such as EUR")
    .optional()
    .describe("Where the answer names none."),
  alert_below: z
    .string({ error: 'an amount in quotes, such as "2.00"' })
    .regex(/^\d{1,9}(\.\d{1,3})?$/, "an amount such as 2.00")
    .optional()
    .describe("Less than this is told as sim.balance_low."),
};

const ussdCode = z.string().regex(/^[*#][0-9*#]{1,60}#$/, "a USSD code such as *135#");

export const ownNumberSection = z
  .strictObject({
    code: ussdCode.optional().describe("Asked of every SIM that does not tell its number."),
    operators: z
      .record(z.string().regex(/^\d{5,6}$/, "country and network code, 5 or 6 digits"), ussdCode)
      .default({})
      .describe("Codes for SIMs of an operator."),
  })
  .describe("Asks the network by USSD for the numbers of SIMs that do not tell them. Left out: never.");

const every = duration("1h", "30d", "24h").describe("How often.");

/** What a slot has of its own. `off` leaves it out. */
export const slotBalance = z.union([z.literal("off"), z.strictObject(settings)]);

export const balanceSection = z
  .strictObject({
    every,
    ...settings,
    operators: z
      .record(z.string().regex(/^\d{5,6}$/, "country and network code, 5 or 6 digits"), z.strictObject(settings))
      .default({})
      .describe("Settings for SIMs of an operator."),
  })
  .describe("Asks prepaid SIMs for their balance. Left out: never.");
export type BalanceSection = z.infer<typeof balanceSection>;
export type SlotBalance = z.infer<typeof slotBalance>;
