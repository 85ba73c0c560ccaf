// Which refusals an operation can answer with: its own codes, and those of its kind, by status.

import { STATUS_CODES } from "node:http";
import { isDeepStrictEqual } from "node:util";
import type { Json } from "./openapi-schemas.ts";
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

/** Statuses that tell when to try again. */
const RETRY = new Set([429, 503]);

function problemResponse(status: number, codes: readonly string[]): Json {
  return {
    description: `${STATUS_CODES[status] ?? "Refused"}: ${codes.map((code) => `\`${code}\``).join(", ")}`,
    ...(RETRY.has(status) ? { headers: { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } } : {}),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem", type: "object", properties: { code: { enum: codes } } },
      },
    },
  };
}

type ByStatus = ReadonlyMap<number, readonly string[]>;

function byStatus(codes: readonly string[]): ByStatus {
  const found = new Map<number, string[]>();
  for (const code of [...codes].sort()) {
    const status = statusOfCode(code) ?? 500;
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

const COMMON = byStatus(EVERY);
const nameOf = (status: number): string => (STATUS_CODES[status] ?? "Refused").replace(/[^A-Za-z]/g, "");

/** Refusals that are the same wherever they stand. */
export const commonResponses: Json = Object.fromEntries(
  [...COMMON].map(([status, codes]) => [nameOf(status), problemResponse(status, codes)]),
);

/** One response per status, with the codes that come under it. */
export function problemResponses(operation: Operation): Json {
  const entries = [...byStatus(codesOf(operation))].map(([status, codes]) => {
    const isCommon = isDeepStrictEqual(COMMON.get(status), codes);
    return [status, isCommon ? { $ref: `#/components/responses/${nameOf(status)}` } : problemResponse(status, codes)];
  });
  return Object.fromEntries(entries);
}
