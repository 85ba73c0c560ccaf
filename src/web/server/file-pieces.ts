// A large file that is handed in piece by piece, each within the time that a request may take.

import type { Request } from "express";
import { z } from "zod";
import { AppError } from "../../base/index.ts";

const MAX_PIECE = 16 * 1024 * 1024;

/** `?offset=`: where the piece begins; 0 begins anew. */
export const pieceQuery = z.strictObject({
  offset: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
});

/** The body of the request. Errors: `AREA.piece_too_large`. */
export async function* pieceOf(request: Request, area: "backup" | "update"): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const bytes of request) {
    size += bytes.length;
    if (size > MAX_PIECE) {
      throw new AppError(`${area}.piece_too_large`, "one piece of a file is at most 16 MiB", {
        hint: "Send the file in several pieces, each with the offset that it begins at.",
      });
    }
    yield bytes;
  }
}
