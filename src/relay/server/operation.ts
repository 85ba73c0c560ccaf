// A route of the relay as data: who may ask, what it takes, what it answers. The router and the OpenAPI document are both made of it.

import type { IncomingMessage } from "node:http";
import type { RequestHandler, Response } from "express";
import type { z } from "zod";
import type { Clock } from "../../base/index.ts";
import { parseWith } from "../../protocol/index.ts";
import type { Authentication } from "./authentication.ts";
import type { BodyReader } from "./http-body.ts";
import { queryOf } from "./http-query.ts";
import { type Reply, sendReply } from "./http-reply.ts";
import type { Providers } from "./providers.ts";
import type { LimitedAction, RateLimits } from "./rate-limits.ts";

/** `token`: whoever has one. `provider`: a provider of this relay with a token. `signed`: what is sent proves itself. */
export type Access = "open" | "token" | "provider" | "signed";

export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Base64url key of the token, or `emc:` and an address; empty where no token is needed. */
  readonly caller: string;
  readonly request: IncomingMessage;
}

/** An answer that is not the usual one: another status, a body of its own, headers. */
export interface Special {
  readonly special: Reply;
}

export interface Described {
  readonly method: "get" | "post" | "put";
  /** Places in braces: `/listings/{id}`. */
  readonly path: string;
  /** Older names of the same. */
  readonly aliases?: readonly string[];
  readonly access: Access;
  /** Which allowance of the network address a request uses up before anything else is looked at. */
  readonly counts?: LimitedAction;
  /** With a token: whether the request is one of the key's reads. True unless told. */
  readonly countsRead?: boolean;
  /** The chapter of the document. */
  readonly tag: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** Of success; 200 unless told. */
  readonly status?: 200 | 202;
  /** Codes that callers should be ready for, besides those of every route. */
  readonly errors?: readonly string[];
  /** Largest body in bytes. */
  readonly bodyBytes?: number;
  /** The form of a body that `run` reads by itself, for the document. */
  readonly readsBody?: z.ZodType;
  /** Answers besides success and refusals: description and form by status. */
  readonly others?: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType | null }>>;
  /** Content type of an answer that is not JSON of a stated form. */
  readonly file?: string;
  /** The header `ETag`: the answer has one, and is not sent to who names it. */
  readonly etag?: boolean;
}

export interface Operation extends Described {
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType | null;
  /** Null for what is served elsewhere and only described here. */
  readonly answer: ((deps: OperationDeps, request: Request) => Promise<Reply>) | null;
}

export interface Definition<P, Q, B, R extends z.ZodType> extends Described {
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Only what this lets through leaves the relay. */
  readonly reply?: R;
  readonly run: (call: Call<P, Q, B>) => Promise<z.input<R> | Special> | z.input<R> | Special;
}

export interface OperationDeps {
  readonly authentication: Authentication;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly bodies: BodyReader;
  readonly clock: Clock;
  /** The client's address, for limits. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** What a route sees of express. */
export interface Request extends IncomingMessage {
  readonly params: Readonly<Record<string, unknown>>;
}

const DEFAULT_BODY_BYTES = 4 * 1024;

const isSpecial = (value: unknown): value is Special =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "special");

/** Whoever tries tokens that nobody has is made to wait. */
async function callerOf({ authentication, limits, addressOf }: OperationDeps, request: Request): Promise<string> {
  const { authorization } = request.headers;
  const ask = () => authentication.callerOf(authorization);
  const asked = authorization === undefined ? ask() : limits.countFailures("bad_token", addressOf(request), ask);
  return (await asked).pubkey;
}

async function admitted(described: Described, deps: OperationDeps, request: Request): Promise<string> {
  const { access, counts, countsRead = true } = described;
  if (counts !== undefined) await deps.limits.take(counts, deps.addressOf(request));
  if (access === "open" || access === "signed") return "";
  const pubkey = await callerOf(deps, request);
  if (countsRead) await deps.limits.take("read", pubkey);
  if (access === "provider") deps.providers.get(pubkey);
  return pubkey;
}

/** Of a route without a body no byte is looked at. */
async function bodyOf<B>(
  schema: z.ZodType<B> | undefined,
  bytes: number,
  { deps, request }: { readonly deps: OperationDeps; readonly request: Request },
): Promise<B> {
  if (schema === undefined) return undefined as B;
  return parseWith(schema, await deps.bodies.read(request, bytes), "relay.bad_body", "the body");
}

export function operation<P = undefined, Q = undefined, B = undefined, R extends z.ZodType = z.ZodVoid>(
  definition: Definition<P, Q, B, R>,
): Operation {
  const { params, query, body, reply, run, ...described } = definition;
  const answer = async (deps: OperationDeps, request: Request): Promise<Reply> => {
    const caller = await admitted(described, deps, request);
    const place =
      params === undefined ? undefined : parseWith(params, { ...request.params }, "relay.bad_query", "the path");
    const result = await run({
      params: place as P,
      query: (query === undefined ? undefined : queryOf(request, query)) as Q,
      body: await bodyOf(body, described.bodyBytes ?? DEFAULT_BODY_BYTES, { deps, request }),
      ...{ caller, request },
    });
    if (isSpecial(result)) return result.special;
    return { status: described.status ?? 200, body: reply === undefined ? null : reply.parse(result) };
  };
  const shown = body ?? described.readsBody ?? null;
  const schemas = { params: params ?? null, query: query ?? null, body: shown, reply: reply ?? null };
  return { ...described, ...schemas, answer };
}

/** An operation that something else serves. */
export function describedOnly(
  definition: Described & { readonly body?: z.ZodType; readonly reply?: z.ZodType },
): Operation {
  const { body, reply, ...described } = definition;
  return { ...described, params: null, query: null, body: body ?? null, reply: reply ?? null, answer: null };
}

/** `/listings/{id}` and its older names as express writes them. */
export const expressPaths = ({ path, aliases = [] }: Described): string[] =>
  [path, ...aliases].map((each) => each.replace(/\{(\w+)\}/g, ":$1"));

export function handlerOf({ answer }: Operation, deps: OperationDeps): RequestHandler | null {
  if (answer === null) return null;
  return async (request, response: Response) => sendReply(response, await answer(deps, request), deps.clock);
}
