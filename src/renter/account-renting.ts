// One order of an account, from asking to the number in the mailbox. It can be taken up again after anything: what was planned, sent and
// answered is kept before the next step.

import { AppError, isAppError, microEmc, seconds } from "../base/index.ts";
import type { OrderAnswer, RentalGrant } from "../protocol/index.ts";
import type { RenterAccount } from "./account.ts";
import type { AccountDeps } from "./account-key.ts";
import { Renting, type RentingDeps } from "./renting.ts";

export interface AccountRentingDeps extends Pick<RentingDeps, "payer" | "tell" | "patience" | "lookEvery"> {
  readonly account: RenterAccount;
  readonly suite: AccountDeps["suite"];
  readonly clock: AccountDeps["clock"];
}

const GRANT_PATIENCE = seconds(60);
const RENEWAL_PATIENCE = seconds(15);
/** Errors after which the order can bring no number any more. */
const FINAL: ReadonlySet<string> = new Set([
  "market.order_over",
  "market.refused",
  "market.bad_quote",
  "market.bad_answer",
]);

/**
 * Resolves with the grant. Rejects with `market.*`, `payment.*`, `renter.*` or `base.stopped`; after `base.stopped` and what is retryable
 * the order can be taken up again.
 */
export async function rentNumber(deps: AccountRentingDeps, id: string, signal: AbortSignal): Promise<RentalGrant> {
  const { account, suite, clock, payer, tell, patience, lookEvery } = deps;
  const order = account.order(id);
  const key = order === undefined ? undefined : account.keys[order.key];
  if (order === undefined || key === undefined) {
    throw new AppError("market.unknown_order", "no order of this id was made here", { hint: "Make a new one." });
  }
  const { request, provider } = order;
  const agreed = { rental: microEmc(order.rental), perSms: microEmc(order.per_sms) };
  const renting = new Renting(
    {
      ...{ market: key.market, suite, clock, payer, tell, ...(patience === undefined ? {} : { patience }) },
      ...(lookEvery === undefined ? {} : { lookEvery }),
      keepTicket: (chap, tx) => account.changeOrder(id, { ticket: { chap, tx } }),
    },
    { request, provider, agreed },
  );
  try {
    const answer = await renting.run(signal, order.ticket);
    await account.changeOrder(id, { answer });
    const known = key.state.grant(answer.rental_id ?? "");
    // The end of a rental makes no grant: the order is the word for it.
    if (request.change?.kind === "cancel" && known !== undefined) return known;
    const grant = await grantOf(deps, id, answer, signal);
    account.listen(key);
    return grant;
  } catch (error) {
    if (isAppError(error) && FINAL.has(error.code)) await account.changeOrder(id, { ended: error.code });
    throw error;
  }
}

/** The signed grant, once the relay has it. Throws `market.no_grant`, `market.bad_answer`. */
async function grantOf(
  { account, clock }: AccountRentingDeps,
  id: string,
  answer: OrderAnswer,
  signal: AbortSignal,
): Promise<RentalGrant> {
  const key = account.keys[account.order(id)?.key ?? 0];
  const before = answer.rental_id === null ? undefined : key?.state.grant(answer.rental_id);
  // The grant that a renewal changes is known already: the new one is worth a moment, and comes later by itself.
  const patience = before === undefined ? GRANT_PATIENCE : RENEWAL_PATIENCE;
  const deadline = clock.monotonic() + patience;
  for (;;) {
    await key?.client.sync({ messages: async () => {}, refused: () => {} }, signal);
    const grant = answer.rental_id === null ? undefined : key?.state.grant(answer.rental_id);
    const isNew = grant !== undefined && grant.rev > (before?.rev ?? 0);
    const isLate = clock.monotonic() > deadline;
    if (grant?.provider === answer.provider && (isNew || isLate)) return grant;
    if (grant !== undefined && grant.provider !== answer.provider) {
      throw new AppError("market.bad_answer", "the grant is another provider's", {
        hint: "Do not use this relay any more.",
      });
    }
    if (isLate) {
      throw new AppError("market.no_grant", "the rental is granted, but its grant has not come yet", {
        hint: "Look at your rentals in a moment.",
        retryable: true,
      });
    }
    await clock.sleep(seconds(1), "the grant", signal);
  }
}
