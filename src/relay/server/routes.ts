// The relay's HTTP interface: the router made of its operations, and their document.

import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Logger } from "../../base/index.ts";
import type { RelayStore } from "../../core/index.ts";
import { PREFLIGHT_HEADERS, sendProblem, sendReply } from "./http-reply.ts";
import type { RelayMetrics } from "./metrics.ts";
import { relayDocument } from "./openapi.ts";
import { openApiPage } from "./openapi-page.ts";
import { expressPaths, handlerOf, type Operation, type OperationDeps } from "./operation.ts";
import { refusal } from "./problems.ts";
import { type AboutDeps, aboutOperations } from "./routes-about.ts";
import { type AuthDeps, authOperations } from "./routes-auth.ts";
import { type ChangeDeps, changeOperations } from "./routes-changes.ts";
import { type EscrowDeps, escrowOperations } from "./routes-escrow.ts";
import { type ListingDeps, listingOperations } from "./routes-listings.ts";
import { type MailboxDeps, mailboxOperations } from "./routes-mailbox.ts";
import { type MarketDeps, marketOperations } from "./routes-market.ts";
import { type MetricsDeps, metricsOperations } from "./routes-metrics.ts";
import { type ProviderDeps, providerOperations } from "./routes-provider.ts";
import { type ProvisioningRouteDeps, provisioningOperations } from "./routes-provisioning.ts";
import { type RentalDeps, rentalOperations } from "./routes-rentals.ts";

export interface RouteDeps
  extends OperationDeps,
    AboutDeps,
    AuthDeps,
    ListingDeps,
    MailboxDeps,
    MarketDeps,
    MetricsDeps,
    ProviderDeps,
    RentalDeps,
    ChangeDeps,
    EscrowDeps,
    ProvisioningRouteDeps {
  readonly metrics: RelayMetrics;
  readonly store: RelayStore;
  readonly log: Logger;
}

/** Everything there is, `/forward` and the WebSocket included. */
export function relayOperations(deps: RouteDeps): readonly Operation[] {
  return [
    ...aboutOperations(deps),
    ...metricsOperations(deps),
    ...authOperations(deps),
    ...listingOperations(deps),
    ...marketOperations(deps),
    ...mailboxOperations(deps),
    ...rentalOperations(deps),
    ...changeOperations(deps),
    ...escrowOperations(deps),
    ...providerOperations(deps),
    ...provisioningOperations(deps),
  ];
}

/** The express application. */
export function createRoutes(deps: RouteDeps): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").set("query parser", false);
  app.options("/{*path}", (_request, response) => {
    response.writeHead(204, { "Access-Control-Allow-Origin": "*", ...PREFLIGHT_HEADERS }).end();
  });
  const operations = relayOperations(deps);
  for (const each of operations) {
    const handler = handlerOf(each, deps);
    if (handler !== null) app[each.method](expressPaths(each), handler);
  }
  addDocument(app, deps, operations);
  app.use(() => {
    throw refusal("relay.unknown_route", "the relay has no such route");
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    sendProblem(response, error, deps);
  });
  return app;
}

/** The document and its page are made once, when somebody asks. */
function addDocument(app: Express, { clock, version, limits, addressOf }: RouteDeps, operations: readonly Operation[]) {
  let text: string | null = null;
  let page: ReturnType<typeof openApiPage> | null = null;
  const document = () => relayDocument(operations, version);
  app.get("/openapi.json", async (request, response) => {
    await limits.take("read", addressOf(request));
    text ??= JSON.stringify(document());
    sendReply(response, { status: 200, body: null, text }, clock);
  });
  app.get("/api", async (request, response) => {
    await limits.take("read", addressOf(request));
    page ??= openApiPage(document());
    sendReply(response, { status: 200, body: null, text: page.html, headers: page.headers }, clock);
  });
}
