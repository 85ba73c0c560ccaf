// Rentals that are soon over: the pages have no wallet to renew them with, so they remind of them instead.

import { type AccountRental, isSoonOver } from "../../renter/index.ts";

/** Those that run, are soon over and were not ended by their renter; the first to end is the first. `now` in Unix ms. */
export function endingRentals<T extends Pick<AccountRental, "grant" | "cancelledAt">>(
  rentals: readonly T[],
  now: number,
): readonly T[] {
  return rentals
    .filter(({ grant, cancelledAt }) => cancelledAt === null && isSoonOver(grant, now))
    .toSorted((one, other) => one.grant.expires_at - other.grant.expires_at);
}
