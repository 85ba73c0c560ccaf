// Writes answers: JSON, never cached, never interpreted as anything else, open to renters' browsers.

import type { ServerResponse } from "node:http";
import { type Clock, isAppError, type Logger, messageOf } from "../../base/index.ts";
import type { RelayMetrics } from "./metrics.ts";
import { problemOf } from "./problems.ts";

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const FIXED_HEADERS = {
  "Content-Type": "application/json; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  // Authority is the bearer token alone, which a foreign page does not have: any origin may ask.
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Retry-After, Date, ETag",
} as const;

/** Headers that answer a browser's preflight request. */
export const PREFLIGHT_HEADERS = {
  "Access-Control-Allow-Methods": "GET, POST, PUT",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Proof-Of-Work",
  "Access-Control-Max-Age": "86400",
} as const;

/** Ends `response` with `reply`. Does nothing when the client is gone or something was sent already. */
export function sendReply(response: ServerResponse, reply: Reply, clock: Clock): void {
  if (response.headersSent || response.destroyed) return;
  const text = reply.text ?? JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...FIXED_HEADERS,
    // Boxes take the time from here; it must be the clock the relay judges by.
    Date: new Date(clock.now()).toUTCString(),
    "Content-Length": Buffer.byteLength(text),
    ...reply.headers,
  });
  response.end(text);
}

/** The reply for anything thrown; `extra` members join the body (a fresh challenge). */
export function problemReply(thrown: unknown, extra: Readonly<Record<string, unknown>> = {}): Reply {
  const problem = problemOf(thrown);
  return {
    status: problem.status,
    body: { ...problem.body, ...extra },
    headers: {
      ...(problem.retryAfterSeconds === undefined ? {} : { "Retry-After": String(problem.retryAfterSeconds) }),
      ...(problem.status === 401 ? { "WWW-Authenticate": 'Bearer realm="numberbox-relay"' } : {}),
    },
  };
}

/** Told to whoever asks, by the metrics and by `/health`; anybody could fill the log with them. */
const NOT_LOGGED: ReadonlySet<string> = new Set(["relay.no_chain", "relay.busy", "relay.stopping"]);

/** Answers with what `thrown` means. The relay's own faults are logged; refusals are the client's business. */
export function sendProblem(
  response: ServerResponse,
  thrown: unknown,
  deps: { readonly clock: Clock; readonly log: Logger; readonly metrics: Pick<RelayMetrics, "refused"> },
): void {
  const reply = problemReply(thrown);
  deps.metrics.refused(thrown);
  const { code, context } = isAppError(thrown) ? thrown : { code: "relay.internal", context: {} };
  if (reply.status >= 500 && !NOT_LOGGED.has(code))
    deps.log.error("relay_request_failed", { ...context, status: reply.status, code, reason: messageOf(thrown) });
  sendReply(response, reply, deps.clock);
}
