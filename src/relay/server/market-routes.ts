// The market's routes: listings for anybody, orders for renters, questions for providers.

import type { IncomingMessage } from "node:http";
import type { Express, Request, Response } from "express";
import { z } from "zod";
import { type ListingId, listingId, millis } from "../../base/index.ts";
import {
  listingIdText,
  MAX_WAIT_SECONDS,
  orderAnswer,
  orderIdText,
  parseWith,
  type RentQuestion,
  rentChapRequest,
  rentQuestion,
  rentRequest,
  rentTicketRequest,
} from "../../protocol/index.ts";
import { MAX_RECORD_BYTES } from "../../registry/index.ts";
import type { Authentication } from "./authentication.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, queryOf, wholeNumber } from "./http-query.ts";
import { problemReply, type Reply } from "./http-reply.ts";
import type { ListingRecords } from "./listing-records.ts";
import type { MarketOrders } from "./market-orders.ts";
import { refusal } from "./problems.ts";
import type { Providers } from "./providers.ts";
import type { LimitedAction, RateLimits } from "./rate-limits.ts";

export interface MarketRouteDeps {
  readonly records: ListingRecords;
  readonly orders: MarketOrders;
  readonly authentication: Authentication;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly bodies: BodyReader;
  readonly addressOf: (request: IncomingMessage) => string;
}

const MAX_RENT_BYTES = 4 * 1024;
const MAX_TICKET_BYTES = 40 * 1024;
const MAX_ANSWER_BYTES = 48 * 1024;

const listingsQuery = pageQuery.extend({ after: listingIdText.or(z.literal("")).default("") });
const recordQuery = z.strictObject({
  commitment: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
const seconds = wholeNumber.pipe(z.number().max(MAX_WAIT_SECONDS)).default(0);
const statusQuery = z.strictObject({ wait: seconds });
const requestsQuery = z.strictObject({
  after: wholeNumber.default(0),
  wait: seconds,
  open: z.literal("1").optional(),
});

const ok = (body: unknown): Reply => ({ status: 200, body });
const listingOf = (request: Request): ListingId =>
  listingId(parseWith(listingIdText, request.params.id, "relay.bad_query", "the listing id in the path"));

type Handler = (deps: MarketRouteDeps, request: Request) => Promise<Reply>;

/** For anybody; limits are by address. */
function open(handler: Handler, action: LimitedAction = "read"): Handler {
  return async (deps, request) => {
    await deps.limits.take(action, deps.addressOf(request));
    return await handler(deps, request);
  };
}

async function callerOf({ authentication, limits }: MarketRouteDeps, request: Request): Promise<string> {
  const { pubkey } = await authentication.callerOf(request.headers.authorization);
  await limits.take("read", pubkey);
  return pubkey;
}

const getAvailable: Handler = async (deps, request) => {
  const { after, limit } = queryOf(request, listingsQuery);
  return ok(await deps.records.available(after, limit));
};

const getListing: Handler = async (deps, request) => ok(await deps.records.evidence(listingOf(request)));

/** The record as it is stored. Named by its commitment it never changes; named by its listing it does with each revision. */
const getRecord: Handler = async (deps, request) => {
  const { commitment: asked } = queryOf(request, recordQuery);
  const { commitment, record } = await deps.records.record(listingOf(request));
  const etag = `"${commitment}"`;
  const fixed = asked === commitment;
  const headers = { ETag: etag, "Cache-Control": fixed ? "public, max-age=31536000, immutable" : "no-cache" };
  if (request.headers["if-none-match"] === etag) return { status: 304, body: null, text: "", headers };
  return { status: 200, body: null, text: record, headers };
};

const putRecord: Handler = async (deps, request) => {
  const id = listingOf(request);
  return ok(await deps.records.put(id, await deps.bodies.bytes(request, MAX_RECORD_BYTES + 1024)));
};

const unpaidOrder = () => refusal("relay.payment_required", "an order is paid for before it is granted");

/** 402 with what is to be paid, and what an order says besides. */
async function quoted(deps: MarketRouteDeps, question: RentQuestion): Promise<unknown> {
  const { body } = problemReply(unpaidOrder());
  return { ...(body as object), payment_required: await deps.records.quote(question) };
}

const postRent: Handler = async (deps, request) => {
  const caller = await callerOf(deps, request);
  const body = await deps.bodies.read(request, MAX_RENT_BYTES);
  const question = rentQuestion.safeParse(body);
  if (question.success) return { ...problemReply(unpaidOrder()), body: await quoted(deps, question.data) };
  return {
    status: 202,
    body: await deps.orders.rent(caller, parseWith(rentRequest, body, "relay.bad_body", "the order")),
  };
};

const getRent: Handler = async (deps, request) => {
  const caller = await callerOf(deps, request);
  const { wait } = queryOf(request, statusQuery);
  const id = parseWith(orderIdText, request.params.id, "relay.bad_query", "the order id in the path");
  return ok(await deps.orders.status(caller, id, millis(wait * 1000)));
};

const postTicket: Handler = async (deps, request) => {
  const caller = await callerOf(deps, request);
  const body = await deps.bodies.read(request, MAX_TICKET_BYTES);
  return {
    status: 202,
    body: await deps.orders.ticket(caller, parseWith(rentTicketRequest, body, "relay.bad_body", "the ticket")),
  };
};

const postChap: Handler = async (deps, request) => {
  const caller = await callerOf(deps, request);
  const body = await deps.bodies.read(request, MAX_RENT_BYTES);
  const { order_id } = parseWith(rentChapRequest, body, "relay.bad_body", "the request");
  return { status: 202, body: await deps.orders.chap(caller, order_id) };
};

const getRequests: Handler = async (deps, request) => {
  const provider = await callerOf(deps, request);
  deps.providers.get(provider);
  const { after, wait, open: asked } = queryOf(request, requestsQuery);
  const query = { after, wait: millis(wait * 1000), open: asked !== undefined };
  return ok(await deps.orders.requests(provider, query));
};

const putAnswer: Handler = async (deps, request) => {
  const id = parseWith(orderIdText, request.params.id, "relay.bad_query", "the id in the path");
  const body = await deps.bodies.read(request, MAX_ANSWER_BYTES);
  const answer = parseWith(orderAnswer, body, "relay.bad_body", "the answer");
  deps.providers.get(answer.provider);
  const reply = await deps.orders.answer(id, answer);
  await deps.limits.take("forward", answer.provider);
  return ok(reply);
};

/** Adds the routes to the application. */
export function addMarketRoutes(
  app: Express,
  deps: MarketRouteDeps,
  send: (reply: Reply, response: Response) => void,
): void {
  const answer =
    (handler: Handler) =>
    async (request: Request, response: Response): Promise<void> =>
      send(await handler(deps, request), response);
  app.get(["/listings/available", "/numbers/available"], answer(open(getAvailable)));
  app.get("/listings/:id", answer(open(getListing)));
  app.get("/listings/:id/offchain", answer(open(getRecord)));
  app.put("/listings/:id/offchain", answer(open(putRecord, "rent")));
  app.post("/rent", answer(open(postRent, "rent")));
  app.get("/rent/:id", answer(getRent));
  app.post("/payments/ticket", answer(open(postTicket, "rent")));
  app.post("/payments/chap", answer(open(postChap, "rent")));
  app.get("/provider/requests", answer(getRequests));
  app.put("/provider/requests/:id", answer(putAnswer));
}
