// The market: orders of renters, and paying for them.

import { z } from "zod";
import { millis } from "../../base/index.ts";
import {
  orderIdText,
  parseWith,
  type RentQuestion,
  rentAccepted,
  rentBody,
  rentChapRequest,
  rentChapStatus,
  rentEscrowRequest,
  rentQuestion,
  rentRefused,
  rentRequest,
  rentStatus,
  rentTicketRequest,
} from "../../protocol/index.ts";
import type { BodyReader } from "./http-body.ts";
import { waitSeconds } from "./http-query.ts";
import { problemReply, type Reply } from "./http-reply.ts";
import type { ListingRecords } from "./listing-records.ts";
import type { MarketOrders } from "./market-orders.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";

export interface MarketDeps {
  readonly records: ListingRecords;
  readonly orders: MarketOrders;
  readonly bodies: BodyReader;
}

const MAX_RENT_BYTES = 4 * 1024;
const MAX_TICKET_BYTES = 40 * 1024;

const statusQuery = z.strictObject({ wait: waitSeconds });
const orderPlace = z.strictObject({ id: orderIdText });

const RENT_ERRORS = [
  "relay.unknown_rental",
  "relay.rental_over",
  "relay.unknown_record",
  "relay.not_offered",
  "relay.line_rented",
  "relay.unknown_provider",
];
const ORDER_ERRORS = ["relay.unknown_order", "relay.foreign_order"];
const LOAD_ERRORS = ["relay.too_many_orders", "relay.overloaded"];

const unpaidOrder = () => refusal("relay.payment_required", "an order is paid for before it is granted");

/** 402 with what is to be paid, and what an order says besides. */
async function quoted({ records }: MarketDeps, question: RentQuestion): Promise<Reply> {
  const refused = problemReply(unpaidOrder());
  return { ...refused, body: { ...Object(refused.body), payment_required: await records.quote(question) } };
}

function payOperations({ orders }: MarketDeps): readonly Operation[] {
  const common = { method: "post", access: "token", counts: "rent", tag: "Payments", status: 202 } as const;
  return [
    operation({
      ...{ ...common, path: "/payments/chap", summary: "Ask the provider for another challenge to pay" },
      description:
        "Where the provider has left challenges here, and one is worth what is due, it comes at once as `challenge`; the provider hears of it. Look at his signature: a relay has none of its own to give.",
      errors: [...ORDER_ERRORS, ...LOAD_ERRORS],
      body: rentChapRequest,
      reply: rentChapStatus,
      run: async ({ caller, body }) => await orders.chap(caller, body.order_id),
    }),
    operation({
      ...{ ...common, path: "/payments/ticket", summary: "Hand a RANDPAY ticket to the provider" },
      errors: [...ORDER_ERRORS, ...LOAD_ERRORS],
      bodyBytes: MAX_TICKET_BYTES,
      body: rentTicketRequest,
      reply: rentStatus,
      run: async ({ caller, body }) => await orders.ticket(caller, body),
    }),
    operation({
      ...{ ...common, path: "/payments/escrow", summary: "Hand one's copy of an order's escrow to the provider" },
      errors: [...ORDER_ERRORS, ...LOAD_ERRORS, "relay.conflict"],
      bodyBytes: MAX_TICKET_BYTES,
      body: rentEscrowRequest,
      reply: rentStatus,
      run: async ({ caller, body }) => await orders.escrow(caller, body),
    }),
  ];
}

export function marketOperations(deps: MarketDeps): readonly Operation[] {
  const { orders, bodies } = deps;
  return [
    operation({
      ...{ method: "post", path: "/rent", access: "token", counts: "rent", tag: "Orders", status: 202 },
      summary: "Order a rental, or ask what one costs",
      description:
        "With a listing and a duration alone the answer is 402 with the prices. A whole order is carried to the provider, whose signed answer is at `/rent/{id}`; sent again it makes no second one.",
      errors: [...RENT_ERRORS, ...LOAD_ERRORS, "relay.foreign_order", "relay.conflict"],
      others: { 402: { description: "What it costs, and what an order needs", schema: rentRefused } },
      readsBody: rentBody,
      reply: rentAccepted,
      run: async ({ caller, request }) => {
        const body = await bodies.read(request, MAX_RENT_BYTES);
        const question = rentQuestion.safeParse(body);
        if (question.success) return { special: await quoted(deps, question.data) };
        return await orders.rent(caller, parseWith(rentRequest, body, "relay.bad_body", "the order"));
      },
    }),
    operation({
      ...{ method: "get", path: "/rent/{id}", access: "token", tag: "Orders", summary: "How an order stands" },
      description: "Held open for `wait` seconds while the provider has not answered.",
      errors: ORDER_ERRORS,
      params: orderPlace,
      query: statusQuery,
      reply: rentStatus,
      run: async ({ caller, params, query }) => await orders.status(caller, params.id, millis(query.wait * 1000)),
    }),
    ...payOperations(deps),
  ];
}
