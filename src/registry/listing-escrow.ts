// Escrow as a way to pay, as a listing's record offers it: the member `escrow`. Older readers pass it over as a member that they do not
// know; a form that this version does not know is no offer, and spoils nothing else of the record.

import { z } from "zod";
import type { ListingFields } from "./listing-record.ts";

const arbiter = z.object({
  name: z.string().min(1).max(64),
  verify: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

const escrowMember = z.object({
  v: z.literal(1),
  arbiters: z.array(arbiter).min(1).max(16),
  fees_bps: z.int().min(0).max(10_000),
  dispute_days: z.int().min(1).max(365),
  refund_days: z.int().min(1).max(3650),
});
/** The member as it stands in a record. */
export type ListingEscrow = z.infer<typeof escrowMember>;

/** Whom the provider trusts to decide; the renter chooses one of them. */
export interface OfferedArbiter {
  /** The provider's word for him. */
  readonly name: string;
  /** His identity's verify key: nobody else can sign for him. */
  readonly verify: string;
}

export interface EscrowOffer {
  readonly arbiters: readonly OfferedArbiter[];
  /** The arbiter's share if he decides, in hundredths of a percent. */
  readonly feesBps: number;
  /** Days that the other party has to answer a complaint. */
  readonly disputeDays: number;
  /** Days after which renter and arbiter may take everything back. */
  readonly refundDays: number;
}

/** Null where the record does not offer escrow. */
export function escrowOfferOf({ escrow }: Pick<ListingFields, "escrow">): EscrowOffer | null {
  const { data } = escrowMember.safeParse(escrow);
  if (data === undefined) return null;
  const { arbiters, fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays } = data;
  return { arbiters, feesBps, disputeDays, refundDays };
}

/** The record's member. */
export function listingEscrow({ arbiters, feesBps, disputeDays, refundDays }: EscrowOffer): ListingEscrow {
  return {
    v: 1,
    arbiters: arbiters.map(({ name, verify }) => ({ name, verify })),
    ...{ fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays },
  };
}
