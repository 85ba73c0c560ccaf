// Reads the query of a request by a schema.

import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { cursorEpoch, MAX_WAIT_SECONDS, parseWith } from "../../protocol/index.ts";
import { refusal } from "./problems.ts";

export const wholeNumber = z
  .string()
  .regex(/^[0-9]{1,15}$/, "a whole number")
  .transform(Number);
/** How long a question is held open. */
export const waitSeconds = wholeNumber.pipe(z.number().max(MAX_WAIT_SECONDS)).default(0);
export const pageQuery = z.strictObject({
  after: wholeNumber.default(0),
  limit: wholeNumber.pipe(z.number().min(1).max(500)).default(100),
});
/** The same where clients keep the cursors. */
export const keptPageQuery = pageQuery.extend({ epoch: cursorEpoch.optional() });
/** The query of a request by `schema`; a member given twice is a fault, and so is an unknown one (a token, for instance). */
export function queryOf<T>(request: IncomingMessage, schema: z.ZodType<T>): T {
  const search = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  const members = [...search.keys()];
  if (new Set(members).size !== members.length)
    throw refusal("relay.bad_query", "a member of the query is given twice");
  return parseWith(schema, Object.fromEntries(search), "relay.bad_query", "the query");
}
