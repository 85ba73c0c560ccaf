// The course of one rental at a relay: for its renter and its provider.

import { z } from "zod";
import { proofPage } from "./proofs.ts";
import { rentalGrant } from "./relay.ts";
import { delivery } from "./reputation.ts";
import { hashText, messageIdText, sequence, unixSeconds } from "./text.ts";

/** `GET /rentals/{rental_id}`. */
export const rentalAtRelay = z.object({
  grant: rentalGrant,
  state: z.enum(["active", "ended"]),
  last_seq: z.int().min(0),
});

/** `GET /rentals/{rental_id}/history?after&limit`, by `seq`. Messages of the seed's short form have none and are left out. */
export const rentalHistory = z.object({
  messages: z.array(
    z.object({
      seq: sequence,
      id: messageIdText,
      hash: hashText,
      /** By the box. */
      ts: unixSeconds,
      /** When the relay took it. */
      stored_at: unixSeconds,
      /** `wiped`: nobody fetched it in time. */
      state: z.enum(["waiting", "acknowledged", "wiped"]),
    }),
  ),
  next: z.int().min(0),
  more: z.boolean(),
});
export type RentalHistory = z.infer<typeof rentalHistory>;

/**
 * `GET /rentals/{rental_id}/receipts?after&limit`: the provider's statements with the renter's receipts, and the relay's own receipts with
 * their proofs on the first page.
 */
export const rentalReceipts = z.object({
  deliveries: z.array(delivery),
  relay: proofPage.nullable(),
  next: z.int().min(0),
  more: z.boolean(),
});
export type RentalReceipts = z.infer<typeof rentalReceipts>;
