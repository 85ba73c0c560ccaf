// The provider's signed word about an order, and what makes a renter believe it.

import { AppError, type CryptoSuite, fromBase64url, isAppError, type Secret, toBase64url } from "../../base/index.ts";
import { canonicalBytes } from "../../envelope/index.ts";
import type { OrderAnswer, RentRequest } from "../../protocol/index.ts";

/** What an answer names the question by: base64url SHA-256 of its canonical JSON. */
export function rentRequestHash(suite: CryptoSuite, request: RentRequest): string {
  return toBase64url(suite.sha256(canonicalBytes(request)));
}

export function signAnswer(
  suite: CryptoSuite,
  seed: Secret<Uint8Array>,
  answer: Omit<OrderAnswer, "signature">,
): OrderAnswer {
  return { ...answer, signature: toBase64url(suite.ed25519Sign(seed.reveal(), canonicalBytes(answer))) };
}

/** Whether the provider that the answer names has signed it. */
export function isSignedAnswer(suite: CryptoSuite, { signature, ...answer }: OrderAnswer): boolean {
  try {
    return suite.ed25519Verify(fromBase64url(answer.provider), canonicalBytes(answer), fromBase64url(signature));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

const cancelBytes = (orderId: string, rentalId: string): Uint8Array =>
  canonicalBytes({ v: 1, type: "numberbox-cancel", order_id: orderId, rental_id: rentalId });

/** A renter's signature over the end of his rental. */
export function signCancel(
  suite: CryptoSuite,
  seed: Secret<Uint8Array>,
  of: { readonly orderId: string; readonly rentalId: string },
): string {
  return toBase64url(suite.ed25519Sign(seed.reveal(), cancelBytes(of.orderId, of.rentalId)));
}

/** Whether the renter that the request names has signed its cancellation. */
export function isSignedCancel(suite: CryptoSuite, { order_id, renter, change }: RentRequest): boolean {
  if (change?.kind !== "cancel") return false;
  try {
    const bytes = cancelBytes(order_id, change.rental_id);
    return suite.ed25519Verify(fromBase64url(renter.verify), bytes, fromBase64url(change.signature));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/**
 * Throws `market.bad_answer` unless `provider` (its verify key) signed the answer, to exactly this request. A relay that put its own
 * keys into the request is found out here, before anything is paid.
 */
export function checkAnswer(
  suite: CryptoSuite,
  answer: OrderAnswer,
  asked: { readonly request: RentRequest; readonly provider: string },
): void {
  const { request, provider } = asked;
  const fits = answer.order_id === request.order_id && answer.listing_id === request.listing_id;
  const same = answer.request === rentRequestHash(suite, request);
  if (fits && same && answer.provider === provider && isSignedAnswer(suite, answer)) return;
  throw new AppError("market.bad_answer", "the answer to the order is not the provider's, or answers something else", {
    hint: "Pay nothing; do not use this relay any more.",
  });
}
