// The OpenAPI 3.1 document of the relay, made of its operations.

import { STATUS_CODES } from "node:http";
import {
  DIALECT,
  type Json,
  operationId,
  parametersOf,
  RETRY_AFTER_HEADER,
  Refusals,
  SchemaNames,
  tagsOf,
  upperFirst,
} from "../../openapi/index.ts";
import * as protocol from "../../protocol/index.ts";
import type { Operation } from "./operation.ts";
import { statusOfCode } from "./problems.ts";

const INTRODUCTION = `A relay keeps sealed messages for renters and carries their orders to providers. It reads neither.

**Versions.** Every path is there below \`/v1\` and, as the first clients call it, without.

**Who asks.** \`POST /auth/challenge\`, sign the text, \`POST /auth\`: the token goes into \`Authorization: Bearer <token>\` for a day. What providers hand in needs no token: it is signed.

**Refusals** are \`application/json\`. Branch on \`code\`, which never changes its meaning; \`error\` and \`hint\` are for people.

**Limits.** Requests are counted by network address, by key and by provider; 429 says in \`Retry-After\` how many seconds to wait.

**Work.** A relay may want whoever signs in, or hands in a record as a stranger, to work first: 429 with \`work\`. Find a decimal \`counter\` for which SHA-256 of \`<challenge> counter=<counter>\` (UTF-8) begins with \`bits\` zero bits, and send that text in the header \`Proof-Of-Work\` within five minutes; it is good once. 18 bits are about 260,000 hashes, a second on a phone; each bit doubles that.

**Times** are whole seconds since 1970 unless a name ends in \`_ms\`; EMC are decimal strings. Keys, signatures and envelopes are base64url without padding.`;

const TAGS: readonly (readonly [string, string])[] = [
  ["Relay", "What it is and how it is."],
  ["Tokens", "Signing in with a key or an Emercoin address."],
  ["Listings", "What can be rented."],
  ["Orders", "Renting: questions to a provider, and his signed answers."],
  ["Payments", "Paying for an order."],
  ["Escrow", "Papers of two-of-three escrows on their way between the parties."],
  ["Rentals", "Grants, their course and their receipts."],
  ["Messages", "Sealed messages in and out."],
  ["Calls", "Phones of the relay's gateway for calls."],
  ["Proofs", "Daily trees of the relay's receipts."],
  ["Providers", "For boxes."],
];

const EVERY = ["relay.rate_limited", "relay.stopping", "relay.busy", "relay.internal", "relay.unknown_route"];
const BODY = [
  "relay.too_slow",
  "relay.bad_type",
  "relay.too_large",
  "relay.bad_json",
  "relay.bad_body",
  "relay.overloaded",
];

/** All codes that a caller may see. */
export function codesOf({ access, params, query, body, errors = [] }: Operation): readonly string[] {
  const codes = [
    ...EVERY,
    ...(access === "token" || access === "provider" ? ["relay.unauthorized"] : []),
    ...(access === "provider" ? ["relay.unknown_provider"] : []),
    ...(params === null && query === null ? [] : ["relay.bad_query"]),
    ...(body === null ? [] : BODY),
    ...errors,
  ];
  return [...new Set(codes)];
}

const refusals = new Refusals({
  statusOf: statusOfCode,
  nameOf: (status) => STATUS_CODES[status],
  contentType: "application/json",
  every: EVERY,
});

function successOf({ reply, file, etag = false, status = 200 }: Operation, names: SchemaNames): Json {
  if (file === undefined) {
    const schema = reply === null ? {} : names.refTo(reply, "output");
    return { [status]: { description: "Done", content: { "application/json": { schema } } } };
  }
  const headers = etag
    ? { headers: { ETag: { description: "Names these very bytes", schema: { type: "string" } } } }
    : {};
  return {
    [status]: { description: "The bytes", ...headers, content: { [file]: { schema: {} } } },
    ...(etag ? { 304: { description: "Those that `If-None-Match` names" } } : {}),
  };
}

/** Headers that are more than HTTP's own manners. */
function headersOf({ etag = false, errors = [] }: Operation): readonly Json[] {
  const header = (name: string, description: string): Json => ({
    ...{ name, in: "header", required: false, description },
    schema: { type: "string" },
  });
  return [
    ...(etag ? [header("If-None-Match", "Tags of bytes that are known already")] : []),
    ...(errors.includes("relay.work_required")
      ? [header("Proof-Of-Work", "The challenge of `work` and a counter")]
      : []),
  ];
}

function othersOf({ others = {} }: Operation, names: SchemaNames): Json {
  const entries = Object.entries(others).map(([status, { description, schema }]) => {
    const content =
      schema === null ? {} : { content: { "application/json": { schema: names.refTo(schema, "output") } } };
    return [status, { description, ...content }];
  });
  return Object.fromEntries(entries);
}

const securityOf = (access: Operation["access"]): Json => ({
  security: access === "token" || access === "provider" ? [{ token: [] }] : [],
  "x-access": access,
});

function entryOf(operation: Operation, path: string, names: SchemaNames): Json {
  const { tag, summary, description, params, query, body } = operation;
  const alias = path === operation.path ? {} : { deprecated: true };
  return {
    operationId: operationId({ ...operation, path }),
    ...{ tags: [tag], summary, ...(description === undefined ? {} : { description }), ...alias },
    ...securityOf(operation.access),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query"), ...headersOf(operation)],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: names.refTo(body, "input") } } } }),
    responses: {
      ...refusals.responses(codesOf(operation)),
      ...successOf(operation, names),
      ...othersOf(operation, names),
    },
  };
}

/** The one address that is no operation: a WebSocket. */
function liveEntry(names: SchemaNames): Json {
  return {
    operationId: "getWs",
    ...{ tags: ["Messages"], summary: "Messages as they come, over a WebSocket", security: [], "x-access": "token" },
    description:
      "Open it as a WebSocket (RFC 6455); frames are JSON text. The first frame is `auth` with the token and, to resume, the last cursor; a token never stands in the address. Then `sms` frames follow, first those that wait. `ack` acknowledges; `ping` is answered with `pong`.",
    parameters: [],
    responses: {
      101: {
        description: "Frames follow: `x-client-frame` from the client, `x-server-frame` from the relay",
        "x-client-frame": names.refTo(protocol.wsClientFrame, "input"),
        "x-server-frame": names.refTo(protocol.wsServerFrame, "output"),
      },
    },
  };
}

function namesOf(operations: readonly Operation[]): SchemaNames {
  const names = new SchemaNames({ ...protocol }, { relayProblem: "Problem" });
  names.use(protocol.relayProblem, "output", "Problem");
  names.use(protocol.wsClientFrame, "input", "WsClientFrame");
  names.use(protocol.wsServerFrame, "output", "WsServerFrame");
  for (const each of operations) {
    const name = upperFirst(operationId(each));
    if (each.body !== null) names.use(each.body, "input", `${name}Request`);
    if (each.reply !== null) names.use(each.reply, "output", `${name}Reply`);
    for (const { schema } of Object.values(each.others ?? {}))
      if (schema !== null) names.use(schema, "output", `${name}Other`);
  }
  return names;
}

/** The document of these operations; `version` is the package's. */
export function relayDocument(operations: readonly Operation[], version: string): Json {
  const names = namesOf(operations);
  const schemas = names.components();
  const paths: Record<string, Record<string, Json>> = { "/ws": { get: liveEntry(names) } };
  for (const each of operations) {
    for (const path of [each.path, ...(each.aliases ?? [])]) {
      paths[path] = { ...paths[path], [each.method]: entryOf(each, path, names) };
    }
  }
  return {
    ...{ openapi: "3.1.0", jsonSchemaDialect: DIALECT },
    info: {
      ...{ title: "Numberbox relay", version, summary: "The API of a relay", description: INTRODUCTION },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/v1" }, { url: "/" }],
    tags: tagsOf(new Set([...operations.map(({ tag }) => tag), "Messages"]), TAGS),
    paths,
    components: {
      ...{ schemas, responses: refusals.common(), headers: { RetryAfter: RETRY_AFTER_HEADER } },
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token of `POST /auth`" } },
    },
  };
}
