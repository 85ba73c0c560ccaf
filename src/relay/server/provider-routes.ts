// `/provider/…`: what a box asks about its own provider. Only with the provider's token.

import type { Request } from "express";
import { z } from "zod";
import type { Clock } from "../../base/index.ts";
import type { RelayStore, StoredGrant } from "../../core/index.ts";
import { claimRequest, type ProviderRentalsPage, parseWith, rentalIdText } from "../../protocol/index.ts";
import type { Authentication } from "./authentication.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, queryOf } from "./http-query.ts";
import type { Reply } from "./http-reply.ts";
import type { Providers } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface ProviderRouteDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals" | "providers">;
  readonly authentication: Authentication;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly bodies: BodyReader;
}

const MAX_CLAIM_BYTES = 1024;

const rentalsQuery = pageQuery.extend({ after: z.union([rentalIdText, z.literal("")]).default("") });
const messagesQuery = pageQuery.extend({ rental_id: rentalIdText });

type Handler = (deps: ProviderRouteDeps, request: Request) => Promise<Reply>;

async function providerOf(deps: ProviderRouteDeps, request: Request): Promise<string> {
  const { pubkey } = await deps.authentication.callerOf(request.headers.authorization);
  await deps.limits.take("read", pubkey);
  deps.providers.get(pubkey);
  return pubkey;
}

const ok = (body: unknown): Reply => ({ status: 200, body });

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

export const getReceipts: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const page = await deps.store.mail.receipts(provider, queryOf(request, pageQuery));
  const box = await deps.store.providers.box(provider);
  return ok(box === null ? page : { box, ...page });
};

export const getProviderRentals: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const query = queryOf(request, rentalsQuery);
  const { rentals, more } = await deps.store.rentals.ofProvider(provider, query);
  return ok(cutPage(rentals, more, query.after));
};

export const getProviderMessages: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const { rental_id: rentalId, ...page } = queryOf(request, messagesQuery);
  return ok(await deps.store.rentals.messages(provider, { rentalId, ...page }));
};

export const putBox: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const body = await deps.bodies.read(request, MAX_CLAIM_BYTES);
  const { instance } = parseWith(claimRequest, body, "relay.bad_body", "the claim");
  return ok({ status: await deps.store.providers.claim({ provider, instance, at: deps.clock.now() }) });
};
