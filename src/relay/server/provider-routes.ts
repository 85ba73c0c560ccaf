// `/provider/…`: what a box asks about its own provider. Only with the provider's token.

import type { Request } from "express";
import { z } from "zod";
import type { Clock } from "../../base/index.ts";
import { claimRequest, parseWith, rentalIdText } from "../../protocol/index.ts";
import type { SqliteDatabase } from "../../sqlite/index.ts";
import type { Authentication } from "./authentication.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, queryOf } from "./http-query.ts";
import type { Reply } from "./http-reply.ts";
import { readReceipts } from "./mailbox-store.ts";
import { claimBox, readBox, readProviderMessages, readProviderRentals } from "./provider-store.ts";
import type { Providers } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface ProviderRouteDeps {
  readonly database: SqliteDatabase;
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

export const getReceipts: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const page = await readReceipts(deps.database, provider, queryOf(request, pageQuery));
  const box = await readBox(deps.database, provider);
  return ok(box === null ? page : { box, ...page });
};

export const getProviderRentals: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  return ok(await readProviderRentals(deps.database, provider, queryOf(request, rentalsQuery)));
};

export const getProviderMessages: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const { rental_id: rentalId, ...page } = queryOf(request, messagesQuery);
  return ok(await readProviderMessages(deps.database, provider, { rentalId, ...page }));
};

export const putBox: Handler = async (deps, request) => {
  const provider = await providerOf(deps, request);
  const body = await deps.bodies.read(request, MAX_CLAIM_BYTES);
  const { instance } = parseWith(claimRequest, body, "relay.bad_body", "the claim");
  return ok({ status: await claimBox(deps.database, { provider, instance, at: deps.clock.now() }) });
};
