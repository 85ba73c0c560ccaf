// The relay's configuration.

import { z } from "zod";
import { emercoinSection } from "./chain-schema.ts";
import { natsSection } from "./nats-schema.ts";
import { gatewaySection } from "./relay-voice-schema.ts";
import { duration, identifier, listenAddress, logLevel } from "./values.ts";

const settings = z.strictObject({
  version: z.literal(1).default(1),
  log: z.strictObject({ level: logLevel }).prefault({}),
  listen: listenAddress("127.0.0.1:8090").describe(
    "Address of the relay. Put a TLS proxy in front of it on the Internet.",
  ),
  public_host: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}(:\d{1,5})?$/, "a host name, with its port unless it is the usual one")
    .optional()
    .describe("Name that renters reach the relay by; it stands in every challenge they sign. Set it on the Internet."),
  public_urls: z
    .array(
      z
        .url({ protocol: /^https?$/ })
        .max(500)
        .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password"),
    )
    .max(16)
    .default([])
    .describe(
      "All addresses of this relay and of those that share its store, in the order that you prefer. Renters' apps learn them here and go on at another when one fails.",
    ),
  operator: z.string().min(1).max(200).optional().describe("Who runs this relay, as GET /info tells everybody."),
  abuse_contact: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("Whom to tell of abuse: an e-mail or web address, as GET /info tells everybody."),
  region: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, "1-64 letters, digits and hyphens, such as eu-west")
    .optional()
    .describe("Where this relay stands, as GET /info tells everybody. Clients choose by latency, not by this."),
  trust_local_proxy: z
    .boolean()
    .default(false)
    .describe("Take the client's address from a TLS proxy on this machine (X-Forwarded-For)."),
  providers: z
    .array(
      z.strictObject({
        name: identifier,
        verify: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "the provider's verify key, base64url"),
      }),
    )
    .min(1)
    .describe("Who may hand messages in."),
  limits: z
    .strictObject({
      auth_per_minute: z.int().min(1).max(100_000).default(10).describe("Sign-ins per network address and minute."),
      forward_per_minute: z.int().min(1).max(10_000_000).default(6000).describe("Messages per provider and minute."),
      failures_per_hour: z
        .int()
        .min(1)
        .max(100_000)
        .default(60)
        .describe(
          "Wrong signatures and unknown tokens per network address and hour; then such a one waits a minute, and no good one.",
        ),
      connections_per_address: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(2000)
        .describe("Open connections of one network address; not counted of a trusted proxy on this machine."),
      sockets_per_address: z.int().min(1).max(1_000_000).default(1000).describe("WebSockets of one network address."),
      sockets: z.int().min(1).max(1_000_000).default(20_000).describe("WebSockets of all together."),
      work_bits: z
        .int()
        .min(0)
        .max(28)
        .default(0)
        .describe(
          "Work that strangers do before they sign in or hand in a record, in leading zero bits of SHA-256; 0 for none. 18 take a phone about a second, and each bit doubles it.",
        ),
      read_per_minute: z.int().min(1).max(10_000_000).default(120).describe("Pages read per renter and minute."),
    })
    .prefault({}),
  emercoin: emercoinSection
    .optional()
    .describe("A node to show listings from. It needs no wallet, and nothing is written with it."),
  voice: gatewaySection.optional(),
  metrics: z
    .strictObject({
      token_file: z
        .string()
        .min(1)
        .describe("A file with the token that Prometheus sends; without it only this machine reads /metrics."),
    })
    .optional(),
  keep: duration("1h", "366d", "7d").describe("How long a message waits for its renter."),
  storage: z
    .enum(["sqlite", "nats"])
    .default("sqlite")
    .describe("sqlite: one relay with a file of its own. nats: several relays over one NATS cluster with JetStream."),
  nats: natsSection.optional().describe("The cluster, for `storage: nats`."),
  key_file: z
    .string()
    .min(1)
    .max(500)
    .default("relay.key")
    .describe(
      "The key that receipts are signed with; made if it is not there. All relays over one cluster need the same.",
    ),
});

export const relayConfig = settings.refine(
  ({ storage, nats }) => (storage === "nats") === (nats !== undefined),
  "`storage: nats` and the section `nats` go together",
);

export type RelayConfig = z.infer<typeof relayConfig>;
