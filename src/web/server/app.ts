// The order in which a request passes: own host, security headers, then health, API or pages, and problems last.

import express, { type Express, type RequestHandler, Router } from "express";
import { AppError, type Logger } from "../../base/index.ts";
import type {
  BoxConsole,
  ChainConsole,
  DirectoryConsole,
  DoctorConsole,
  EscrowConsole,
  FleetConsole,
  FlowsConsole,
  PublishingConsole,
  UssdConsole,
} from "../../core/index.ts";
import { noFlows } from "../../core/index.ts";
import type { Json } from "../../openapi/index.ts";
import { healthReply, openApiDocument } from "../shared/api.ts";
import { auditHook } from "./audit/audit-hook.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { reply } from "./exchange.ts";
import type { FlowsProxy } from "./flows-proxy.ts";
import { authorityFile, secureOnly, type TlsOptions } from "./https.ts";
import { openApiOf } from "./openapi.ts";
import { type Operation, operation } from "./operation.ts";
import { admitted, expressPath, handlersOf, type OperationDeps } from "./operation-handlers.ts";
import { checkHost } from "./origin.ts";
import { pagesHandler } from "./pages.ts";
import { problemHandler } from "./problems.ts";
import { accountOperations } from "./routes-account.ts";
import { auditOperations } from "./routes-audit.ts";
import { boxOperations } from "./routes-box.ts";
import { certificateOperation } from "./routes-certificate.ts";
import { chainOperations } from "./routes-chain.ts";
import { directoryOperations } from "./routes-directory.ts";
import { doctorOperations } from "./routes-doctor.ts";
import { escrowOperations } from "./routes-escrow.ts";
import { type FactorOperationsDeps, factorOperations } from "./routes-factors.ts";
import { fleetOperations } from "./routes-fleet.ts";
import { flowOperations } from "./routes-flows.ts";
import { listingOperations } from "./routes-listings.ts";
import { type PaymentConsole, paymentOperations } from "./routes-payments.ts";
import { type PhoneOperationsDeps, phoneOperations } from "./routes-phones.ts";
import { type ProofConsole, proofOperations } from "./routes-proofs.ts";
import { sessionOperations } from "./routes-session.ts";
import { metricsHandlers, type TelemetryWeb, telemetryOperations } from "./routes-telemetry.ts";
import { type TokenOperationsDeps, tokenOperations } from "./routes-tokens.ts";
import { type UserOperationsDeps, userOperations } from "./routes-users.ts";
import { ussdOperations } from "./routes-ussd.ts";

export interface AppDeps
  extends FactorOperationsDeps,
    UserOperationsDeps,
    TokenOperationsDeps,
    PhoneOperationsDeps,
    OperationDeps {
  readonly box: BoxConsole;
  readonly log: Logger;
  /** Without it nobody writes down who changed what. */
  readonly trail?: AuditTrail | undefined;
  /** Without it there is no https. */
  readonly tls?: TlsOptions | undefined;
  /** The port that https listens on, once it does. */
  readonly httpsPort: () => number;
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
  /** Without it no flows run beside the box. */
  readonly flows?: { readonly console: FlowsConsole } | undefined;
  readonly flowsProxy?: FlowsProxy | undefined;
  /** Without it nothing is said of MQTT, and there are no metrics. */
  readonly telemetry?: TelemetryWeb | undefined;
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

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
  });
  next();
};

/** Only with a certificate that browsers know without the box's help: else a lost authority would lock its owner out. */
const strictTransport: RequestHandler = (request, response, next) => {
  if (request.secure) response.set("Strict-Transport-Security", "max-age=31536000");
  next();
};

const noStore: RequestHandler = (_request, response, next) => {
  response.set("Cache-Control", "no-store");
  next();
};

/** For who may read: the API's first path segments, as far as this box has them. */
function unknownAddress(operations: readonly Operation[], deps: OperationDeps): RequestHandler {
  const roots = new Set(operations.map(({ path }) => path.split("/")[1]).filter((root) => root !== "openapi.json"));
  const hint = `The API is /api/v1/{${[...roots, "live"].join(",")}}; /api/v1/openapi.json describes it.`;
  return async (request, _response, next) => {
    // `/api` itself is a page of the console.
    if (request.path === "/") return next();
    // A stranger does not learn which addresses there are.
    await admitted(request, "read", deps);
    next(new AppError("web.not_found", "there is nothing at this address", { hint }));
  };
}

const notFound: RequestHandler = (_request, _response, next) =>
  next(new AppError("web.not_found", "there is nothing at this address", { hint: "The console is at `/`." }));

/** Each console that there is has its operations. */
const given = <T>(console: T | undefined, of: (console: T) => readonly Operation[]): readonly Operation[] =>
  console === undefined ? [] : of(console);

function operationsOf(deps: AppDeps): readonly Operation[] {
  return [
    ...sessionOperations(deps),
    ...accountOperations(deps),
    ...factorOperations(deps),
    ...userOperations(deps),
    ...tokenOperations(deps),
    ...given(deps.trail, auditOperations),
    certificateOperation(deps.tls?.source),
    ...boxOperations(deps.box),
    ...given(deps.fleet, fleetOperations),
    ...given(deps.ussd, ussdOperations),
    ...phoneOperations(deps),
    ...given(deps.payments, paymentOperations),
    ...given(deps.chain, chainOperations),
    ...given(deps.publishing, listingOperations),
    ...given(deps.directory, directoryOperations),
    ...given(deps.escrow, escrowOperations),
    ...given(deps.doctor, doctorOperations),
    ...given(deps.proofs, proofOperations),
    ...flowOperations(deps.flows?.console ?? noFlows),
    ...given(deps.telemetry, telemetryOperations),
    ...(deps.operations ?? []),
  ];
}

/** All operations of this box, and the one that describes them. */
export function everyOperation(deps: AppDeps): readonly Operation[] {
  let document: Json | null = null;
  const described = operation({
    ...{ method: "get", path: "/openapi.json", scope: "read", tag: "Box", reply: openApiDocument },
    summary: "This interface as an OpenAPI document",
    run: () => {
      document ??= openApiOf(all, deps.version ?? "0");
      return document;
    },
  });
  const all = [...operationsOf(deps), described];
  return all;
}

function operationsRouter(operations: readonly Operation[], deps: AppDeps): Router {
  const router = Router();
  for (const each of operations) router[each.method](expressPath(each.path), handlersOf(each, deps));
  return router;
}

export function webApp(deps: AppDeps): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");
  app.set("trust proxy", deps.behindProxy ? "loopback" : false);
  app.use(securityHeaders);
  if (deps.tls === undefined || deps.tls.source.authority() === null) app.use(strictTransport);
  app.use((request, _response, next) => {
    checkHost(request.headers.host, deps.names);
    next();
  });
  if (deps.tls !== undefined) {
    app.use(secureOnly(deps.httpsPort));
    app.get("/ca.crt", authorityFile(deps.tls.source));
  }
  app.get("/health", noStore, (_request, response) => reply(response, healthReply, { status: "ok" }));
  if (deps.telemetry !== undefined)
    app.get("/metrics", noStore, ...metricsHandlers(deps.telemetry.metrics, deps.access));
  const operations = everyOperation(deps);
  if (deps.trail !== undefined) app.use("/api/v1", auditHook({ ...deps, trail: deps.trail }));
  app.use("/api/v1", noStore, operationsRouter(operations, deps));
  app.use("/api", noStore, unknownAddress(operations, deps));
  if (deps.flowsProxy !== undefined) app.use(deps.flowsProxy.handler);
  app.use(pagesHandler(deps.pages));
  app.use(notFound);
  app.use(problemHandler(deps.log));
  return app;
}
