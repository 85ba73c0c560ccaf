// Escrow documents on their way between the parties: each party has one copy at the relay, and puts the others' into its own.

import { z } from "zod";
import { unixSeconds } from "./text.ts";

/** What is taken of one document. */
export const MAX_ESCROW_TEXT = 128 * 1024;

export const escrowIdText = z.string().regex(/^[0-9a-f]{16,64}$/, "16-64 lower-case hex digits");

/** `PUT /escrow/{id}` and `POST /escrow/{id}/dispute`: the document as the caller has it. */
export const escrowPaper = z.strictObject({ document: z.record(z.string(), z.unknown()) });
export const escrowPaperReply = z.object({ status: z.enum(["taken", "unchanged"]) });

/** `GET /escrow/{id}`: for its parties. */
export const escrowPapers = z.object({
  documents: z.array(
    z.object({
      role: z.enum(["renter", "provider", "arbiter"]),
      document: z.record(z.string(), z.unknown()),
      at: unixSeconds,
    }),
  ),
});
export type EscrowPapers = z.infer<typeof escrowPapers>;
