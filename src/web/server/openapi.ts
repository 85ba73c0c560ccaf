// The OpenAPI 3.1 document of REST v1, made of the operations themselves.

import {
  DIALECT,
  type Json,
  operationId,
  parametersOf,
  RETRY_AFTER_HEADER,
  SchemaNames,
  tagsOf,
  upperFirst,
} from "../../openapi/index.ts";
import * as protocol from "../../protocol/index.ts";
import * as api from "../shared/api.ts";
import * as session from "../shared/session.ts";
import { commonResponses, problemResponses } from "./openapi-problems.ts";
import { type Operation, takesIdempotencyKey } from "./operation.ts";

const { liveFrame } = protocol;
const { problemReply } = session;
/** Names that stand in every client's code. */
const CALLED = { problemReply: "Problem" };
const BINARY = { type: "string", contentMediaType: "application/octet-stream" };

const INTRODUCTION = `Everything the console does goes through this interface.

**Who asks.** A program sends \`Authorization: Bearer <token>\`; tokens are made by the owner and carry scopes (\`read\`, \`operate\`, \`manage\`, \`content\`). The console uses a cookie; with it every write needs \`X-Numberbox: 1\` as well. Nothing but \`/session\` answers a stranger.

**Refusals** are \`application/problem+json\` (RFC 9457). Branch on \`code\`, which never changes its meaning; \`message\` and \`hint\` are for people.

**Repeating.** A POST with an \`Idempotency-Key\` is done once: the same key, caller, address and body get the first answer again for 24 hours, marked \`Idempotent-Replayed: true\`. What answers with a secret takes no key.

**Pages.** A list that grows takes \`after\` and \`limit\` and tells \`next\`, the \`after\` of the page behind it.

**Limits.** Requests are counted per caller; 429 says in \`Retry-After\` how many seconds to wait.

Times are milliseconds since 1970 unless a name ends in \`_s\`; EMC are decimal strings with six digits behind the point. No answer holds the text of an SMS or its sender, unless its scope is \`content\`.`;

/** Chapters in the order of the page; others follow by name. */
const TAGS: readonly (readonly [string, string])[] = [
  ["Session", "Signing in and out."],
  ["Box", "How the box is, what happened."],
  ["Slots", "Modem positions, their SIMs, and new hardware."],
  ["USSD", "Codes of the SIM's operator."],
  ["Phones", "Android phones that serve as slots."],
  ["Lines", "Phone numbers."],
  ["Rentals", "Who receives a line's messages, and until when."],
  ["Outbox", "Messages that the relay has not taken yet."],
  ["Payments", "Orders, RANDPAY tickets and earnings."],
  ["Proofs", "Receipts and the days that anchor them in the chain."],
  ["Chain", "The Emercoin node, its wallet, and publications."],
  ["Identity", "The box's identity in the chain."],
  ["Listings", "What the box offers in the chain."],
  ["Directory", "Numbers and hosts that are published openly."],
  ["Escrow", "Two-of-three escrows."],
  ["Flows", "Node-RED beside the box."],
  ["Alerts", "Rules, open alerts and notices."],
  ["Webhooks", "Where the box tells of events."],
  ["Settings", "The box's configuration."],
  ["Users", "People, sessions and API tokens."],
  ["Backup", "Sealed copies of the box."],
];

/** A file of JSON is JSON of no stated form. */
const fileSchema = (type: string): Json => (/\bjson\b/.test(type) ? {} : BINARY);

function successOf(operation: Operation, names: SchemaNames): Json {
  const { reply, download, status = 200 } = operation;
  const replayed = { "Idempotent-Replayed": { $ref: "#/components/headers/IdempotentReplayed" } };
  const headers = takesIdempotencyKey(operation) ? replayed : {};
  const withHeaders = Object.keys(headers).length === 0 ? {} : { headers };
  if (download !== undefined) {
    return { 200: { description: "A file", content: { [download]: { schema: fileSchema(download) } } } };
  }
  if (reply === null) return { 204: { description: "Done", ...withHeaders } };
  const content = { "application/json": { schema: names.refTo(reply, "output") } };
  return { [status]: { description: "Done", ...withHeaders, content } };
}

function bodyOf({ body, upload, example }: Operation, names: SchemaNames): Json {
  if (upload !== undefined) return { requestBody: { required: true, content: { [upload]: { schema: BINARY } } } };
  if (body === null) return {};
  const shown = example === undefined ? {} : { example };
  const content = { "application/json": { schema: names.refTo(body, "input"), ...shown } };
  return { requestBody: { required: true, content } };
}

const securityOf = (scope: Operation["scope"]): Json =>
  scope === "open" ? { security: [] } : { security: [{ token: [scope] }, { session: [scope] }], "x-scope": scope };

function entryOf(operation: Operation, names: SchemaNames): Json {
  const { tag, summary, description, params, query } = operation;
  const key = takesIdempotencyKey(operation) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : [];
  return {
    operationId: operationId(operation),
    ...{ tags: [tag], summary, ...(description === undefined ? {} : { description }) },
    ...securityOf(operation.scope),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query"), ...key],
    ...bodyOf(operation, names),
    responses: { ...successOf(operation, names), ...problemResponses(operation) },
  };
}

/** The one address that is no operation: a WebSocket. */
function liveEntry(names: SchemaNames): Json {
  return {
    operationId: "getLive",
    ...{ tags: ["Box"], summary: "Changes as they happen, over a WebSocket", ...securityOf("read") },
    description:
      "Open it as a WebSocket (RFC 6455). The first frame is a `snapshot`; then changes follow, each a JSON text frame. The box listens to nothing a client sends.",
    parameters: [],
    responses: {
      101: { description: "Frames follow, each as `x-frame` says", "x-frame": names.refTo(liveFrame, "output") },
    },
  };
}

const COMMON_COMPONENTS = {
  parameters: {
    IdempotencyKey: {
      ...{ name: "Idempotency-Key", in: "header", required: false },
      description: "Makes it safe to send the request again: it is done once in 24 hours.",
      schema: { type: "string", pattern: "^[!-~]{1,64}$" },
      example: "7f0c6c2e-order-1",
    },
  },
  headers: {
    RetryAfter: RETRY_AFTER_HEADER,
    IdempotentReplayed: {
      description: "`true` on an answer that was given before under the same `Idempotency-Key`",
      schema: { type: "string", const: "true" },
    },
  },
  securitySchemes: {
    token: { type: "http", scheme: "bearer", description: "An API token of the owner, with its scopes" },
    session: {
      ...{ type: "apiKey", in: "cookie", name: "numberbox_session" },
      description: "The console's cookie (`__Host-numberbox_session` over TLS); writes need `X-Numberbox: 1` as well",
    },
  },
};

/** The document of these operations; `version` is the box's. */
export function openApiOf(operations: readonly Operation[], version: string): Json {
  const names = new SchemaNames({ ...protocol, ...api, ...session }, CALLED);
  names.use(problemReply, "output", "Problem");
  names.use(liveFrame, "output", "LiveFrame");
  for (const each of operations) {
    const name = upperFirst(operationId(each));
    if (each.body !== null) names.use(each.body, "input", `${name}Request`);
    if (each.reply !== null) names.use(each.reply, "output", `${name}Reply`);
  }
  const schemas = names.components();
  const paths: Record<string, Record<string, Json>> = { "/live": { get: liveEntry(names) } };
  for (const each of operations) paths[each.path] = { ...paths[each.path], [each.method]: entryOf(each, names) };
  return {
    ...{ openapi: "3.1.0", jsonSchemaDialect: DIALECT },
    info: {
      ...{ title: "Numberbox", version, summary: "REST v1 of a box", description: INTRODUCTION },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    tags: tagsOf(new Set(operations.map(({ tag }) => tag)), TAGS),
    paths,
    components: { schemas, responses: commonResponses, ...COMMON_COMPONENTS },
  };
}
