// What happened between two lists of rentals; pure.

import type { RentalView } from "../protocol/index.ts";

export interface RentalChange {
  readonly what: "granted" | "ended" | "expired" | "changed";
  readonly rental: RentalView;
}

/** Oldest first. The first list (`before` null) is where counting begins: nothing in it is news. */
export function rentalChanges(
  before: readonly RentalView[] | null,
  after: readonly RentalView[],
): readonly RentalChange[] {
  if (before === null) return [];
  const known = new Map(before.map((rental) => [rental.id, rental]));
  const changes = after.flatMap((rental): RentalChange[] => {
    const was = known.get(rental.id);
    if (was === undefined) return [{ what: rental.state === "active" ? "granted" : rental.state, rental }];
    if (was.state !== rental.state && rental.state !== "active") return [{ what: rental.state, rental }];
    return was.expires_at === rental.expires_at && was.credit === rental.credit ? [] : [{ what: "changed", rental }];
  });
  return changes.sort((a, b) => a.rental.starts_at - b.rental.starts_at);
}
