// Schema in, schema out: the only ways a route reads a request or writes a reply.

import express, { type Request, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { AppError, fromUtf8 } from "../../base/index.ts";
import { parseJsonWith, parseWith } from "../../protocol/index.ts";

/** Takes the body as bytes, at most `limit` of them, and only if it says it is JSON. Put it behind the authentication. */
export function jsonBody(limit: number): RequestHandler[] {
  const requireJson: RequestHandler = (request, response, next) => {
    // The reader would first take in all that is sent.
    if (Number(request.get("content-length") ?? 0) > limit) {
      response.set("Connection", "close");
      throw tooLarge();
    }
    if (/^application\/json\s*(?:;|$)/i.test(request.get("content-type") ?? "")) next();
    else {
      next(
        new AppError("web.unsupported_media_type", "the body must be JSON", {
          hint: "Send it with `Content-Type: application/json`.",
        }),
      );
    }
  };
  return [requireJson, express.raw({ type: () => true, limit, inflate: false })];
}

function tooLarge(): AppError {
  return new AppError("web.body_too_large", "the request's body is too large", { hint: "Send less at once." });
}

/** The parsed body. Errors: `web.bad_request` with every fault's path, never a value. */
export function bodyOf<T>(request: Request, schema: z.ZodType<T>): T {
  const bytes: unknown = request.body;
  const text = bytes instanceof Uint8Array ? fromUtf8(bytes) : "";
  return parseJsonWith(schema, text, "web.bad_request", "The request's body");
}

/** The parsed query; unknown parameters are errors. */
export function queryOf<T>(request: Request, schema: z.ZodType<T>): T {
  return parseWith(schema, { ...request.query }, "web.bad_request", "The request's query");
}

/** A whole number in a query. */
export const count = (min: number, max: number, standard: number) =>
  z.preprocess(
    (text) => (typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : text),
    z.int().min(min).max(max).default(standard),
  );

export const pageLimit = count(1, 500, 100);
/** `?after=&limit=` of every list that grows. */
export const pageQuery = z.strictObject({ after: count(0, Number.MAX_SAFE_INTEGER, 0), limit: pageLimit });

/** Of lists whose rows have names: `after` is the last one's of the page before; without `limit` all of it comes at once. */
export const namedPageQuery = z.strictObject({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(500)).optional(),
});

/** One page of `rows`, and the `after` of the next one; null at the end. Errors: `web.bad_request` for an `after` that is not there. */
export function pageOf<T>(
  rows: readonly T[],
  {
    after,
    limit = Number.POSITIVE_INFINITY,
  }: { readonly after?: string | undefined; readonly limit?: number | undefined },
  nameOf: (row: T) => string,
): { readonly page: T[]; readonly next: string | null } {
  const start = after === undefined ? 0 : rows.findIndex((row) => nameOf(row) === after) + 1;
  if (after !== undefined && start === 0) {
    throw new AppError("web.bad_request", "`after` names nothing in this list", { hint: "Begin again without it." });
  }
  const page = rows.slice(start, start + limit);
  const last = page.at(-1);
  return { page, next: last === undefined || start + page.length >= rows.length ? null : nameOf(last) };
}

/** Sends what the schema lets through: a member that the contract does not name cannot leave the box. */
export function reply<S extends z.ZodType>(response: Response, schema: S, value: z.input<S>): void {
  response.json(schema.parse(value));
}
