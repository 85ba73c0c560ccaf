// REST: orders, challenges, tickets, addresses and the statement. A ticket is taken with the right to write: it grants rentals.

import { type Request, type Response, Router } from "express";
import { days, EMC, emcText, parseEmc, rentalId, unixMs } from "../../base/index.ts";
import {
  type ChapTerms,
  chapViewOf,
  orderViewOf,
  type Payments,
  paymentsViewOf,
  statementViewOf,
  stillDue,
  ticketViewOf,
} from "../../core/index.ts";
import {
  addressReply,
  addressRequest,
  chapRequest,
  chapView,
  type OrderRequest,
  orderRequest,
  ordersReply,
  orderView,
  paymentsView,
  spanQuery,
  statementView,
  ticketReply,
  ticketRequest,
  ticketsReply,
} from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { bodyOf, jsonBody, queryOf, reply } from "./exchange.ts";

export interface PaymentConsole {
  readonly service: Payments;
  /** A line by id or number. Errors: `rental.unknown_line`. */
  readonly findLine: (text: string) => Parameters<Payments["quote"]>[0]["line"];
  readonly now: () => number;
}

export interface PaymentRoutesDeps {
  readonly payments: PaymentConsole;
  readonly access: Access;
  readonly bodyBytes: number;
}

function spanOf(request: Request, now: number) {
  const { from, to, limit } = queryOf(request, spanQuery);
  const end = to ?? now + 1;
  return { from: unixMs(from ?? Math.max(0, end - days(30))), to: unixMs(end), limit };
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

export function paymentRoutes({ payments, access, bodyBytes }: PaymentRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(bodyBytes);
  const allow = allowWith(access);
  const { service, now } = payments;

  router.get("/payments", allow("read"), (_request: Request, response: Response) =>
    reply(response, paymentsView, paymentsViewOf(service.overview())),
  );
  router.get("/payments/statement", allow("read"), async (request: Request, response: Response) =>
    reply(response, statementView, statementViewOf(await service.statement(spanOf(request, now())))),
  );
  router.get("/payments/tickets", allow("read"), async (request: Request, response: Response) =>
    reply(response, ticketsReply, { tickets: (await service.tickets(spanOf(request, now()))).map(ticketViewOf) }),
  );
  router.get("/payments/orders", allow("read"), (_request: Request, response: Response) =>
    reply(response, ordersReply, { orders: service.orders().map((each) => orderViewOf(each, service.book)) }),
  );
  router.post("/payments/orders", allow("operate"), body, async (request: Request, response: Response) =>
    reply(response, orderView, orderViewOf(await order(payments, bodyOf(request, orderRequest)), service.book)),
  );
  router.post("/payments/chaps", allow("operate"), body, async (request: Request, response: Response) => {
    const asked = bodyOf(request, chapRequest);
    const terms = service.planChap(asked.order_id, termsOf(asked));
    const chap = asked.dry_run ? null : await service.chap(asked.order_id, terms);
    reply(response, chapView, chapViewOf(asked.order_id, terms, chap));
  });
  router.post("/payments/addresses", allow("operate"), body, async (request: Request, response: Response) => {
    const { order_id: id } = bodyOf(request, addressRequest);
    const address = await service.address(id);
    reply(response, addressReply, { order_id: id, address, due: emcText(stillDue(service.order(id))) });
  });
  router.post("/payments/tickets", allow("operate"), body, async (request: Request, response: Response) => {
    const asked = bodyOf(request, ticketRequest);
    const paid = await service.pay(asked.order_id, asked.ticket);
    const view = { ticket: ticketViewOf(paid.ticket), win: paid.ticket.winHex };
    reply(response, ticketReply, { ...view, order: orderViewOf(paid.order, service.book) });
  });
  return router;
}
