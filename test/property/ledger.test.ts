// No sequence of tickets, deposits, reorganisations, charges, refunds and sweeps makes or loses credit.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MicroEmc, microEmc, rentalId, unixMs } from "../../src/base/index.ts";
import {
  Balances,
  callCharged,
  chargeReturned,
  depositCredited,
  depositReversed,
  type JournalEntry,
  refunded,
  rentalCharged,
  smsCharged,
  swept,
  ticketDecided,
  ticketValue,
  winDisplaced,
} from "../../src/core/index.ts";
import { ticketAmount } from "../../src/emercoin/index.ts";

const RENTALS = ["aa", "bb"].map((byte) => rentalId(byte.repeat(16)));
const amount = fc.integer({ min: 1, max: 10_000_000 }).map((value): MicroEmc => microEmc(value));
const risk = fc.integer({ min: 1, max: 1000 });

interface Move {
  readonly entry: JournalEntry;
  /** What the renter must have gained by it. */
  readonly credit: number;
  /** Coins that came (plus) or went. */
  readonly coins: number;
}

type Make = (id: string) => Move;

const moves: fc.Arbitrary<Make> = fc
  .record({
    kind: fc.integer({ min: 0, max: 8 }),
    rental: fc.constantFrom(...RENTALS),
    amount,
    risk,
    won: fc.boolean(),
  })
  .map(({ kind, rental, amount: sum, risk: odds, won }) => (id): Move => {
    const about = { id, at: unixMs(1), rental };
    const value = ticketValue(sum, odds);
    switch (kind) {
      case 0:
      case 1:
        return {
          entry: ticketDecided(about, { value, won: microEmc(won ? sum : 0) }),
          credit: value,
          coins: won ? sum : 0,
        };
      case 2:
        return { entry: winDisplaced(about, sum), credit: 0, coins: -sum };
      case 3:
        return { entry: depositCredited(about, sum), credit: sum, coins: sum };
      case 4:
        return { entry: depositReversed(about, sum), credit: -sum, coins: -sum };
      case 5:
        return { entry: rentalCharged(about, sum), credit: -sum, coins: 0 };
      case 6:
        return {
          entry: (won ? callCharged : smsCharged)({ ...about, upTo: sum }, sum),
          ...{ credit: -sum, coins: 0 },
        };
      case 7:
        return { entry: chargeReturned(about, sum), credit: sum, coins: 0 };
      default:
        return won
          ? { entry: refunded(about, sum), credit: -sum, coins: -sum }
          : { entry: swept(about, { amount: sum, fee: microEmc(Math.min(100, sum)) }), credit: 0, coins: 0 };
    }
  });

describe("the ledger", () => {
  it("balances after every sequence: each renter has what was credited less what was charged, and the coins are all there", () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 40 }), (makes) => {
        const balances = new Balances();
        const owed = new Map<string, number>();
        let coins = 0;
        makes.forEach((make, at) => {
          const move = make(`entry-${at}`);
          balances.apply([move.entry]);
          const rental = move.entry.rental;
          if (rental !== null) owed.set(rental, (owed.get(rental) ?? 0) + move.credit);
          coins += move.coins;
          expect(balances.total()).toBe(0);
        });
        for (const rental of RENTALS) expect(balances.credit(rental)).toBe(owed.get(rental) ?? 0);
        const kept = (
          ["randpay:received", "emc:received", "emc:refunded", "payout:swept", "chain:fees"] as const
        ).reduce((sum, account) => sum + balances.of(account), 0);
        expect(kept).toBe(coins);
      }),
    );
  });

  it("credits for n tickets never more than n times amount / risk, and a price exactly where the amount was chosen for it", () => {
    fc.assert(
      fc.property(amount, risk, fc.integer({ min: 1, max: 500 }), (sum, odds, count) => {
        const value = ticketValue(sum, odds);
        expect(value * count * odds).toBeLessThanOrEqual(sum * count);
        expect((value + 1) * odds).toBeGreaterThan(sum);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000 }), (price) => {
        const chosen = ticketAmount(microEmc(price), microEmc(1_000_000));
        expect(ticketValue(chosen.amount, chosen.risk)).toBe(price);
      }),
    );
  });
});
