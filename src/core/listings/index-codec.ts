// Where the index stands, as text.

import { z } from "zod";
import type { IndexPosition } from "./index-model.ts";

const shape = z.object({
  walk: z.object({ from: z.int().min(0), last: z.string().nullable() }).nullable(),
  blocks: z.array(z.object({ height: z.int().min(0), hash: z.string(), ids: z.array(z.string()) })).min(1),
});

export const indexPositionCodec = {
  write: (position: IndexPosition): string => JSON.stringify(position),
  read: (text: string): IndexPosition => shape.parse(JSON.parse(text)),
};
