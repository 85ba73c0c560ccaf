// Which refusals an operation can answer with: its own codes, and those of its kind, by status.

import { STATUS_CODES } from "node:http";
import { type Json, Refusals } from "../../openapi/index.ts";
import { type Operation, takesIdempotencyKey } from "./operation.ts";
import { statusOfCode } from "./problems.ts";

const WRITES = ["web.bad_origin", "web.csrf"];
const BODY = ["web.bad_request", "web.body_too_large", "web.unsupported_media_type", "base.bad_utf8"];
const EVERY = ["web.bad_host", "web.bad_request", "web.rate_limited", "web.internal", "base.stopped", "base.timeout"];

function keyCodes(operation: Operation): readonly string[] {
  if (operation.method !== "post") return [];
  if (!takesIdempotencyKey(operation)) return ["web.not_idempotent"];
  return ["web.bad_idempotency_key", "web.idempotency_conflict", "web.idempotency_busy"];
}

/** All codes that a caller may see. */
export function codesOf(operation: Operation): readonly string[] {
  const { method, scope, params, query, body, upload, errors = [] } = operation;
  const guarded = scope === "open" ? [] : ["web.setup_needed", "web.sign_in_needed", "web.scope"];
  const codes = [
    ...EVERY,
    ...guarded,
    ...(scope !== "open" && method !== "get" ? WRITES : []),
    ...(params === null && query === null && body === null ? [] : ["base.bad_value"]),
    ...(body === null && upload === undefined ? [] : BODY),
    ...keyCodes(operation),
    ...errors,
  ];
  return [...new Set(codes)];
}

const refusals = new Refusals({
  statusOf: statusOfCode,
  nameOf: (status) => STATUS_CODES[status],
  contentType: "application/problem+json",
  every: EVERY,
});

/** Refusals that are the same wherever they stand. */
export const commonResponses: Json = refusals.common();

/** One response per status, with the codes that come under it. */
export const problemResponses = (operation: Operation): Json => refusals.responses(codesOf(operation));
