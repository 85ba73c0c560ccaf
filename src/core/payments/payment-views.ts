// The payments as REST shows them.

import { emcText, microEmc, type RentalId } from "../../base/index.ts";
import type { ChapView, OrderView, PaymentsView, StatementView, TicketView } from "../../protocol/index.ts";
import type { ChapTerms } from "./chaps.ts";
import type { IssuedChap, Order, StoredTicket } from "./model.ts";
import type { PaymentBook } from "./payment-book.ts";
import type { PaymentsOverview } from "./payments.ts";
import type { Statement } from "./statement.ts";
import { ticketValue } from "./ticket-check.ts";

export function orderViewOf(order: Order, book: PaymentBook): OrderView {
  const { id, kind, tier, days, method, address, state, problem } = order;
  const first = book.orderOfRental(order.rentalId as RentalId);
  return {
    ...{ id, kind, tier, days, method, address, state, problem },
    rental_id: order.rentalId,
    line: order.lineId,
    price: emcText(order.price),
    per_sms: emcText(order.perSms),
    due: emcText(order.due),
    received: emcText(order.received),
    credit: emcText(book.balances.credit(order.rentalId)),
    sms: first?.state === "granted" ? book.smsCredit(first) : null,
    created_at: order.createdAt,
    expires_at: order.expiresAt,
  };
}

export function chapViewOf(orderId: string, terms: ChapTerms, chap: IssuedChap | null): ChapView {
  return {
    order_id: orderId,
    chap: chap?.text ?? null,
    amount: emcText(terms.amount),
    risk: terms.risk,
    value: emcText(ticketValue(terms.amount, terms.risk)),
    expires_at: chap?.expiresAt ?? null,
  };
}

export function ticketViewOf(ticket: StoredTicket): TicketView {
  const { id, risk, state, problem } = ticket;
  return {
    ...{ id, risk, state, problem },
    order_id: ticket.orderId,
    rental_id: ticket.rentalId,
    amount: emcText(ticket.amount),
    value: emcText(ticket.value),
    received_at: ticket.receivedAt,
    win_txid: ticket.winTxid,
  };
}

export function paymentsViewOf(overview: PaymentsOverview): PaymentsView {
  const { balances, openOrders, openChaps, undecided, unsettledWins, unswept, doubts } = overview;
  // One figure for what all renters have left: a line for each would grow without end.
  const shown = new Map<string, number>();
  for (const [account, amount] of balances) {
    const name = account.startsWith("rental:") ? "rentals" : account;
    shown.set(name, (shown.get(name) ?? 0) + amount);
  }
  return {
    enabled: true,
    balances: Object.fromEntries([...shown].map(([name, amount]) => [name, emcText(microEmc(amount))])),
    ...{ open_orders: openOrders, open_chaps: openChaps, undecided, unsettled_wins: unsettledWins },
    unswept: emcText(unswept),
    doubts: [...doubts],
  };
}

export function statementViewOf(of: Statement): StatementView {
  const { from, to, attempts, wins, words } = of;
  return {
    ...{ from, to, attempts, wins, words: [...words] },
    expected_wins: of.expectedWins,
    ...{ expected: emcText(of.expected), received: emcText(of.received), displaced: emcText(of.displaced) },
    ...{ deviation: emcText(of.deviation), emc: emcText(of.emc), earned: emcText(of.earned) },
    ...{ fees: emcText(of.fees), swept: emcText(of.swept) },
    rentals: of.rentals.map((each) => ({
      ...{ rental: each.rental, attempts: each.attempts, wins: each.wins },
      expected: emcText(each.expected),
      received: emcText(each.received),
      charged: emcText(each.charged),
    })),
  };
}
