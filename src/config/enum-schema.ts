// Numbers in the chain's own telephone book (EmerENUM). Off, and meant to stay off unless the owner knows what it gives away.

import { z } from "zod";

export const enumSection = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Whether `numberbox enum publish` may put a line's number into the chain. The number then is public for ever, also after its removal, and is linked to the address that owns the record and to the coins that paid for it.",
    ),
  verifier: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, "a name in the chain such as ver:enum")
    .refine((name) => !/[|,]/.test(name), "a name without | and ,")
    .optional()
    .describe("Name in the chain of who vouches for the records; resolvers ignore what none of theirs has signed."),
  address: z
    .string()
    .min(20)
    .max(120)
    .optional()
    .describe(
      "Owner of new records instead of a fresh address for each. Records of one address are known to belong together.",
    ),
  ttl: z.int().min(60).max(604_800).default(86_400).describe("Seconds for which resolvers may keep an answer."),
  days: z.int().min(30).max(3650).default(365).describe("Term that a record is paid for."),
});
export type EnumSection = z.infer<typeof enumSection>;
