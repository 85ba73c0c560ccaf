// What is neither done nor on its way by itself: the doctor names each of these.

import { microEmc, shortEmc } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { PaymentBook } from "./payment-book.ts";

const MINUTES = 60_000;

function problem(code: string, message: string, hint: string): ProblemBody {
  return { code, message, hint };
}

const emc = (amount: number): string => `${shortEmc(microEmc(amount))} EMC`;

/** Orphans of the payments, the ones of money first. */
export function paymentDoubts(book: PaymentBook, now: number, sweepAtLeast: number): readonly ProblemBody[] {
  const tickets = [...book.tickets.values()];
  const undecided = tickets.filter((ticket) => ticket.state === "deciding" && ticket.changedAt < now - MINUTES);
  const unsent = tickets.filter(
    (ticket) => ticket.state === "won" && (ticket.winHex === null || ticket.problem !== null),
  );
  const unswept = tickets.filter((ticket) => ticket.state === "settled" && ticket.sweepId === null);
  const idle = unswept.reduce((sum, ticket) => sum + ticket.amount, 0);
  const refused = [...book.orders.values()].filter(
    (order) => (order.state === "refused" || order.state === "expired") && book.balances.credit(order.rentalId) > 0,
  );
  const debts = [...book.orders.values()].filter(
    (order) => order.kind === "rental" && book.balances.credit(order.rentalId) < 0,
  );
  const voided = [...book.chaps.values()].filter((chap) => chap.state === "void");
  const found: ProblemBody[] = [];
  const tell = (list: readonly unknown[], code: string, what: string, hint: string): void => {
    if (list.length > 0) found.push(problem(code, `${list.length} ${what}`, hint));
  };
  tell(
    unsent,
    "payment.wins_unsent",
    "won tickets are not in the chain",
    "Unlock the node's wallet and look whether the node has peers.",
  );
  tell(
    undecided,
    "payment.tickets_undecided",
    "tickets are stored and not decided",
    "Look whether the node answers and its wallet is unlocked.",
  );
  if (idle >= sweepAtLeast && idle > 0) {
    tell(
      unswept,
      "payment.wins_unswept",
      `wins (${emc(idle)}) are not swept`,
      "Unlock the node's wallet, and look at `payments.sweep`.",
    );
  }
  tell(
    refused,
    "payment.credit_owed",
    "orders hold money and were not granted",
    "Send the money back, or grant the rental by hand.",
  );
  tell(
    debts,
    "payment.credit_negative",
    "rentals used credit that a reorganisation took away",
    "Ask the renter to pay again, or end the rental.",
  );
  tell(
    voided,
    "payment.chaps_void",
    "challenges were forgotten by the node",
    "Nothing: renters get new ones. Find out why the node restarted.",
  );
  return found;
}
