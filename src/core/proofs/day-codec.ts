// A day's state as text, for the store.

import { z } from "zod";
import { unixMs } from "../../base/index.ts";
import { problemBody } from "../../protocol/index.ts";
import type { ProofDay } from "./ports-proofs.ts";
import { proofDate } from "./proof-date.ts";

const document = z.strictObject({
  date: z.string().transform(proofDate),
  state: z.enum(["open", "empty", "built", "submitted", "anchored", "failed"]),
  count: z.int().min(0),
  root: z.string().nullable(),
  issuer: z.string().nullable(),
  name: z.string().nullable(),
  publication: z.string().nullable(),
  txid: z.string().nullable(),
  height: z.int().nullable(),
  problem: problemBody.nullable(),
  changedAt: z.int().transform(unixMs),
});

export const proofDayCodec = {
  write: (day: ProofDay): string => JSON.stringify(day),
  /** Throws for what is no day. */
  read: (text: string): ProofDay => document.parse(JSON.parse(text)),
};
