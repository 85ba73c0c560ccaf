// The way of a request to its operation: who asks and how often, what may be repeated, then the body, then the answer.

import type { Request, RequestHandler } from "express";
import { hasCode } from "../../base/index.ts";
import type { ApiScope } from "../shared/scopes.ts";
import { type Access, nameOf, type Principal } from "./access.ts";
import { tellTarget } from "./audit/audit-notes.ts";
import { jsonBody } from "./exchange.ts";
import { checkIdempotencyKey, type Idempotency, notIdempotent } from "./idempotency.ts";
import { type Exchange, type Once, type Operation, takesIdempotencyKey } from "./operation.ts";
import type { RequestLimits } from "./request-limits.ts";
import { addressOf } from "./visit.ts";

export interface OperationDeps {
  readonly access: Access;
  /** Largest body of a request, in bytes. */
  readonly bodyBytes: number;
  readonly requestLimits: RequestLimits;
  readonly idempotency: Idempotency;
}

/** `/slots/{id}` as express writes it. */
export const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ":$1");

/**
 * Who asks, if he may. Those who are not known are counted by their address. Errors: those of `Access.require`, `web.rate_limited`.
 */
export async function admitted(
  request: Request,
  scope: ApiScope,
  { access, requestLimits }: Pick<OperationDeps, "access" | "requestLimits">,
): Promise<Principal> {
  let principal: Principal;
  try {
    principal = await access.require(request, scope);
  } catch (error) {
    if (hasCode(error, "web.sign_in_needed") || hasCode(error, "web.setup_needed")) {
      requestLimits.stranger(addressOf(request));
    }
    throw error;
  }
  requestLimits.caller(nameOf(principal));
  return principal;
}

/** Before the body is read: a key that cannot be honoured is refused. */
function checkKey(operation: Operation): readonly RequestHandler[] {
  if (operation.method !== "post") return [];
  return [
    (request, _response, next) => {
      const key = request.get("idempotency-key");
      if (key !== undefined && !takesIdempotencyKey(operation)) throw notIdempotent();
      if (key !== undefined) checkIdempotencyKey(key);
      next();
    },
  ];
}

function onceOf({ request, response, principal }: Omit<Exchange, "once">, { idempotency }: OperationDeps): Once {
  const key = request.method === "POST" ? request.get("idempotency-key") : undefined;
  if (key === undefined || principal === null) return (work) => work();
  return async (work) => {
    const bytes: unknown = request.body;
    const body = bytes instanceof Uint8Array ? bytes : "";
    const asking = { who: nameOf(principal), key, request: [request.method, request.originalUrl, body] };
    const answered = await idempotency.once(asking, work);
    if (answered.replayed) response.set("Idempotent-Replayed", "true");
    return answered;
  };
}

/** The handlers of one operation, in order. */
export function handlersOf(operation: Operation, deps: OperationDeps): RequestHandler[] {
  const principals = new WeakMap<Request, Principal>();
  const { scope, before } = operation;
  const admit: RequestHandler = async (request, response, next) => {
    tellTarget(response, request.params);
    if (scope !== "open") principals.set(request, await admitted(request, scope, deps));
    // What phones send is counted by their own limits.
    else if (before === undefined || operation.upload === undefined) deps.requestLimits.stranger(addressOf(request));
    next();
  };
  const body = operation.body === null ? [] : jsonBody(operation.bodyBytes ?? deps.bodyBytes);
  const answer: RequestHandler = async (request, response) => {
    const exchange = { request, response, principal: principals.get(request) ?? null };
    await operation.answer({ ...exchange, once: onceOf(exchange, deps) });
  };
  return [admit, ...(before ?? []), ...checkKey(operation), ...body, answer];
}
