// The escrow of one rental of an account: every step is kept before anything else may see it.

import { type Clock, type CryptoSuite, unixSecondsOf, utf8 } from "../base/index.ts";
import { type EscrowFile, escrowFileText, parseEscrowFile } from "../core/index.ts";
import type { RenterAccount } from "./account.ts";
import type { AccountKey } from "./account-key.ts";
import type { AccountRental } from "./account-rentals.ts";
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

/** Does one step for a rental, and keeps the document. Rejects with `escrow.*`, `renter.*`. */
export async function stepEscrow(
  { account, suite, clock }: AccountEscrowDeps,
  { grant, key: index }: Pick<AccountRental, "grant" | "key">,
  wish: EscrowWish,
): Promise<void> {
  const key = account.keys[index];
  if (key === undefined) throw new TypeError("the account has no such key");
  const now = unixSecondsOf(clock.now());
  const text = account.escrow(grant.rental_id);
  const own = text === null ? null : parseEscrowFile(utf8(text));
  const next = stepped({ suite, key, provider: grant.provider, now }, own, wish);
  await account.keepEscrow(grant.rental_id, escrowFileText(next));
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
