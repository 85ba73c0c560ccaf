// The order in which a request passes: own host, security headers, then health, API or pages, and problems last.

import express, { type Express, type RequestHandler, Router } from "express";
import { z } from "zod";
import { AppError, type Logger } from "../../base/index.ts";
import type {
  ChainConsole,
  DirectoryConsole,
  DoctorConsole,
  EscrowConsole,
  FleetConsole,
  PublishingConsole,
  UssdConsole,
} from "../../core/index.ts";
import { healthReply } from "../shared/api.ts";
import { reply } from "./exchange.ts";
import { openApiOf } from "./openapi.ts";
import { expressPath, handlersOf, type Operation, operation } from "./operation.ts";
import { checkHost } from "./origin.ts";
import { pagesHandler } from "./pages.ts";
import { problemHandler } from "./problems.ts";
import { type BoxRoutesDeps, boxRoutes } from "./routes-box.ts";
import { chainRoutes } from "./routes-chain.ts";
import { directoryRoutes } from "./routes-directory.ts";
import { doctorRoutes } from "./routes-doctor.ts";
import { escrowRoutes } from "./routes-escrow.ts";
import { fleetOperations } from "./routes-fleet.ts";
import { listingRoutes } from "./routes-listings.ts";
import { type PaymentConsole, paymentRoutes } from "./routes-payments.ts";
import { type PhoneRoutesDeps, phoneRoutes } from "./routes-phones.ts";
import { type ProofConsole, proofRoutes } from "./routes-proofs.ts";
import { type SessionRoutesDeps, sessionRoutes } from "./routes-session.ts";
import { ussdRoutes } from "./routes-ussd.ts";

export interface AppDeps extends BoxRoutesDeps, SessionRoutesDeps, PhoneRoutesDeps {
  readonly log: Logger;
  /** Without it slots are only looked at. */
  readonly fleet?: FleetConsole | undefined;
  /** Without it there are no proofs. */
  readonly proofs?: ProofConsole | undefined;
  /** Without it nobody asks how the box is. */
  readonly doctor?: DoctorConsole | undefined;
  /** Without it nothing is said of Emercoin. */
  readonly chain?: ChainConsole | undefined;
  readonly payments?: PaymentConsole | undefined;
  readonly escrow?: EscrowConsole | undefined;
  /** Without it nothing is published. */
  readonly publishing?: PublishingConsole | undefined;
  /** Without it nothing is said of ENUM and EmerDNS. */
  readonly directory?: DirectoryConsole | undefined;
  /** Without it there are no USSD routes. */
  readonly ussd?: UssdConsole | undefined;
  /** Of features that bring their own. */
  readonly operations?: readonly Operation[] | undefined;
  readonly version?: string | undefined;
  readonly names: readonly string[];
  /** Folder with the built pages. */
  readonly pages: string;
  /** True when a TLS proxy on this machine stands in front: then its `X-Forwarded-*` headers are believed. */
  readonly behindProxy: boolean;
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders: RequestHandler = (request, response, next) => {
  response.set({
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
  });
  if (request.secure) response.set("Strict-Transport-Security", "max-age=31536000");
  next();
};

const noStore: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};

const notFound: RequestHandler = (_request, _response, next) =>
  next(
    new AppError("web.not_found", "there is nothing at this address", {
      hint: "The API is /api/v1/{session,setup,overview,slots,lines,rentals,phones,events,receipts,proofs,chain,identity,listings,publications,enum,dns,payments,escrows,doctor,live}.",
    }),
  );

/** Every operation of the consoles that there are. */
function operationsOf(deps: AppDeps): readonly Operation[] {
  const { fleet, operations = [] } = deps;
  return [...(fleet === undefined ? [] : fleetOperations(fleet)), ...operations];
}

function operationsRouter(operations: readonly Operation[], deps: AppDeps): Router {
  const router = Router();
  const document = openApiOf(operations, deps.version ?? "0");
  const openapi = operation({
    ...{ method: "get", path: "/openapi.json", scope: "read", tag: "Box", reply: z.record(z.string(), z.unknown()) },
    summary: "This interface as an OpenAPI document",
    run: () => document,
  });
  for (const each of [...operations, openapi]) router[each.method](expressPath(each.path), handlersOf(each, deps));
  return router;
}

export function webApp(deps: AppDeps): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.set("trust proxy", deps.behindProxy ? "loopback" : false);
  app.use(securityHeaders);
  app.use((request, _response, next) => {
    checkHost(request.headers.host, deps.names);
    next();
  });
  app.get("/health", noStore, (_request, response) => reply(response, healthReply, { status: "ok" }));
  app.use("/api/v1", noStore, sessionRoutes(deps), boxRoutes(deps), ...phoneRoutes(deps));
  app.use("/api/v1", noStore, operationsRouter(operationsOf(deps), deps));
  if (deps.payments !== undefined) app.use("/api/v1", noStore, paymentRoutes({ ...deps, payments: deps.payments }));
  if (deps.chain !== undefined) app.use("/api/v1", noStore, chainRoutes({ ...deps, chain: deps.chain }));
  if (deps.publishing !== undefined) {
    app.use("/api/v1", noStore, listingRoutes({ ...deps, publishing: deps.publishing }));
  }
  if (deps.directory !== undefined) {
    app.use("/api/v1", noStore, directoryRoutes({ ...deps, directory: deps.directory }));
  }
  if (deps.escrow !== undefined) app.use("/api/v1", noStore, escrowRoutes({ ...deps, escrow: deps.escrow }));
  if (deps.doctor !== undefined) app.use("/api/v1", noStore, doctorRoutes({ ...deps, doctor: deps.doctor }));
  if (deps.ussd !== undefined) app.use("/api/v1", noStore, ussdRoutes({ ...deps, ussd: deps.ussd }));
  if (deps.proofs !== undefined) app.use("/api/v1", noStore, proofRoutes({ ...deps, proofs: deps.proofs }));
  app.use("/api", notFound);
  app.use(pagesHandler(deps.pages));
  app.use(notFound);
  app.use(problemHandler(deps.log));
  return app;
}
