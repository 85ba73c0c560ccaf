// One order of an account, from asking to the number in the mailbox. It can be taken up again after anything: what was planned, sent and
// answered is kept before the next step.

import { AppError, microEmc } from "../base/index.ts";
import type { RentalGrant } from "../protocol/index.ts";
import type { RenterAccount } from "./account.ts";
import { keepStep } from "./account-escrow.ts";
import type { AccountDeps } from "./account-key.ts";
import { awaitGrant } from "./await-grant.ts";
import { endsOrder, Renting, type RentingDeps } from "./renting.ts";

export interface AccountRentingDeps extends Pick<RentingDeps, "payer" | "tell" | "patience" | "lookEvery"> {
  readonly account: RenterAccount;
  readonly suite: AccountDeps["suite"];
  readonly clock: AccountDeps["clock"];
}

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
      keepEscrow: async (answer, document) => {
        // From here on the order is found by its escrow, and the other way round.
        await account.changeOrder(id, { answer });
        const held = { rentalId: answer.rental_id ?? "", provider, key: order.key };
        await keepStep({ account, suite, clock }, held, { step: "take", text: document });
      },
    },
    { request, provider, agreed },
  );
  const before = request.change === undefined ? undefined : key.state.grant(request.change.rental_id);
  try {
    const answer = await renting.run(signal, order.ticket);
    await account.changeOrder(id, { answer });
    // The end of a rental makes no grant: the order is the word for it.
    if (request.change?.kind === "cancel" && before !== undefined) return before;
    const sink = { messages: async () => {}, refused: () => {} };
    const grant = await awaitGrant(
      {
        ...{ clock, answer, before },
        sync: (stop) => key.client.sync(sink, stop),
        known: (rental) => key.state.grant(rental),
      },
      signal,
    );
    account.listen(key);
    return grant;
  } catch (error) {
    if (endsOrder(error)) await account.changeOrder(id, { ended: error.code });
    throw error;
  }
}
