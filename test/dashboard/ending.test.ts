// The reminder before a rental's end.

import { describe, expect, it } from "vitest";
import { endingRentals } from "../../src/dashboard/pages/ending.ts";
import { grantOf, NOW, NOW_S } from "../renter/fixtures.ts";

const DAY = 86_400;
const rental = (id: string, days: number, cancelledAt: number | null = null) => ({
  grant: { ...grantOf({ rentalId: id.repeat(32) }), starts_at: NOW_S, expires_at: NOW_S + days * DAY },
  cancelledAt,
});

describe("endingRentals", () => {
  it("reminds of those that are soon over, the first to end first, and not of what was cancelled or has ended", () => {
    const rentals = [rental("a", 30), rental("b", 29.5), rental("c", 60), rental("d", 29.8, NOW), rental("e", 29)];
    const at = NOW + 29.3 * DAY * 1000;
    expect(endingRentals(rentals, at).map(({ grant }) => grant.rental_id[0])).toEqual(["b", "a"]);
    expect(endingRentals(rentals, NOW)).toEqual([]);
  });
});
