// The replies and requests of REST v1 that only the web server and its pages know; the views themselves are in `protocol`.

import { z } from "zod";
import { boxEvent, lineView, problemBody, receipt, rentalIdText, rentalView, slotView } from "../../protocol/index.ts";
import { userName } from "./accounts.ts";
import { PASSWORD_MAX } from "./password-rules.ts";
import { apiScope, role } from "./scopes.ts";

/** Who is signed in: the pages offer what the scopes allow. */
const visitorUser = z.object({ name: z.string(), role, scopes: z.array(apiScope) });
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

/** `POST /api/v1/setup`. The password's strength is judged apart from its form. */
export const setupRequest = z.strictObject({
  password: z.string().max(PASSWORD_MAX),
  claim_code: z.string().max(64).optional(),
});
export type SetupRequest = z.infer<typeof setupRequest>;

/** `POST /api/v1/session`. */
export const signInRequest = z.strictObject({
  name: userName.default("owner").describe("Of the user; left out, the owner."),
  password: z.string().max(PASSWORD_MAX),
});

/** Every refusal, `application/problem+json` (RFC 9457) with the product's stable code. */
export const problemReply = problemBody.extend({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
});
export type ProblemReply = z.infer<typeof problemReply>;

/** `GET /api/v1/openapi.json`: what the page of the API reads of it is said there. */
export const openApiDocument = z.record(z.string(), z.unknown());

export const healthReply = z.object({ status: z.literal("ok") });
export const slotsReply = z.object({ slots: z.array(slotView) });
export const linesReply = z.object({ lines: z.array(lineView) });
export const rentalsReply = z.object({
  rentals: z.array(rentalView),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable().default(null),
});

/** `next` is the `after` of the next page, also when this one is empty. */
/** `GET …/events/history`: newest first. `next`: `before` of the next page, null at the end. */
export const eventsPage = z.object({ events: z.array(boxEvent), next: z.int().nullable() });
export const eventsReply = z.object({ events: z.array(boxEvent), next: z.int().min(0) });
export const receiptsReply = z.object({
  receipts: z.array(z.object({ cursor: z.int().min(1), rental_id: rentalIdText, receipt })),
  next: z.int().min(0),
});
