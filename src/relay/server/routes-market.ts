// The market: listings for anybody, orders for renters.

import { z } from "zod";
import { type ListingId, listingId, millis } from "../../base/index.ts";
import {
  listingEvidence,
  listingIdText,
  listingsPage,
  orderIdText,
  parseWith,
  type RentQuestion,
  recordReply,
  rentAccepted,
  rentBody,
  rentChapRequest,
  rentQuestion,
  rentRefused,
  rentRequest,
  rentStatus,
  rentTicketRequest,
} from "../../protocol/index.ts";
import { MAX_RECORD_BYTES } from "../../registry/index.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, waitSeconds } from "./http-query.ts";
import { problemReply, type Reply } from "./http-reply.ts";
import type { ListingRecords } from "./listing-records.ts";
import type { MarketOrders } from "./market-orders.ts";
import type { RelayMetrics } from "./metrics.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";
import { type WorkGate, workReply } from "./work-gate.ts";

export interface MarketDeps {
  readonly records: ListingRecords;
  readonly orders: MarketOrders;
  readonly bodies: BodyReader;
  readonly work: WorkGate;
  readonly metrics: Pick<RelayMetrics, "refused">;
}

const MAX_RENT_BYTES = 4 * 1024;
const MAX_TICKET_BYTES = 40 * 1024;

const listingsQuery = pageQuery.extend({ after: listingIdText.or(z.literal("")).default("") });
const recordQuery = z.strictObject({
  commitment: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const statusQuery = z.strictObject({ wait: waitSeconds });
const listingPlace = z.strictObject({ id: listingIdText.transform((id): ListingId => listingId(id)) });
const orderPlace = z.strictObject({ id: orderIdText });

const RECORD_ERRORS = [
  "relay.work_required",
  "relay.bad_signature",
  "relay.unknown_provider",
  "relay.foreign_listing",
  "relay.not_committed",
  "relay.stale_rev",
  "relay.no_chain",
];
const RENT_ERRORS = ["relay.unknown_record", "relay.not_offered", "relay.line_rented", "relay.unknown_provider"];
const ORDER_ERRORS = ["relay.unknown_order", "relay.foreign_order"];
const LOAD_ERRORS = ["relay.too_many_orders", "relay.overloaded"];

/** The record as it is stored. Named by its commitment it never changes; named by its listing it does with each revision. */
async function recordFile(
  { records }: MarketDeps,
  id: ListingId,
  seen: { readonly commitment: string | undefined; readonly etag: string | undefined },
): Promise<Reply> {
  const { commitment, record } = await records.record(id);
  const etag = `"${commitment}"`;
  const fixed = seen.commitment === commitment;
  const headers = { ETag: etag, "Cache-Control": fixed ? "public, max-age=31536000, immutable" : "no-cache" };
  if (seen.etag === etag) return { status: 304, body: null, text: "", headers };
  return { status: 200, body: null, text: record, headers };
}

const unpaidOrder = () => refusal("relay.payment_required", "an order is paid for before it is granted");

/** 402 with what is to be paid, and what an order says besides. */
async function quoted({ records }: MarketDeps, question: RentQuestion): Promise<Reply> {
  const refused = problemReply(unpaidOrder());
  return { ...refused, body: { ...Object(refused.body), payment_required: await records.quote(question) } };
}

function listingOperations(deps: MarketDeps): readonly Operation[] {
  const { records, bodies } = deps;
  const common = { access: "open", tag: "Listings" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/listings/available", aliases: ["/numbers/available"], counts: "read" },
      summary: "Listings that nobody rents through this relay now",
      description: "In the order of their ids. Numbers stand nowhere: only who rents learns one.",
      errors: ["relay.no_chain"],
      query: listingsQuery,
      reply: listingsPage,
      run: async ({ query: { after, limit } }) => await records.available(after, limit),
    }),
    operation({
      ...{ ...common, method: "get", path: "/listings/{id}", counts: "read" },
      summary: "What the chain says of a listing, raw",
      errors: ["relay.unknown_listing", "relay.no_chain"],
      params: listingPlace,
      reply: listingEvidence,
      run: async ({ params }) => await records.evidence(params.id),
    }),
    operation({
      ...{ ...common, method: "get", path: "/listings/{id}/offchain", counts: "read", file: "application/json" },
      summary: "The signed record, byte for byte",
      description: "`ETag` is the commitment: SHA-256 of the record's canonical JSON without its signature.",
      ...{ etag: true, errors: ["relay.unknown_record"] },
      params: listingPlace,
      query: recordQuery,
      run: async ({ params, query, request }) => ({
        special: await recordFile(deps, params.id, {
          commitment: query.commitment,
          etag: request.headers["if-none-match"],
        }),
      }),
    }),
    operation({
      ...{ ...common, method: "put", path: "/listings/{id}/offchain", access: "signed", counts: "rent" },
      summary: "Hand in a listing's record",
      description: "From anybody: it proves itself by its signature and by the commitment in the chain.",
      errors: RECORD_ERRORS,
      bodyBytes: MAX_RECORD_BYTES + 1024,
      readsBody: z.record(z.string(), z.unknown()),
      params: listingPlace,
      reply: recordReply,
      run: async ({ params, request }) => {
        const file = await bodies.bytes(request, MAX_RECORD_BYTES + 1024);
        const unworked = records.claimsProvider(file) ? null : await deps.work.refused(request);
        if (unworked !== null) return { special: workReply(deps, unworked) };
        return await records.put(params.id, file);
      },
    }),
  ];
}

function payOperations({ orders }: MarketDeps): readonly Operation[] {
  const common = { method: "post", access: "token", counts: "rent", tag: "Payments", status: 202 } as const;
  return [
    operation({
      ...{ ...common, path: "/payments/chap", summary: "Ask the provider for another challenge to pay" },
      errors: [...ORDER_ERRORS, ...LOAD_ERRORS],
      body: rentChapRequest,
      reply: rentStatus,
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
  ];
}

export function marketOperations(deps: MarketDeps): readonly Operation[] {
  const { orders, bodies } = deps;
  return [
    ...listingOperations(deps),
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
