// The escrow of one rental of an account: every step is kept before anything else may see it.

import { type Clock, type CryptoSuite, isAppError, unixSecondsOf, utf8 } from "../base/index.ts";
import { type EscrowFile, escrowFileText, parseEscrowFile } from "../core/index.ts";
import { orderEscrowText } from "../protocol/index.ts";
import type { RenterAccount } from "./account.ts";
import type { AccountKey } from "./account-key.ts";
import type { StoredOrder } from "./account-records.ts";
import { agreeEscrow, disputeEscrow, takeEscrow } from "./escrow.ts";

export interface AccountEscrowDeps {
  readonly account: RenterAccount;
  readonly suite: CryptoSuite;
  readonly clock: Pick<Clock, "now">;
}

export type EscrowWish =
  | { readonly step: "take"; readonly text: string }
  | { readonly step: "agree" }
  | { readonly step: "dispute"; readonly statement: string };

/** What an escrow is of: a rental, or one that is ordered. */
export interface EscrowHolder {
  readonly rentalId: string;
  /** Verify key of the provider. */
  readonly provider: string;
  /** Index of the key. */
  readonly key: number;
}

/** Does one step, and keeps the document. Rejects with `escrow.*`, `renter.*`. */
export async function keepStep(
  { account, suite, clock }: AccountEscrowDeps,
  { rentalId, provider, key: index }: EscrowHolder,
  wish: EscrowWish,
): Promise<string> {
  const key = account.keys[index];
  if (key === undefined) throw new TypeError("the account has no such key");
  const now = unixSecondsOf(clock.now());
  const text = account.escrow(rentalId);
  const own = text === null ? null : parseEscrowFile(utf8(text));
  const next = escrowFileText(stepped({ suite, key, provider, now }, own, wish));
  if (next !== text) await account.keepEscrow(rentalId, next);
  return next;
}

/** The order that an escrow pays for; undefined where it was agreed on beside one. */
export function orderOfEscrow(orders: readonly StoredOrder[], rentalId: string): StoredOrder | undefined {
  return orders.find(
    ({ request, answer }) => request.payment.method === "escrow" && answer !== null && answer.rental_id === rentalId,
  );
}

/**
 * As `keepStep`; the copy then goes to the provider, where the escrow pays for an order. Resolves with whether it did: false where it has
 * to be passed on by hand.
 */
export async function stepEscrow(
  deps: AccountEscrowDeps,
  holder: EscrowHolder,
  wish: EscrowWish,
  signal: AbortSignal,
): Promise<boolean> {
  const { account } = deps;
  const text = await keepStep(deps, holder, wish);
  const order = orderOfEscrow(account.orders, holder.rentalId);
  const market = account.keys[holder.key]?.market;
  if (order === undefined || market === undefined || !orderEscrowText.safeParse(text).success) return false;
  try {
    await market.escrow(order.request.order_id, text, signal);
    return true;
  } catch (error) {
    // What was signed is kept; a relay that is away, or has forgotten the order, undoes nothing.
    if (isAppError(error)) return false;
    throw error;
  }
}

interface Stepping {
  readonly suite: CryptoSuite;
  readonly key: AccountKey;
  readonly provider: string;
  readonly now: number;
}

function stepped({ suite, key, provider, now }: Stepping, own: EscrowFile | null, wish: EscrowWish): EscrowFile {
  const { seed, verify } = key.identity;
  if (wish.step === "take") return takeEscrow({ suite, verify, provider, now }, wish.text, own);
  if (own === null) throw new TypeError("the rental has no escrow");
  return wish.step === "agree"
    ? agreeEscrow(suite, own, { seed, now })
    : disputeEscrow(suite, own, { statement: wish.statement, seed, now });
}
