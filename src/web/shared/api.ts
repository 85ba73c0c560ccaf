// The replies and requests of REST v1 that only the web server and its pages know; the views themselves are in `protocol`.

import { z } from "zod";
import { boxEvent, lineView, receipt, rentalIdText, rentalView, slotView } from "../../protocol/index.ts";
import { userName } from "./accounts.ts";
import { PASSWORD_MAX } from "./password-rules.ts";

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
