// Messages that the box holds for its owner, because nobody rented the line: `/api/v1/kept`.

import { z } from "zod";

const time = z.int().min(0);

/** What a kept message says; only for lines that the owner keeps for himself. */
export const keptContent = z.object({
  /** `raw`: it could not be decoded; `body` is its PDU in hex. */
  type: z.enum(["sms", "raw"]),
  from: z.string().nullable(),
  body: z.string(),
  sent_at: z.string().nullable(),
  received_ms: time,
  parts: z.int(),
  missing: z.array(z.int()),
});
export type KeptContent = z.infer<typeof keptContent>;

export const keptMessage = z.object({
  /** Where it stands: `after` of the next page. */
  cursor: z.int().min(1),
  id: z.string(),
  line: z.string(),
  at: time,
  /** Whether the line is the owner's own. */
  own: z.boolean(),
  /** Null for a line that is let: what comes in between two rentals is nobody's to read. */
  content: keptContent.nullable(),
  /** Why a message of an own line could not be opened, such as `kept.other_key`; null for all others. */
  problem: z.string().nullable(),
});
export type KeptMessage = z.infer<typeof keptMessage>;

/** `GET …/kept?line=&after=&limit=`. */
export const keptReply = z.object({ messages: z.array(keptMessage), next: time });
