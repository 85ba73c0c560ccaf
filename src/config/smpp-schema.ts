// A slot that is one account of an SMPP gateway.

import { z } from "zod";

export const smppSlot = z.strictObject({
  url: z
    .string()
    .regex(/^smpps?:\/\/[^\s/@]+:\d{1,5}$/, "smpp://host:port, or smpps:// over TLS")
    .refine((url) => URL.canParse(url), "a host and a TCP port")
    .describe("Where the gateway's SMPP server is."),
  system_id: z.string().min(1).max(15).describe("Name of the account."),
  password_file: z
    .string()
    .min(1)
    .describe("A file with the account's password, which the service's user can read; relative to the data folder."),
  system_type: z.string().max(12).default(""),
  bind: z.enum(["auto", "receiver", "transceiver"]).default("auto").describe("How to bind; auto tries receiver first."),
  default_alphabet: z
    .enum(["gsm7", "latin1", "ascii"])
    .default("gsm7")
    .describe("What the gateway's messages with data_coding 0 are written in."),
});
export type SmppSlot = z.infer<typeof smppSlot>;
