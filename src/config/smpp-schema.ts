// A slot that is one account of an SMPP gateway.

import { z } from "zod";

export const smppSlot = z.strictObject({
  url: z
    .string()
    .regex(/^smpps?:\/\/[^\s/@]+:\d{1,5}$/, "smpp://host:port, or smpps:// over TLS")
    .describe("Where the gateway's SMPP server is."),
  system_id: z.string().min(1).max(15).describe("Name of the account."),
  password_file: z.string().min(1).describe("A file with the account's password, which the service's user can read."),
  system_type: z.string().max(12).default(""),
});
export type SmppSlot = z.infer<typeof smppSlot>;
