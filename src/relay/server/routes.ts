// The relay's HTTP interface except `POST /forward`: each route reads its input by a schema, calls one use case and answers.

import type { IncomingMessage } from "node:http";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import { type Clock, type Logger, unixSecondsOf } from "../../base/index.ts";
import { dayView, type ProofReader, proofDate, type RelayStore } from "../../core/index.ts";
import {
  type AuthReply,
  type AuthRequest,
  ackRequest,
  authRequest,
  type ChallengeReply,
  challengeRequest,
  hashText,
  parseWith,
  proofDateText,
  type RelayVoice,
  type RentalsReply,
  rentalIdText,
} from "../../protocol/index.ts";
import { acknowledge } from "./acknowledgement.ts";
import type { Authentication, Caller } from "./authentication.ts";
import type { BodyReader } from "./http-body.ts";
import { pageQuery, queryOf } from "./http-query.ts";
import { PREFLIGHT_HEADERS, problemReply, type Reply, sendProblem, sendReply } from "./http-reply.ts";
import { addMarketRoutes, type MarketRouteDeps } from "./market-routes.ts";
import { refusal } from "./problems.ts";
import { getProviderMessages, getProviderRentals, getReceipts, putBox } from "./provider-routes.ts";
import type { Providers } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RegistrationDeps } from "./registration.ts";
import { registerRental } from "./registration.ts";
import type { RelayTime } from "./relay-time.ts";

export interface RouteDeps extends RegistrationDeps, MarketRouteDeps {
  readonly store: RelayStore;
  readonly authentication: Authentication;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bodies: BodyReader;
  readonly version: string;
  readonly voice: () => RelayVoice | null;
  readonly proofs: ProofReader;
  /** The client's address, for limits. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Rejects when the relay cannot store anything. */
  readonly checkHealth: () => Promise<void>;
  /** The host that stands in challenges. */
  readonly hostOf: (request: IncomingMessage) => string;
}

const MAX_AUTH_BYTES = 4 * 1024;
const MAX_GRANT_BYTES = 384 * 1024;
const MAX_ACK_BYTES = 512 * 1024;

const mailboxQuery = pageQuery.extend({ rental_id: rentalIdText.optional() });

const ok = (body: unknown): Reply => ({ status: 200, body });

async function readerOf(deps: RouteDeps, request: IncomingMessage): Promise<Caller> {
  const caller = await deps.authentication.callerOf(request.headers.authorization);
  await deps.limits.take("read", caller.pubkey);
  return caller;
}

async function getMailbox(deps: RouteDeps, request: Request): Promise<Reply> {
  const { pubkey } = await readerOf(deps, request);
  const { after, limit, rental_id: rentalId } = queryOf(request, mailboxQuery);
  return ok(await deps.store.mail.page(pubkey, { after, limit, rentalId }));
}

async function postAck(deps: RouteDeps, request: Request): Promise<Reply> {
  const { pubkey } = await deps.authentication.callerOf(request.headers.authorization);
  const body = await deps.bodies.read(request, MAX_ACK_BYTES);
  const { receipts } = parseWith(ackRequest, body, "relay.bad_body", "the acknowledgement");
  return ok(await acknowledge(deps, pubkey, receipts));
}

async function getRentals(deps: RouteDeps, request: Request): Promise<Reply> {
  const { pubkey } = await readerOf(deps, request);
  const now = unixSecondsOf(deps.time.earliest());
  const rentals = (await deps.store.rentals.ofRenter(pubkey)).map(({ grant, lastSeq }) => ({
    grant,
    state: now < grant.expires_at ? ("active" as const) : ("ended" as const),
    last_seq: lastSeq,
  }));
  return ok({ rentals } satisfies RentalsReply);
}

async function putRental(deps: RouteDeps, request: Request): Promise<Reply> {
  const rentalId = parseWith(rentalIdText, request.params.rental_id, "relay.bad_query", "the rental id in the path");
  return ok(await registerRental(deps, rentalId, await deps.bodies.read(request, MAX_GRANT_BYTES)));
}

async function postChallenge(deps: RouteDeps, request: Request): Promise<Reply> {
  const body = await deps.bodies.read(request, MAX_AUTH_BYTES);
  return ok(await challengeFor(deps, request, parseWith(challengeRequest, body, "relay.bad_body", "the request")));
}

async function challengeFor(
  { authentication, hostOf }: RouteDeps,
  request: Request,
  who: { readonly pubkey: string } | { readonly emc_address: string },
): Promise<ChallengeReply> {
  const host = hostOf(request);
  return "pubkey" in who
    ? authentication.challenge(who.pubkey, host)
    : authentication.addressChallenge(who.emc_address, host);
}

function tokenFor({ authentication }: RouteDeps, asked: AuthRequest): Promise<AuthReply> {
  const { challenge, signature } = asked;
  if (signature === undefined || ("pubkey" in asked && challenge === undefined))
    throw refusal("relay.challenge_required", "the request carries no signed challenge");
  if ("pubkey" in asked) return authentication.login({ pubkey: asked.pubkey, challenge: challenge ?? "", signature });
  return authentication.addressLogin({ address: asked.emc_address, challenge, signature });
}

/** A token, or 401 with a fresh challenge, whatever was wrong with the old one. */
async function postAuth(deps: RouteDeps, request: Request): Promise<Reply> {
  await deps.limits.take("auth", deps.addressOf(request));
  const body = await deps.bodies.read(request, MAX_AUTH_BYTES);
  const asked = parseWith(authRequest, body, "relay.bad_body", "the request");
  try {
    return ok(await tokenFor(deps, asked));
  } catch (error) {
    const reply = problemReply(error);
    if (reply.status !== 401) throw error;
    return problemReply(error, { ...(await challengeFor(deps, request, asked)) });
  }
}

function getInfo(deps: RouteDeps): Reply {
  const time = unixSecondsOf(deps.clock.now());
  const { version, proofs } = deps;
  const voice = deps.voice();
  const calls = voice === null ? {} : { voice };
  return ok({ name: "numberbox-relay", version, protocol: 1, time, verify: proofs.issuer, ...calls });
}

const dayPath = z.strictObject({ date: proofDateText, hash: hashText.optional() });

/** A day's tree, or the proof of one message: for anybody, since who does not know a message's hash learns nothing. */
async function getProof(deps: RouteDeps, request: Request): Promise<Reply> {
  await deps.limits.take("read", deps.addressOf(request));
  const { date, hash } = parseWith(dayPath, { ...request.params }, "relay.bad_query", "the path");
  const day = await deps.proofs.day(proofDate(date));
  if (hash === undefined) return ok({ issuer: deps.proofs.issuer, ...dayView(day) });
  return ok(await deps.proofs.about(hash, day.date));
}

/** Healthy means: the disk takes writes. Load balancers and supervisors ask here. */
async function getHealth(deps: RouteDeps): Promise<Reply> {
  await deps.checkHealth();
  return ok({ status: "ok" });
}

/** The express application. */
export function createRoutes(deps: RouteDeps): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false);
  const answer =
    (handler: (deps: RouteDeps, request: Request) => Reply | Promise<Reply>) =>
    async (request: Request, response: Response): Promise<void> =>
      sendReply(response, await handler(deps, request), deps.clock);

  app.options("/{*path}", (_request, response) => {
    response.writeHead(204, { "Access-Control-Allow-Origin": "*", ...PREFLIGHT_HEADERS }).end();
  });
  app.get("/info", answer(getInfo));
  app.get("/health", answer(getHealth));
  app.post("/auth/challenge", answer(postChallenge));
  app.post("/auth", answer(postAuth));
  app.get(["/sms", "/retrieve"], answer(getMailbox));
  app.post("/sms/ack", answer(postAck));
  app.get("/rentals", answer(getRentals));
  app.put("/rentals/:rental_id", answer(putRental));
  app.get("/provider/receipts", answer(getReceipts));
  app.get("/provider/rentals", answer(getProviderRentals));
  app.get("/provider/messages", answer(getProviderMessages));
  app.put("/provider/box", answer(putBox));
  app.get(["/proofs/:date", "/proofs/:date/:hash"], answer(getProof));
  addMarketRoutes(app, deps, (reply, response) => sendReply(response, reply, deps.clock));
  app.use(() => {
    throw refusal("relay.unknown_route", "the relay has no such route");
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, error, deps);
  });
  return app;
}
