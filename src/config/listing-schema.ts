// What the box offers on the chain: its name there, and the listings of its lines.

import { z } from "zod";

const emc = z
  .string({ error: "text in quotes: a number would lose digits" })
  .regex(/^\d{1,10}(\.\d{1,6})?$/, "EMC with at most six digits behind the point, such as 0.001");

/** The seed's configuration calls them `daily`; the record `rental_daily`. */
const pricing = z
  .strictObject({
    per_sms: emc.default("0").describe("For each SMS, on top of the rental."),
    per_minute_voice: emc.optional(),
    per_minute_video: emc.optional(),
    rental_daily: emc.optional().describe("For a day."),
    rental_weekly: emc.optional().describe("For 7 days."),
    rental_monthly: emc.optional().describe("For 30 days."),
    daily: emc.optional(),
    weekly: emc.optional(),
    monthly: emc.optional(),
  })
  .transform(({ daily, weekly, monthly, ...prices }) => ({
    ...prices,
    rental_daily: prices.rental_daily ?? daily,
    rental_weekly: prices.rental_weekly ?? weekly,
    rental_monthly: prices.rental_monthly ?? monthly,
  }))
  .refine(
    ({ rental_daily: day, rental_weekly: week, rental_monthly: month }) =>
      [day, week, month].some((price) => price !== undefined),
    "at least one of rental_daily, rental_weekly and rental_monthly",
  );

const tiers = z
  .strictObject({
    sms_only: z.strictObject({ pricing }).optional().describe("Receiving SMS."),
    sms_voice_video: z
      .strictObject({ pricing, enum_support: z.boolean().default(false) })
      .optional()
      .describe("SMS, calls and video."),
  })
  .refine((offered) => Object.values(offered).some((tier) => tier !== undefined), "at least one tier");

const features = z
  .array(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a word such as non-voip"))
  .max(32)
  .describe("Such as non-voip, instant, usa, europe or a country code.");

const renewBefore = z
  .int()
  .min(0)
  .max(365)
  .default(30)
  .describe("Days before its end from which on the name is renewed by itself, which costs coins; 0 for never.");

export const listingSection = z.strictObject({
  tiers: tiers.describe("What is offered, and its prices in EMC."),
  features: features.default(["non-voip"]),
  endpoints: z
    .strictObject({ https: z.url(), wss: z.url().optional() })
    .optional()
    .describe("Where renters reach your relay; as the box does unless given."),
  days: z.int().min(30).max(3650).default(365).describe("Term that a name is paid for."),
  renew_before: renewBefore,
  ipfs: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }) })
    .optional()
    .describe("A Kubo-compatible HTTP API that records are published to as well, such as http://127.0.0.1:5001."),
});
export type ListingSection = z.infer<typeof listingSection>;

/** Of one line, instead of the box's. */
export const lineListing = z.union([z.literal(false), listingSection.pick({ tiers: true, features: true }).partial()]);
export type LineListing = z.infer<typeof lineListing>;

export const identitySection = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "1-63 of a-z 0-9 . _ -")
    .optional()
    .describe("Your name on the chain; that of the box's identity unless given."),
  days: z.int().min(30).max(3650).default(365).describe("Term that your identity is paid for."),
  renew_before: renewBefore,
});
export type IdentitySection = z.infer<typeof identitySection>;
