// USSD over REST: `/api/v1/slots/{id}/ussd`.

import { z } from "zod";

/** `POST …/ussd`: a code such as `*100#`. */
export const ussdRequest = z.strictObject({ code: z.string().min(1).max(160) });

/** `POST …/ussd/reply`: the answer to the menu that is open. */
export const ussdReplyRequest = z.strictObject({ text: z.string().min(1).max(160) });

/** What the network says. `more`: it waits for a reply, for two minutes at most. */
export const ussdAnswer = z.object({ text: z.string(), more: z.boolean() });

/** `GET …/ussd`: what the network said last without being asked. */
export const ussdNotice = z.object({
  notice: z.object({ text: z.string(), at: z.int().min(0) }).nullable(),
});
