// `/provider/…`: what a box asks about its own provider, and what it answers to renters.

import { z } from "zod";
import { type Clock, millis, unixSecondsOf } from "../../base/index.ts";
import type { RelayStore, StoredGrant } from "../../core/index.ts";
import {
  answerReply,
  claimReply,
  claimRequest,
  heartbeatReply,
  leftChaps,
  orderAnswer,
  orderIdText,
  type ProviderRentalsPage,
  providerMessagesPage,
  providerReceiptsPage,
  providerRentalsPage,
  providerRequests,
  putChaps,
  putChapsReply,
  rentalIdText,
} from "../../protocol/index.ts";
import type { ChapPools } from "./chap-pools.ts";
import { keptPageQuery, pageQuery, waitSeconds, wholeNumber } from "./http-query.ts";
import type { MarketOrders } from "./market-orders.ts";
import { type Operation, operation } from "./operation.ts";
import type { Presence } from "./presence.ts";
import type { Providers } from "./providers.ts";

export interface ProviderDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals" | "providers" | "cursors">;
  readonly orders: MarketOrders;
  readonly chaps: ChapPools;
  readonly providers: Providers;
  readonly clock: Clock;
  readonly presence: Presence;
}

const MAX_ANSWER_BYTES = 48 * 1024;
/** Of 64 challenges, which are below 600 bytes each. */
const MAX_CHAPS_BYTES = 48 * 1024;

const rentalsQuery = pageQuery.extend({ after: z.union([rentalIdText, z.literal("")]).default("") });
const messagesQuery = pageQuery.extend({ rental_id: rentalIdText });
const requestsQuery = z.strictObject({
  after: wholeNumber.default(0),
  wait: waitSeconds,
  open: z.literal("1").optional(),
});

// A grant can be large by its sealed terms: a page is cut before it is more than clients take.
const PAGE_BYTES = 512 * 1024;

function cutPage(rentals: readonly StoredGrant[], more: boolean, after: string): ProviderRentalsPage {
  let bytes = 0;
  const over = rentals.findIndex(({ text }, at) => {
    bytes += text.length;
    return at > 0 && bytes > PAGE_BYTES;
  });
  const page = over === -1 ? rentals : rentals.slice(0, over);
  return {
    rentals: page.map(({ grant, lastSeq }) => ({ grant, last_seq: lastSeq })),
    next: page.at(-1)?.grant.rental_id ?? after,
    more: more || page.length < rentals.length,
  };
}

function storeOperations({ store, clock }: ProviderDeps): readonly Operation[] {
  const common = { access: "provider", tag: "Providers" } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/provider/receipts", summary: "What renters have acknowledged" },
      query: keptPageQuery,
      reply: providerReceiptsPage,
      run: async ({ caller, query: { after: kept, limit, epoch = null } }) => {
        const after = await store.cursors.resume("receipts", { after: kept, epoch });
        const page = { ...(await store.mail.receipts(caller, { after, limit })), epoch: await store.cursors.epoch() };
        const box = await store.providers.box(caller);
        return box === null ? page : { box, ...page };
      },
    }),
    operation({
      ...{ ...common, method: "get", path: "/provider/rentals", summary: "The grants that were registered here" },
      query: rentalsQuery,
      reply: providerRentalsPage,
      run: async ({ caller, query }) => {
        const { rentals, more } = await store.rentals.ofProvider(caller, query);
        return cutPage(rentals, more, query.after);
      },
    }),
    operation({
      ...{ ...common, method: "get", path: "/provider/messages", summary: "What was taken of one rental" },
      query: messagesQuery,
      reply: providerMessagesPage,
      run: async ({ caller, query: { rental_id: rentalId, ...page } }) =>
        await store.rentals.messages(caller, { rentalId, ...page }),
    }),
    operation({
      ...{ ...common, method: "put", path: "/provider/box", summary: "Say which box has the identity now" },
      bodyBytes: 1024,
      body: claimRequest,
      reply: claimReply,
      run: async ({ caller, body: { instance } }) => ({
        status: await store.providers.claim({ provider: caller, instance, at: clock.now() }),
      }),
    }),
  ];
}

function chapOperations({ chaps }: ProviderDeps): readonly Operation[] {
  const common = { path: "/provider/chaps", access: "provider", tag: "Providers" } as const;
  return [
    operation({
      ...{ ...common, method: "put", summary: "Leave challenges here for orders to come" },
      description:
        "Replaces all that are here. Each goes to one order whose rest it is worth exactly, and comes back as `chap` of that order's question. An empty list withdraws them.",
      errors: ["relay.bad_signature", "relay.chap_expired", "relay.overloaded"],
      bodyBytes: MAX_CHAPS_BYTES,
      body: putChaps,
      reply: putChapsReply,
      run: async ({ caller, body }) => ({ status: "taken" as const, held: await chaps.replace(caller, body.chaps) }),
    }),
    operation({
      ...{ ...common, method: "get", summary: "Which challenges no order has yet" },
      reply: leftChaps,
      run: async ({ caller }) => ({ chaps: [...(await chaps.left(caller))] }),
    }),
  ];
}

export function providerOperations(deps: ProviderDeps): readonly Operation[] {
  const { orders, providers } = deps;
  return [
    ...storeOperations(deps),
    ...chapOperations(deps),
    operation({
      ...{ method: "get", path: "/provider/requests", access: "provider", tag: "Providers" },
      summary: "What renters ask, oldest first",
      description: "Held open for `wait` seconds while there is nothing. A question comes again until it is answered.",
      query: requestsQuery,
      reply: providerRequests,
      run: async ({ caller, query: { after, wait, open } }) => {
        await deps.presence.seen(caller);
        return await orders.requests(caller, { after, wait: millis(wait * 1000), open: open !== undefined });
      },
    }),
    operation({
      ...{ method: "put", path: "/provider/heartbeat", access: "provider", tag: "Providers" },
      summary: "Say that the box is there",
      description: "Listings tell when their provider's box was here last. Asking for questions says the same.",
      reply: heartbeatReply,
      run: async ({ caller }) => {
        await deps.presence.seen(caller);
        return { status: "ok" as const, time: unixSecondsOf(deps.clock.now()) };
      },
    }),
    operation({
      ...{ method: "put", path: "/provider/requests/{id}", access: "signed", tag: "Providers" },
      summary: "Answer a renter: a quote, a payment, a grant or a refusal",
      description:
        "`id` is that of the question or of the order. The answer proves itself by the provider's signature.",
      errors: ["relay.unknown_order", "relay.unknown_provider", "relay.bad_signature", "relay.conflict"],
      bodyBytes: MAX_ANSWER_BYTES,
      params: z.strictObject({ id: orderIdText }),
      body: orderAnswer,
      reply: answerReply,
      run: async ({ params, body }) => {
        providers.get(body.provider);
        return await orders.answer(params.id, body);
      },
    }),
  ];
}
