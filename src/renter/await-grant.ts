// The signed grant that a paid order brings: looked for until the relay has it.

import { AppError, type Clock, seconds } from "../base/index.ts";
import type { OrderAnswer, RentalGrant } from "../protocol/index.ts";

export interface GrantSearch {
  readonly clock: Clock;
  /** What the provider said of the order. */
  readonly answer: OrderAnswer;
  /** The grant of the rental before the order, where it changes one. */
  readonly before: RentalGrant | undefined;
  /** Asks the relay. */
  readonly sync: (signal: AbortSignal) => Promise<void>;
  /** The grant that is believed of this rental now. */
  readonly known: (rentalId: string) => RentalGrant | undefined;
}

const GRANT_PATIENCE = seconds(60);
/** The grant that a renewal changes is known already: the new one is worth a moment, and comes later by itself. */
const CHANGE_PATIENCE = seconds(15);
const LOOK_AGAIN = seconds(1);

/** Resolves with the grant; of a change that is late, as it was. Rejects with `market.no_grant`, `market.bad_answer`, or as `sync`. */
export async function awaitGrant(search: GrantSearch, signal: AbortSignal): Promise<RentalGrant> {
  const { clock, answer, before, sync, known } = search;
  const deadline = clock.monotonic() + (before === undefined ? GRANT_PATIENCE : CHANGE_PATIENCE);
  for (;;) {
    await sync(signal);
    const grant = answer.rental_id === null ? undefined : known(answer.rental_id);
    if (grant !== undefined && grant.provider !== answer.provider) {
      throw new AppError("market.bad_answer", "the grant is another provider's", {
        hint: "Do not use this relay any more.",
      });
    }
    const isLate = clock.monotonic() > deadline;
    if (grant !== undefined && (isLate || grant.rev > (before?.rev ?? 0))) return grant;
    if (isLate) {
      throw new AppError("market.no_grant", "the rental is granted, but its grant has not come yet", {
        hint: "Look at your rentals in a moment.",
        retryable: true,
      });
    }
    await clock.sleep(LOOK_AGAIN, "the grant", signal);
  }
}
