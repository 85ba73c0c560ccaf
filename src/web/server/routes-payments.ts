// REST: orders, challenges, tickets, addresses and the statement. A ticket is taken with the right to write: it grants rentals.

import type { z } from "zod";
import { days, EMC, emcText, parseEmc, rentalId, unixMs } from "../../base/index.ts";
import {
  type ChapTerms,
  chapViewOf,
  orderViewOf,
  type Payments,
  paymentsViewOf,
  type StoredTicket,
  statementViewOf,
  stillDue,
  ticketViewOf,
} from "../../core/index.ts";
import {
  addressReply,
  addressRequest,
  chapRequest,
  chapView,
  listOrder,
  type OrderRequest,
  orderRequest,
  ordersReply,
  orderView,
  paymentsView,
  spanQuery,
  statementView,
  ticketReply,
  ticketRequest,
  ticketsQuery,
  ticketsReply,
} from "../../protocol/index.ts";
import { WALLET_ERRORS } from "./error-groups.ts";
import { namedPageQuery, pageOf } from "./exchange.ts";
import { type Operation, operation } from "./operation.ts";

export interface PaymentConsole {
  readonly service: Payments;
  /** A line by id or number. Errors: `rental.unknown_line`. */
  readonly findLine: (text: string) => Parameters<Payments["quote"]>[0]["line"];
  readonly now: () => number;
}

function spanOf({ from, to, limit }: z.output<typeof spanQuery>, now: number) {
  const end = to ?? now + 1;
  return { from: unixMs(from ?? Math.max(0, end - days(30))), to: unixMs(end), limit };
}

/** Tickets of one millisecond that a page may begin with: each takes the checks of a transaction. */
const SAME_MOMENT = 100;

type TicketsQuery = z.output<typeof ticketsQuery>;

/** By time, then by id; a page is behind `after`, which holds both. */
async function ticketsOf(service: Payments, query: TicketsQuery, now: number) {
  const { order, only, after } = query;
  const span = spanOf(query, now);
  const isNewest = order === "newest";
  const [at = "", ...rest] = (after ?? "").split(".");
  const [last, lastId] = [after === undefined ? null : Number(at), rest.join(".")];
  const isBehind = ({ receivedAt, id }: StoredTicket): boolean => {
    if (last === null || receivedAt !== last)
      return last === null || (isNewest ? receivedAt < last : receivedAt > last);
    return isNewest ? id < lastId : id > lastId;
  };
  const edge = isNewest
    ? { to: unixMs(Math.min(span.to, (last ?? span.to) + 1)) }
    : { from: unixMs(Math.max(span.from, last ?? 0)) };
  const asked = { ...span, ...edge, limit: span.limit + SAME_MOMENT, newestFirst: isNewest, wins: only === "wins" };
  const rows = (await service.tickets(asked)).filter(isBehind);
  const page = rows.slice(0, span.limit);
  const end = page.at(-1);
  return { page, next: end === undefined || rows.length === page.length ? null : `${end.receivedAt}.${end.id}` };
}

/** `risk` alone, or `amount` alone, is filled up with the RANDPAY examples' 1 EMC at 1/6. */
function termsOf({ amount, risk }: { amount?: string | undefined; risk?: number | undefined }): ChapTerms | undefined {
  if (amount === undefined && risk === undefined) return undefined;
  return { amount: amount === undefined ? EMC : parseEmc(amount), risk: risk ?? 6 };
}

async function order({ service, findLine }: PaymentConsole, asked: OrderRequest) {
  if ("rental_id" in asked) {
    return await service.topUp(rentalId(asked.rental_id), parseEmc(asked.amount), asked.method);
  }
  const { line, dry_run: dryRun, envelope_version: envelopeVersion, ...rest } = asked;
  const request = { ...rest, line: findLine(line), envelopeVersion };
  return dryRun ? service.plan(request) : await service.quote(request);
}

const ORDER_ERRORS = [
  "payment.unknown_order",
  "payment.order_over",
  "rental.unknown_line",
  "rental.unknown",
  "rental.not_active",
  "rental.line_rented",
  "rental.line_resting",
  "rental.bad_keys",
  "rental.clock_in_doubt",
  "payment.method_off",
  "payment.not_offered",
  "payment.too_many",
] as const;
const PAY_ERRORS = [
  "payment.unknown_order",
  "payment.order_over",
  "payment.order_paid",
  "payment.method_off",
  "payment.too_many",
  ...WALLET_ERRORS,
] as const;
const common = { tag: "Payments", scope: "operate", method: "post" } as const;

function viewOperations({ service, now }: PaymentConsole): readonly Operation[] {
  const read = { ...common, method: "get", scope: "read" } as const;
  return [
    operation({
      ...{ ...read, path: "/payments", reply: paymentsView, summary: "Balances, open orders, and what is in doubt" },
      run: () => paymentsViewOf(service.overview()),
    }),
    operation({
      ...{ ...read, path: "/payments/statement", query: spanQuery, reply: statementView },
      summary: "Earnings of a span: tickets, wins, what was to be expected",
      run: async ({ query }) => statementViewOf(await service.statement(spanOf(query, now()))),
    }),
    operation({
      ...{ ...read, path: "/payments/tickets", query: ticketsQuery, reply: ticketsReply, summary: "Tickets of a span" },
      run: async ({ query }) => {
        const { page, next } = await ticketsOf(service, query, now());
        return { tickets: page.map(ticketViewOf), next };
      },
    }),
    operation({
      ...{ ...read, path: "/payments/orders", reply: ordersReply, summary: "Orders that are not forgotten yet" },
      query: namedPageQuery.extend({ order: listOrder }),
      run: ({ query: { order: asked, ...query } }) => {
        const orders = service.orders().toSorted((a, b) => a.createdAt - b.createdAt);
        const { page, next } = pageOf(asked === "newest" ? orders.reverse() : orders, query, ({ id }) => id);
        return { orders: page.map((each) => orderViewOf(each, service.book)), next };
      },
    }),
  ];
}

export function paymentOperations(payments: PaymentConsole): readonly Operation[] {
  const { service } = payments;
  return [
    ...viewOperations(payments),
    operation({
      ...{ ...common, path: "/payments/orders", body: orderRequest, reply: orderView, errors: ORDER_ERRORS },
      summary: "A quote for a rental, or for more credit",
      example: { rental_id: "00112233445566778899aabbccddeeff", amount: "0.5", method: "randpay" },
      run: async ({ body }) => orderViewOf(await order(payments, body), service.book),
    }),
    operation({
      ...{ ...common, path: "/payments/chaps", body: chapRequest, reply: chapView },
      ...{
        summary: "A RANDPAY challenge for an order",
        errors: ["payment.chap_limit", "emercoin.bad_amount", ...PAY_ERRORS],
      },
      run: async ({ body }) => {
        const terms = service.planChap(body.order_id, termsOf(body));
        const chap = body.dry_run ? null : await service.chap(body.order_id, terms);
        return chapViewOf(body.order_id, terms, chap);
      },
    }),
    operation({
      ...{ ...common, path: "/payments/addresses", body: addressRequest, reply: addressReply, errors: PAY_ERRORS },
      summary: "An address to pay an order to",
      run: async ({ body: { order_id: id } }) => {
        const address = await service.address(id);
        return { order_id: id, address, due: emcText(stillDue(service.order(id))) };
      },
    }),
    operation({
      ...{ ...common, path: "/payments/tickets", body: ticketRequest, reply: ticketReply },
      summary: "Pay with a RANDPAY ticket",
      errors: [
        "payment.bad_signature",
        "payment.bad_ticket",
        "payment.chap_expired",
        "payment.chap_foreign",
        "payment.chap_unknown",
        "payment.chap_used",
        "payment.coin_busy",
        "payment.coin_spent",
        "payment.coin_unconfirmed",
        "payment.not_ours",
        "payment.payer_flagged",
        "payment.undecided",
        "payment.underfunded",
        "payment.underpaid",
        "payment.wallet_locked",
        ...PAY_ERRORS,
      ],
      run: async ({ body }) => {
        const paid = await service.pay(body.order_id, body.ticket);
        const view = { ticket: ticketViewOf(paid.ticket), win: paid.ticket.winHex };
        return { ...view, order: orderViewOf(paid.order, service.book) };
      },
    }),
  ];
}
