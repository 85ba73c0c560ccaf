// The form in which a part of a concatenated SMS lies sealed on disk.

import { z } from "zod";

export const storedPart = z.strictObject({
  hash: z.string().regex(/^[0-9a-f]{32}$/),
  occurrence: z.int().min(0),
  receivedAt: z.number().int().min(0),
  pdu: z.string().regex(/^(?:[0-9a-f]{2})*$/),
});
