// The ways in which a payment is refused, each with what to do about it.

import { AppError, type ErrorContext } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";

const HINTS = {
  "payment.unknown_order": "Ask for a new quote.",
  "payment.order_over": "Ask for a new quote.",
  "payment.order_paid": "Nothing is left to pay; the order's status shows the rental.",
  "payment.not_offered": "Look at the listing's tiers and prices, and choose one that the line has.",
  "payment.method_off": "Choose the other way of paying, or turn this one on in the section `payments`.",
  "payment.payer_flagged": "Pay with plain EMC: a winning ticket of this payer was double-spent.",
  "payment.wallet_locked": "Unlock the node's wallet on the box first: a win could not be taken.",
  "payment.chap_unknown": "Ask for a new challenge and build the ticket for it.",
  "payment.chap_expired": "Ask for a new challenge and build the ticket for it.",
  "payment.chap_foreign": "Pay with a challenge of this order.",
  "payment.chap_used": "Ask for a new challenge: each takes one ticket.",
  "payment.chap_limit": "Use one of the challenges that are open, or wait until they expire.",
  "payment.bad_ticket": "Build the ticket with `numberbox pay ticket`.",
  "payment.underpaid": "Build the ticket for the whole amount of the challenge.",
  "payment.coin_unconfirmed": "Wait for a block, or pay with coins that have confirmations.",
  "payment.coin_spent": "Build the ticket from coins that are unspent.",
  "payment.coin_busy": "Build the ticket from coins that back no other ticket.",
  "payment.bad_signature": "Have the wallet that owns the coins sign the ticket again.",
  "payment.underfunded": "Build the ticket with coins that cover the payment and the fee of 0.0001 EMC.",
  "payment.too_many": "Wait until the tickets handed in are settled.",
  "payment.not_ours": "Ask for a new challenge: the node did not know this one as it was issued.",
  "payment.win_gone": "Wait: it is sent again and again, and booked as a loss after an hour.",
  "payment.undecided": "Ask for the ticket's state in a minute; do not pay again before.",
} as const;

export type PaymentFault = keyof typeof HINTS;

const RETRYABLE: ReadonlySet<PaymentFault> = new Set([
  "payment.coin_unconfirmed",
  "payment.too_many",
  "payment.undecided",
  "payment.wallet_locked",
]);

export function paymentError(
  code: PaymentFault,
  message: string,
  options: { readonly context?: ErrorContext; readonly cause?: unknown } = {},
): AppError {
  return new AppError(code, message, { hint: HINTS[code], retryable: RETRYABLE.has(code), ...options });
}

/** An error as a record keeps it: no cause. */
export function problemOf(error: AppError): ProblemBody {
  const { code, message, hint, context } = error.toJSON();
  return { code, message, ...(hint === undefined ? {} : { hint }), context };
}
