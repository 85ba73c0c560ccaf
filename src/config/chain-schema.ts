// The Emercoin node that the box publishes, pays and is paid through.

import { z } from "zod";
import { duration } from "./values.ts";

const file = z.string().min(1).max(500);

/** Ends of hosts' names that EmerDNS knows, unless somebody says others. */
export const DNS_SUFFIXES: readonly string[] = [".emc", ".coin", ".lib", ".bazar", ".ness"];

export const emercoinSection = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
      .default("http://127.0.0.1:6662")
      .describe("The node's RPC: rpcbind and rpcport of emercoin.conf."),
    user: z.string().min(1).max(200).optional().describe("rpcuser of emercoin.conf."),
    password_file: file.optional().describe("A file with rpcpassword; relative to the data folder."),
    cookie_file: file.optional().describe("The node's .cookie file, where it has no user and password."),
    wallet: z.string().max(200).optional().describe("Name of the wallet, if the node has several."),
    passphrase_file: file
      .optional()
      .describe(
        "A file with the wallet's passphrase, for publishing and being paid unattended. Whoever reads it can spend your coins: keep little in this wallet.",
      ),
    ca_file: file.optional().describe("PEM of the authority that signed the node's certificate (https)."),
    socks5: z
      .url({ protocol: /^socks5h?$/ })
      .optional()
      .describe("A SOCKS5 proxy to the node, such as socks5h://127.0.0.1:1080; it resolves the name."),
    confirmations: z.int().min(1).max(120).default(3).describe("Blocks after which a publication counts as done."),
    dns_suffixes: z
      .array(z.string().regex(/^(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/, "such as .coin"))
      .max(16)
      .default([...DNS_SUFFIXES])
      .describe(
        "Hosts of relay.url and relay.mirrors that end so are looked up in EmerDNS through this node, and nowhere else. Empty: none.",
      ),
    renew_before: duration("1d", "365d", "30d").describe("How long before its end a name is renewed."),
    poll_every: duration("1s", "1h", "20s").describe("How often the chain is looked at while something is open."),
  })
  .refine(
    ({ user, password_file: password }) => (user === undefined) === (password === undefined),
    "user and password_file go together",
  )
  .refine(
    ({ user, cookie_file: cookie }) => (user === undefined) !== (cookie === undefined),
    "either user with password_file, or cookie_file",
  );
export type EmercoinSection = z.infer<typeof emercoinSection>;
