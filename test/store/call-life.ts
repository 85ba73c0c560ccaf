// A box that does nothing but calls, on a real store and with real money, for tests that kill it.

import {
  AppError,
  hours,
  microEmc,
  type Random,
  silentLogger,
  slotId,
  toBase64url,
  unixMs,
} from "../../src/base/index.ts";
import { CallBook, depositCredited, type Order, PaymentBook, paidCalls } from "../../src/core/index.ts";
import type { FileBoxStore } from "../../src/store/index.ts";
import { renter, suite, verifyOf } from "../relay/fixtures.ts";
import { rentalIdOf, sampleLine, sampleRental } from "../sim/store-samples.ts";
import type { VirtualClock } from "../sim/virtual-clock.ts";

export const PRICE = 700;
export const DEPOSIT = 1_000_000_000;

const line = sampleLine(1);
const rental = sampleRental(1, { renter: { verify: verifyOf(renter), encrypt: toBase64url(renter.encrypt) } });

export interface CallLife {
  readonly book: CallBook;
  readonly credit: () => number;
  /** Opens and answers a call; the returned function ends it. */
  readonly call: (id: string) => () => void;
}

export interface CallLifeDeps {
  readonly store: FileBoxStore;
  readonly clock: VirtualClock;
  readonly random: Random;
  /** A write of this call is durable. */
  readonly onDurable: (id: string, minutes: number) => void;
}

export async function startCallLife({ store, clock, random, onDurable }: CallLifeDeps): Promise<CallLife> {
  await store.saveLine(line);
  await store.saveRental(rental, null);
  const money = new PaymentBook(store.payments);
  await money.load();
  money.orders.set("order", { id: "order", kind: "rental", rentalId: rental.id } as Order);
  const deposit = depositCredited({ id: "first", at: unixMs(1), rental: rental.id }, microEmc(DEPOSIT));
  await money.commit({ entries: [deposit] }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "store.conflict") throw error;
  });
  const calls = {
    ...store.calls,
    saveCall: async (call: Parameters<typeof store.calls.saveCall>[0]) => {
      await store.calls.saveCall(call);
      onDurable(call.id, call.minutes);
    },
  };
  const book = new CallBook({
    ...{ store: calls, suite, random, clock, log: silentLogger, events: { record: () => {} } },
    ...{ now: () => clock.now(), money: paidCalls(money) },
    terms: () => ({
      ...{ pricePerMinute: microEmc(PRICE), includedMinutes: 0, maxCall: hours(10), minutesPerDay: null },
    }),
  });
  await book.load();
  const call = (id: string) => {
    const account = book.open({
      ...{ id, direction: "out", line, slot: slotId("s1"), rental, number: "+4930123456", startedAt: clock.now() },
      ...{ onRunningOut: () => {}, onRanOut: () => {} },
    });
    account.talking();
    return () => account.over("hung_up");
  };
  return { book, credit: () => money.balances.credit(rentalIdOf(1)), call };
}
