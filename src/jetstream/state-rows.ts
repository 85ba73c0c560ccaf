// Keys of the bucket of state, and what stands under them.

import { z } from "zod";
import { AppError, unixMs, utf8 } from "../base/index.ts";
import { orderAnswer, providerRequest, rentalGrant, rentRequest } from "../protocol/index.ts";

/** Whose a listing is. */
export const listingRow = z.object({ provider: z.string() });
/** The grant itself is read when it is asked for: a process remembers the rest of all rentals. */
export const rentalRow = z.object({
  listing: z.string(),
  provider: z.string(),
  renter: z.string(),
  expires_at: z.int(),
  rev: z.int(),
  credit: z.int().nullable(),
});
export const grantRow = rentalRow.extend({ grant: z.string() });
export const boxRow = z.object({ instance: z.string(), since: z.int() });
export const recordHead = z.object({ provider: z.string(), commitment: z.string(), rev: z.int(), stored_at: z.int() });
export const recordRow = recordHead.extend({ record: z.string() });
export const orderRow = z.object({
  provider: z.string(),
  renter: z.string(),
  text: z.string(),
  request: rentRequest,
  answer: orderAnswer.nullable(),
  created_at: z.int(),
});
export const requestRow = z.object({
  order: z.string(),
  provider: z.string(),
  kind: z.enum(["quote", "chap", "ticket", "escrow"]),
  body: providerRequest.nullable(),
});
export const paperHead = z.object({ at: z.int().transform(unixMs), owner: z.string().optional() });
export const paperRow = paperHead.extend({ text: z.string() });
export const secretRow = z.object({ key: z.string() });
/** Starts of relays, oldest first; `mail`: where the stream ended then. */
export const runsRow = z.object({ runs: z.array(z.object({ epoch: z.string(), mail: z.int().min(0) })) });
export const tokenRow = z.object({ pubkey: z.string(), expires: z.int() });
/** Which tokens a key has, newest last: some may have ended. */
export const tokensRow = z.object({ hashes: z.array(z.string()) });
export const challengesRow = z.object({ given: z.array(z.object({ text: z.string(), expires: z.int() })) });

export type PaperHead = z.infer<typeof paperHead>;
export type RunsRow = z.infer<typeof runsRow>;
export type RentalRow = z.infer<typeof rentalRow>;
export type OrderRow = z.infer<typeof orderRow>;
export type RequestRow = z.infer<typeof requestRow>;

export const key = {
  runs: "runs.all",
  listing: (id: string): string => `listing.${id}`,
  rental: (id: string): string => `rental.${id}`,
  box: (provider: string): string => `box.${provider}`,
  record: (id: string): string => `record.${id}`,
  order: (id: string): string => `order.${id}`,
  request: (id: string): string => `request.${id}`,
  paper: (kind: string, id: string): string => `paper.${kind}.${id}`,
} as const;

export function parseRow<T>(schema: z.ZodType<T>, name: string, data: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(data)));
  } catch (cause) {
    throw new AppError("store.corrupt", `the key ${name.split(".", 1)[0]} holds what no relay writes`, {
      hint: "Ask who else writes to the relay's buckets.",
      cause,
    });
  }
}

export const writeRow = (row: unknown): Uint8Array => utf8(JSON.stringify(row));

export const parseGrantText = (text: string) => rentalGrant.parse(JSON.parse(text));
