// The replies of REST v1 that every page needs before its first view: apart, so that it builds no other schemas.

import { z } from "zod";
import { problemBody } from "../../protocol/index.ts";
import { apiScope, role } from "./scopes.ts";

/** Who is signed in: the pages offer what the scopes allow. */
export const visitorUser = z.object({ name: z.string(), role, scopes: z.array(apiScope) });
export type VisitorUser = z.infer<typeof visitorUser>;

/** `GET /api/v1/session`: what a visitor may do next. */
export const sessionReply = z.discriminatedUnion("state", [
  z.object({ state: z.literal("setup"), claim_code: z.boolean() }),
  z.object({ state: z.literal("signed_out") }),
  /** The password was right: a code of the user's app comes next, under this ticket, within five minutes. */
  z.object({ state: z.literal("second_step"), ticket: z.string() }),
  z.object({ state: z.literal("signed_in"), user: visitorUser }),
]);
export type SessionReply = z.infer<typeof sessionReply>;

/** Every refusal, `application/problem+json` (RFC 9457) with the product's stable code. */
export const problemReply = problemBody.extend({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
});
export type ProblemReply = z.infer<typeof problemReply>;
