import { describe, expect, it } from "vitest";
import { microEmc, type RentalId, unixMs } from "../../../src/base/index.ts";
import { callCharged, type JournalEntry, type Order, PaymentBook, paidCalls } from "../../../src/core/index.ts";

const rental = "ab".repeat(16) as RentalId;

/** A book on a store that takes each key once. */
function bookOf(ordered: boolean) {
  const keys = new Set<string>();
  const written: JournalEntry[] = [];
  const nothing = { chaps: [], tickets: [], orders: [], deposits: [], sweeps: [], flags: [], balances: new Map() };
  const store = {
    payments: async () => nothing,
    commitPayments: async ({ entries = [] }: { entries?: readonly JournalEntry[] }) => {
      for (const entry of entries) {
        if (keys.has(entry.key)) throw new TypeError("twice");
        keys.add(entry.key);
        written.push(entry);
      }
    },
  };
  const book = new PaymentBook(store as never);
  if (ordered) book.orders.set("o1", { id: "o1", kind: "rental", rentalId: rental } as Order);
  return { book, written, money: paidCalls(book) };
}

const charge = { call: "c1", rental, upTo: 3, cost: microEmc(20_000), at: unixMs(5) };

describe("calls that are paid from a rental's credit", () => {
  it("are booked from the renter to the provider, under a key of call and minute", async () => {
    const { book, money, written } = bookOf(true);
    await book.commit({
      entries: [
        {
          ...{ key: "deposit:1", kind: "deposit", at: unixMs(1), rental },
          postings: [
            { account: "emc:received", amount: microEmc(50_000) },
            { account: `rental:${rental}`, amount: microEmc(-50_000) },
          ],
        },
      ],
    });
    expect(money.credit(rental)).toBe(50_000);
    await money.charge(charge);
    expect(money.credit(rental)).toBe(30_000);
    expect(written.at(-1)).toEqual(callCharged({ id: "c1", rental, upTo: 3, at: unixMs(5) }, microEmc(20_000)));
    expect(written.at(-1)).toMatchObject({ key: "call:c1:3", kind: "call_charged" });
    await expect(money.charge(charge)).rejects.toThrow("twice");
  });

  it("cost nothing in a rental that nobody ordered", async () => {
    const { money, written } = bookOf(false);
    expect(money.credit(rental)).toBeNull();
    await money.charge(charge);
    expect(written).toEqual([]);
  });
});
