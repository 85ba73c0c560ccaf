// The escrow that a provider offers for an order: whether it is what the renter asked for, before anything of it is kept.

import { parseEmc, utf8 } from "../base/index.ts";
import { parseEscrowFile } from "../core/index.ts";
import type { OrderAnswer, PaymentRequirement, RentRequest } from "../protocol/index.ts";
import { dishonest } from "./dishonest.ts";

export interface EscrowAsked {
  readonly request: RentRequest;
  /** Verify key of the provider, as the chain names it. */
  readonly provider: string;
}

/**
 * Throws `market.bad_quote` where the document names other people, keys, terms or coins than the order and the signed quote, or
 * `escrow.bad_file`, `escrow.bad_policy` where it is none. Whether its address belongs to its keys is seen when it is taken in.
 */
export function checkEscrowOffer(
  offered: Extract<PaymentRequirement, { readonly method: "escrow" }>,
  answer: OrderAnswer,
  { request: { payment, renter }, provider }: EscrowAsked,
): void {
  if (payment.method !== "escrow") throw dishonest("it asks for an escrow that nobody ordered");
  const { amount, feesBps, roles } = parseEscrowFile(utf8(offered.document)).policy;
  const own = roles.renter;
  if (own.verify !== renter.verify || own.key !== payment.key || own.address !== payment.address) {
    throw dishonest("its escrow has another key or address for you");
  }
  if (roles.provider.verify !== provider) throw dishonest("its escrow names another provider");
  if (roles.arbiter.verify !== payment.arbiter) throw dishonest("its escrow names another arbiter than you chose");
  if (feesBps !== payment.fees_bps) throw dishonest("the arbiter's fee is not that of the listing");
  const open = parseEmc(answer.due) - parseEmc(answer.received);
  if (amount !== open || amount !== parseEmc(offered.amount)) throw dishonest("its escrow is of another amount");
}
