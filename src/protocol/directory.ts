// Phone numbers (ENUM) and hosts (EmerDNS) in the chain over REST.

import { z } from "zod";
import { publishReply } from "./listings.ts";

/** `POST /api/v1/enum`. */
export const enumPublishRequest = z.strictObject({
  /** Id or number. */
  line: z.string().min(1).max(100),
  sip: z.string().max(300),
  /** The line's number, typed again. A dry run tells when it lacks. */
  confirm_number: z.string().max(40).default(""),
  /** Although a blind listing of the line is in the chain. */
  despite_listing: z.boolean().default(false),
  /** The verifier's, base64, where his key is not in the box's wallet. */
  signature: z
    .string()
    .regex(/^[A-Za-z0-9+/]{80,100}={0,2}$/, "base64 as signmessage prints it")
    .nullable()
    .default(null),
  dry_run: z.boolean().default(false),
});
export type EnumPublishRequest = z.infer<typeof enumPublishRequest>;

/** As `publishReply`, with what the owner must know before he pays. */
export const directoryReply = publishReply.extend({ warnings: z.array(z.string()) });
export type DirectoryReply = z.infer<typeof directoryReply>;

/** `GET /api/v1/enum/lookup`. */
export const enumQuery = z.strictObject({ number: z.string().regex(/^\+[0-9]{7,15}$/, "a number such as +15550100") });
export const enumReply = z.object({
  number: z.string(),
  /** By order and preference. */
  answers: z.array(
    z.object({
      service: z.string(),
      order: z.int(),
      preference: z.int(),
      uri: z.string(),
      name: z.string(),
      form: z.enum(["emer_enum", "zone_file", "backend"]),
      ttl: z.number(),
      /** Names whose owners signed it. */
      vouched_by: z.array(z.string()),
    }),
  ),
  faults: z.array(z.object({ name: z.string(), code: z.string(), message: z.string() })),
});
export type EnumReply = z.infer<typeof enumReply>;

/** `POST /api/v1/dns`. */
export const dnsPublishRequest = z.strictObject({
  host: z.string().max(253),
  addresses: z.array(z.string().max(45)).min(1).max(32),
  /** Verify key of the relay, base64url. */
  key: z.string().nullable().default(null),
  /** SHA-256 of the certificates that it shows, lower-case hex. */
  certificates: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(4)
    .default([]),
  /** Labels below it that have records of their own. */
  subdomains: z.array(z.string().max(63)).max(16).default([]),
  ttl: z.int().min(60).max(604_800).default(3600),
  days: z.int().min(30).max(3650).default(365),
  dry_run: z.boolean().default(false),
});

/** `GET /api/v1/dns`. */
export const dnsQuery = z.strictObject({ host: z.string().max(253) });
export const dnsReply = z.object({
  host: z.string(),
  addresses: z.array(z.string()),
  key: z.string().nullable(),
  certificates: z.array(z.string()).default([]),
});
export type DnsReply = z.infer<typeof dnsReply>;
