// Whether a challenge may be paid: one that the provider's answer has, and one that the relay gives out of his pool. Pure.

import { AppError, type CryptoSuite, parseEmc, type UnixMs } from "../base/index.ts";
import { isSignedPooledChap, paymentError, ticketValue } from "../core/index.ts";
import { parseChap } from "../emercoin/index.ts";
import type { OrderAnswer, PooledChap, RandpayPayment } from "../protocol/index.ts";
import { dishonest } from "./dishonest.ts";

/** Millionths of EMC that the order still needs; at least one: a ticket cannot be worth less. */
const openOf = (answer: OrderAnswer): number => Math.max(parseEmc(answer.due) - parseEmc(answer.received), 1);

/** Throws `market.bad_quote` where a challenge is not worth what the provider says, or more than is due. */
export function checkChallenge(answer: OrderAnswer, asked: RandpayPayment): void {
  const chap = parseChap(asked.chap);
  const same = chap.amount === parseEmc(asked.amount) && chap.risk === asked.risk;
  if (!same || ticketValue(chap.amount, chap.risk) !== parseEmc(asked.expected)) {
    throw dishonest("its challenge is not what it says");
  }
  if (parseEmc(asked.expected) > openOf(answer)) throw dishonest("its challenge is worth more than is due");
}

export interface PooledFor {
  /** The provider's last word about the order. */
  readonly answer: OrderAnswer;
  /** Verify key of the provider, as the chain names it. */
  readonly provider: string;
  /** It has to be good until then at least. */
  readonly until: UnixMs;
}

/**
 * Throws `market.bad_answer` unless `provider` signed the challenge, `market.bad_quote` where it is not what it says or not worth exactly
 * what is due, `payment.chap_expired` where it ends too early.
 */
export function checkPooled(suite: CryptoSuite, pooled: PooledChap, { answer, provider, until }: PooledFor): void {
  if (pooled.provider !== provider || !isSignedPooledChap(suite, pooled)) {
    throw new AppError("market.bad_answer", "the relay's challenge is not the provider's", {
      hint: "Pay nothing; do not use this relay any more.",
    });
  }
  checkChallenge(answer, pooled.payment);
  if (parseEmc(pooled.payment.expected) !== openOf(answer)) throw dishonest("its challenge is not worth what is due");
  if (pooled.payment.expires_at * 1000 < until)
    throw paymentError("payment.chap_expired", "the relay's challenge is no longer valid");
}
