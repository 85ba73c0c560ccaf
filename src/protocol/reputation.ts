// What is known of deliveries at a relay, and the score that anybody can compute from it.

import { z } from "zod";
import { receipt } from "./relay.ts";
import {
  envelopeVersion,
  hashText,
  listingIdText,
  messageIdText,
  publicKeyText,
  rentalIdText,
  sequence,
  signatureText,
  unixSeconds,
} from "./text.ts";

/** What a provider signed when he handed a message in. */
export const deliveryStatement = z.strictObject({
  v: envelopeVersion,
  id: messageIdText,
  listing_id: listingIdText,
  rental_id: rentalIdText,
  seq: sequence,
  ts: unixSeconds,
  envelope_sha256: hashText,
});

/** One message: the provider's signed statement, and the renter's receipt if he gave one. A line of an exported file. */
export const delivery = z.strictObject({
  v: z.literal(1),
  type: z.literal("numberbox-delivery"),
  statement: deliveryStatement,
  provider: publicKeyText,
  signature: signatureText,
  receipt: receipt.nullable(),
});
export type Delivery = z.infer<typeof delivery>;

/** Never what a provider says of himself. */
export const reputation = z.object({
  /** 0-1000: of what the provider says he delivered, how much renters have acknowledged; newer counts more. */
  per_mille: z.int().min(0).max(1000),
  /** Deliveries that it is made of, and how many rentals they belong to. */
  samples: z.int().min(1),
  rentals: z.int().min(1),
});
export type Reputation = z.infer<typeof reputation>;

/** `GET /listings/{id}/receipts?after&limit`, by rental and seq. Only what is a day old: nobody watches a line live by it. */
export const deliveriesPage = z.object({
  deliveries: z.array(delivery),
  /** Deliveries count at this time, in Unix seconds. */
  at: unixSeconds,
  /** The `after` of the page behind it; null at the end. */
  next: z.string().max(64).nullable(),
});
export type DeliveriesPage = z.infer<typeof deliveriesPage>;
