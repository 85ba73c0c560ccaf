// A REST route as data: who may call it, what it takes, what it answers. The router and the OpenAPI document are both made of it, so
// that neither can say something that the other does not.

import { Readable } from "node:stream";
import type { Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import { AppError } from "../../base/index.ts";
import { parseWith } from "../../protocol/index.ts";
import type { ApiScope } from "../shared/scopes.ts";
import type { Principal } from "./access.ts";
import { bodyOf, queryOf } from "./exchange.ts";
import type { Answered } from "./idempotency.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** What a route is given, each part parsed. */
export interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who calls; null only where `scope` is `open`. */
  readonly principal: Principal | null;
  /** The request itself: address, body of an upload. */
  readonly request: Request;
  /** For headers and cookies; the answer itself is what `run` returns. */
  readonly response: Response;
}

/** A file as an answer. The stream is destroyed when the caller goes away. */
export interface Download {
  readonly fileName: string;
  readonly content: Readable | Uint8Array;
}

/** Lets `work` be done at most once. */
export type Once = (work: () => Promise<Answered>) => Promise<Answered>;

interface Described {
  readonly method: Method;
  /** Below `/api/v1`, places in braces: `/slots/{id}/recover`. */
  readonly path: string;
  /** `open`: also strangers; every other needs that scope. */
  readonly scope: ApiScope | "open";
  /** The chapter of the OpenAPI page. */
  readonly tag: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** Of success; 200, or 204 without `reply`. */
  readonly status?: 200 | 201 | 202;
  /** Codes that callers should be ready for, besides those of every route. */
  readonly errors?: readonly string[];
  /** A body as the OpenAPI page shows it. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Largest body in bytes, where the server's own limit does not fit. */
  readonly bodyBytes?: number;
  /** Content type of a body that is not JSON; `run` reads it from `request`, and limits it by itself. */
  readonly upload?: string;
  /** Content type of the answer, where `run` returns a `Download`. */
  readonly download?: string;
  /** Safe to repeat under an `Idempotency-Key`; of every POST unless false. */
  readonly idempotent?: boolean;
  /** What is asked before a byte of the body is read, besides the scope: own limits, marks of a page's own request. */
  readonly before?: readonly RequestHandler[];
}

export interface Definition<P, Q, B, R extends z.ZodType> extends Described {
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** Only what this lets through leaves the box. Without it, and without `download`, the answer is 204. */
  readonly reply?: R;
  readonly run: (call: Call<P, Q, B>) => Promise<z.input<R> | Download> | z.input<R> | Download;
}

/** An operation whose types are settled. */
export interface Operation extends Described {
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType | null;
  readonly answer: (exchange: Exchange) => Promise<void>;
}

/** A request that may be answered. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly principal: Principal | null;
  readonly once: Once;
}

/** Whether a key makes it safe to send again. */
export const takesIdempotencyKey = ({ method, scope, upload, download, idempotent }: Described): boolean =>
  method === "post" && scope !== "open" && upload === undefined && download === undefined && idempotent !== false;

/** Of GET and HEAD no byte of a body is looked at. */
function parsed<T>(schema: z.ZodType<T> | undefined, read: (schema: z.ZodType<T>) => T): T {
  return schema === undefined ? (undefined as T) : read(schema);
}

export function operation<P = undefined, Q = undefined, B = undefined, R extends z.ZodType = z.ZodVoid>(
  definition: Definition<P, Q, B, R>,
): Operation {
  const { params, query, body, reply, run, ...described } = definition;
  const work = async ({ request, response, principal }: Omit<Exchange, "once">) =>
    run({
      params: parsed(params, (schema) => parseWith(schema, { ...request.params }, "web.bad_request", "The address")),
      query: parsed(query, (schema) => queryOf(request, schema)),
      body: parsed(body, (schema) => bodyOf(request, schema)),
      ...{ principal, request, response },
    });
  const answer: Operation["answer"] = async ({ once, ...exchange }) => {
    const { response } = exchange;
    if (definition.download !== undefined) {
      const file = await work(exchange);
      if (!response.headersSent) sendFile(response, definition.download, file);
      return;
    }
    const answered = await once(async () => {
      const result = await work(exchange);
      if (reply === undefined) return { status: 204, body: "" };
      return { status: definition.status ?? 200, body: JSON.stringify(reply.parse(result)) };
    });
    if (!response.headersSent) send(response, answered);
  };
  const schemas = { params: params ?? null, query: query ?? null, body: body ?? null, reply: reply ?? null };
  return { ...described, ...schemas, answer };
}

function send(response: Response, { status, body }: Answered): void {
  if (body === "") response.status(status).end();
  else response.status(status).type("json").send(body);
}

function isDownload(value: unknown): value is Download {
  return typeof value === "object" && value !== null && "fileName" in value && "content" in value;
}

function sendFile(response: Response, type: string, value: unknown): void {
  if (!isDownload(value)) throw new AppError("web.internal", "the route made no file");
  const { fileName, content } = value;
  response.type(type).set("Content-Disposition", `attachment; filename="${fileName.replace(/[^\w.-]/g, "_")}"`);
  if (!(content instanceof Readable)) {
    response.send(Buffer.from(content));
    return;
  }
  response.once("close", () => content.destroy());
  // The head is out: the reader sees that the file ends early.
  content.once("error", () => response.destroy());
  content.pipe(response);
}
