// A rental's calls, paid from its credit.

import type { CallMoney } from "../calls/ports-calls.ts";
import { callCharged } from "./entries.ts";
import type { PaymentBook } from "./payment-book.ts";

/** Rentals that nobody ordered are not billed: whoever granted them by hand lets them call. */
export function paidCalls(book: PaymentBook): CallMoney {
  return {
    credit: (rental) => (book.orderOfRental(rental) === null ? null : book.balances.credit(rental)),
    charge: async ({ call, rental, upTo, cost, at }) => {
      if (book.orderOfRental(rental) === null) return;
      await book.commit({ entries: [callCharged({ id: call, rental, upTo, at }, cost)] });
    },
  };
}
