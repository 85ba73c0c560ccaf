// Escrows of the box over REST. Amounts are decimals of EMC, as everywhere.

import { z } from "zod";
import { emcAmount } from "./chain.ts";
import { publicationView } from "./listings.ts";

const role = z.enum(["renter", "provider", "arbiter"]);
const amountText = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$/, "EMC with at most six digits behind the point, such as 1.5");

/** A party's part of an escrow: identity, key of the 2-of-3, address of its share. */
export const escrowParty = z.strictObject({
  verify: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url"),
  key: z.string().regex(/^0[23][0-9a-f]{64}$/, "a compressed public key in hex"),
  address: z.string().min(20).max(100),
});

/**
 * `proposed`: not signed by all · `agreed`: may be funded · `expired`: its time was over before anything was paid in · `funding`: the
 * coins are not in a block (yet, or any more) · `funded` · `releasing` and `refunding`: one has signed a payout · `disputed`: somebody
 * asked the arbiter · `decided`: the arbiter has signed a payout · `paying`: two have signed, not in a block · `settled` · `spent`: the
 * coins went by another payout than the one of this document.
 */
export const ESCROW_PHASES = [
  "proposed",
  "agreed",
  "expired",
  "funding",
  "funded",
  "releasing",
  "refunding",
  "disputed",
  "decided",
  "paying",
  "settled",
  "spent",
] as const;
export type EscrowPhase = (typeof ESCROW_PHASES)[number];
const phase = z.enum(ESCROW_PHASES);

export const escrowSummary = z.object({
  id: z.string(),
  role,
  /** As it was when the chain was last asked. */
  phase,
  amount: emcAmount,
  address: z.string(),
  fees_bps: z.int(),
  dispute_s: z.int(),
  /** Unix seconds. */
  refund_after: z.int(),
  created_at: z.int(),
  changed_at: z.int(),
});

export type EscrowSummaryBody = z.infer<typeof escrowSummary>;

/** `GET /api/v1/escrows`. */
export const escrowsReply = z.object({
  escrows: z.array(escrowSummary),
  /** Names of the arbiters that the configuration trusts. */
  arbiters: z.array(z.string()),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable().default(null),
});

const sent = z.object({ txid: z.string(), confirmations: z.int().nullable() });

/** `GET /api/v1/escrows/{id}`. */
export const escrowView = escrowSummary.extend({
  /** What the box's role can do next. */
  steps: z.array(z.enum(["accept", "fund", "release", "refund", "sign", "dispute", "decide", "send"])),
  missing: z.array(role),
  signed: z.array(role),
  settlement: z.object({ kind: z.enum(["release", "refund", "decision"]), earned: emcAmount }).nullable(),
  funding: sent.nullable(),
  payout: sent.nullable(),
  statements: z.array(z.object({ role, statement: z.string(), at: z.int() })),
  record: publicationView.nullable(),
});
export type EscrowViewBody = z.infer<typeof escrowView>;

/** `POST /api/v1/escrows`: a new one with the box as provider. */
export const escrowRequest = z.strictObject({
  renter: escrowParty,
  /** A name of `escrow.arbiters` in the configuration. */
  arbiter: z.string().min(1).max(64),
  amount: amountText,
  /** The configuration's unless given. */
  fees_bps: z.int().min(0).max(10_000).optional(),
  dispute_days: z.int().min(1).max(365).optional(),
  refund_days: z.int().min(1).max(3650).optional(),
  dry_run: z.boolean().default(false),
});

/** `POST /api/v1/escrows/documents`: a document that another party sent, as it is. */
export const escrowDocumentRequest = z.strictObject({ document: z.record(z.string(), z.unknown()) });

const base = { dry_run: z.boolean().default(false) };
/** `POST /api/v1/escrows/{id}/{step}`. */
export const escrowStepRequests = {
  accept: z.strictObject(base),
  fund: z.strictObject(base),
  refund: z.strictObject(base),
  sign: z.strictObject(base),
  send: z.strictObject(base),
  release: z.strictObject({ ...base, earned: amountText }),
  dispute: z.strictObject({
    ...base,
    statement: z.string().min(1).max(10_000),
    files: z
      .array(z.strictObject({ name: z.string().max(255), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
      .max(100)
      .default([]),
  }),
  decide: z.strictObject({ ...base, earned: amountText, reason: z.string().min(1).max(10_000) }),
} as const;

/** What a step pays; `escrow` is null for a dry run. */
export const escrowStepReply = z.object({
  dry_run: z.boolean(),
  pays: z.array(z.object({ role: role.nullable(), address: z.string(), amount: emcAmount })),
  fee: emcAmount,
  escrow: escrowView.nullable(),
});

export type EscrowStepReply = z.infer<typeof escrowStepReply>;

/** `GET /api/v1/escrows/{id}/document`: what the parties pass round. */
export const escrowDocumentReply = z.object({ document: z.record(z.string(), z.unknown()) });

/** `POST /api/v1/escrows/{id}/publish`. */
export const escrowPublishRequest = z.strictObject({
  ...base,
  /** `descriptor` shows keys and fee to everybody; `commitment` shows nothing. */
  form: z.enum(["commitment", "descriptor"]).default("commitment"),
});
