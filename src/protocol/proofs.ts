// Receipts with their proofs, and the days they belong to: REST, the relay's public routes, and the files that are exported.

import { z } from "zod";
import { problemBody } from "./box.ts";
import { receipt } from "./relay.ts";
import { hashText, listingIdText, publicKeyText, rentalIdText, signatureText } from "./text.ts";

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hex digits");
export const proofDateText = z
  .string()
  .regex(/^\d{4}-?\d\d-?\d\d$/, "a day in UTC, YYYYMMDD")
  .transform((text) => text.replaceAll("-", ""));
const time = z.string().max(40);

/** As a message's receipt, of a call. */
export const callReceipt = z.strictObject({
  call_hash: hashText,
  start: time,
  duration: z.int().min(0),
  direction: z.enum(["in", "out"]),
  ts: time,
  from: publicKeyText,
  to: z.union([publicKeyText, z.strictObject({ listing: listingIdText })]),
  sig: signatureText,
});

/** The tree of one day and where it is anchored; name, txid and height are null before that. */
export const proofTree = z.object({
  date: proofDateText,
  period: z.string(),
  root: sha256Hex,
  count: z.int().min(0),
  name: z.string().max(512).nullable(),
  txid: sha256Hex.nullable(),
  height: z.int().min(0).nullable(),
});
export type ProofTree = z.infer<typeof proofTree>;

/** `provider`: it left the box; `relay`: the relay took it; `renter`: it was read; `call`: a call ended. */
export const receiptKind = z.enum(["provider", "relay", "renter", "call"]);

export const receiptProof = z.object({
  kind: receiptKind,
  receipt: z.union([receipt, callReceipt]),
  /** SHA-256 of 0x00 and the receipt's canonical bytes with `sig` (RFC 6962). */
  leaf_hash: sha256Hex,
  /** The day of the tree: when the receipt was issued or came to whoever built the tree. */
  date: proofDateText,
  /** Null while the day is open. `path` from the leaf up. */
  proof: z.object({ index: z.int().min(0), path: z.array(sha256Hex).max(64) }).nullable(),
});
export type ReceiptProof = z.infer<typeof receiptProof>;

export const proofBundle = z.object({
  v: z.literal(1),
  type: z.literal("numberbox-proof"),
  /** Whose trees these are; `worm` is the name of the identity that owns the anchors, null for one that is in no chain. */
  issuer: z.object({ verify: publicKeyText, worm: z.string().max(512).nullable() }),
  trees: z.array(proofTree),
  receipts: z.array(receiptProof),
});
export type ProofBundle = z.infer<typeof proofBundle>;

/** One page of an export; `next` is the `after` of the page behind it, null at the end. */
export const proofPage = proofBundle.extend({ next: z.string().max(200).nullable() });
export type ProofPage = z.infer<typeof proofPage>;

export const proofDayView = z.object({
  date: proofDateText,
  period: z.string(),
  state: z.enum(["open", "empty", "built", "submitted", "anchored", "failed"]),
  count: z.int().min(0),
  root: sha256Hex.nullable(),
  name: z.string().nullable(),
  txid: z.string().nullable(),
  height: z.int().nullable(),
  problem: problemBody.nullable(),
  changed_at: z.int(),
});
export type ProofDayView = z.infer<typeof proofDayView>;

/** `GET /proofs/{date}` of a relay. */
export const relayDayReply = z.object({ issuer: publicKeyText, ...proofDayView.shape });

/** Hashes that one question of `POST /proofs/{date}` may have. */
export const MOST_PROVEN = 50;

/** `POST /proofs/{date}` of a relay: what it has of these envelopes; those that it does not know are left out. */
export const relayProofsRequest = z.strictObject({ hashes: z.array(hashText).min(1).max(MOST_PROVEN) });

/** `GET /api/v1/proofs`: oldest first. */
export const proofsReply = z.object({ issuer: publicKeyText, days: z.array(proofDayView) });
export type ProofsReply = z.infer<typeof proofsReply>;

/** `GET /api/v1/proofs/orphans`: days that should be in the chain and are not, or stand there otherwise. Asks the node. */
export const proofOrphansReply = z.object({
  orphans: z.array(z.object({ date: proofDateText, problem: problemBody })),
});

/** `GET /api/v1/proofs/receipts`. `about`: only what is about this envelope or call. */
export const proofsQuery = z.strictObject({
  about: hashText.optional(),
  date: proofDateText.optional(),
  rental: rentalIdText.optional(),
  after: z.string().max(200).optional(),
});

/** `POST /api/v1/proofs/{date}/anchor`. */
export const anchorRequest = z.strictObject({
  dry_run: z.boolean().default(false),
  /** Ends a day that is not over: what comes later counts to the next one. */
  early: z.boolean().default(false),
});
export const anchorReply = z.object({
  day: proofDayView,
  dry_run: z.boolean(),
  /** What is or would be written. */
  name: z.string(),
  value: z.string(),
  /** In EMC; null where nothing is sent. An estimate. */
  cost: z.string().nullable(),
  problem: problemBody.nullable(),
});
export type AnchorReply = z.infer<typeof anchorReply>;
