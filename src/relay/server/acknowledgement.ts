// `POST /sms/ack` and the ack frame: a renter's signed receipts are checked one by one and kept for the provider; the envelopes they
// are about are wiped.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { CryptoSuite, ErrorCode } from "../../base/index.ts";
import type { Acknowledgement, ReceivedMessage, RelayStore } from "../../core/index.ts";
import { canonicalJson, verifyReceipt } from "../../envelope/index.ts";
import type { AckReply, Receipt } from "../../protocol/index.ts";
import type { RelayMetrics } from "./metrics.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface AcknowledgementDeps {
  readonly store: Pick<RelayStore, "mail">;
  readonly limits: RateLimits;
  readonly crypto: CryptoSuite;
  readonly metrics: Pick<RelayMetrics, "acknowledged">;
}

// Verifying takes about 0.1 ms each: a full request must not hold up every other connection.
const VERIFIED_PER_TURN = 16;

type Judged =
  | { readonly ok: true; readonly message: ReceivedMessage }
  | { readonly ok: false; readonly code: ErrorCode };

const refuse = (code: ErrorCode): Judged => ({ ok: false, code });

function isAddressedTo({ to }: Receipt, message: ReceivedMessage): boolean {
  return typeof to === "string" ? to === message.provider : to.listing === message.listingId;
}

/** Whether `receipt` is what `renter` may say about one of its `messages` (those with the receipt's hash). */
function judge(
  crypto: CryptoSuite,
  receipt: Receipt,
  by: { readonly renter: string; readonly messages: readonly ReceivedMessage[] },
): Judged {
  if (receipt.from !== by.renter) return refuse("relay.wrong_signer");
  if (by.messages.length === 0) return refuse("relay.unknown_message");
  const message = by.messages.find((candidate) => isAddressedTo(receipt, candidate));
  if (message === undefined) return refuse("relay.wrong_recipient");
  const verdict = verifyReceipt(crypto, receipt);
  return verdict.ok ? { ok: true, message } : refuse(verdict.code);
}

/**
 * Takes receipts that the holder of key `renter` sends; resolves after they are durable. One that was taken before is accepted again.
 * A refused one has a code: `relay.wrong_signer`, `relay.unknown_message`, `relay.wrong_recipient` or `receipt.*`. Rejects with
 * `relay.rate_limited` or `store.*`.
 */
export async function acknowledge(
  deps: AcknowledgementDeps,
  renter: string,
  receipts: readonly Receipt[],
): Promise<AckReply> {
  await deps.limits.take("receipt", renter, receipts.length);
  const unique = new Map(receipts.map((receipt) => [receipt.msg_hash, receipt]));
  const received = Map.groupBy(await deps.store.mail.received(renter, [...unique.keys()]), (one) => one.hash);
  const accepted: string[] = [];
  const refused: { msg_hash: string; code: string }[] = [];
  const fresh: Acknowledgement[] = [];
  let checked = 0;
  for (const [hash, receipt] of unique) {
    if (++checked % VERIFIED_PER_TURN === 0) await nextTurn();
    const verdict = judge(deps.crypto, receipt, { renter, messages: received.get(hash) ?? [] });
    if (!verdict.ok) {
      refused.push({ msg_hash: hash, code: verdict.code });
      continue;
    }
    accepted.push(hash);
    const { id: messageId, rentalId, provider, acknowledged } = verdict.message;
    if (!acknowledged) fresh.push({ messageId, rentalId, provider, receipt: canonicalJson(receipt) });
  }
  if (fresh.length > 0) await deps.store.mail.acknowledge(renter, fresh);
  deps.metrics.acknowledged(fresh.length);
  return { accepted, refused };
}
