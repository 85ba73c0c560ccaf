// The NATS cluster that several relays share.

import { z } from "zod";

const file = z.string().min(1).max(500);
const LOGINS = ["user", "credentials_file", "nkey_file"] as const;

export const natsSection = z
  .strictObject({
    servers: z
      .array(z.string().regex(/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]+\]):\d{1,5}$/, "host:port"))
      .min(1)
      .max(32)
      .describe("The cluster's servers, host:port. One that answers is enough; name all."),
    user: z.string().min(1).max(200).optional().describe("User at the cluster, with password_file."),
    password_file: file.optional().describe("A file with the user's password; relative to the data folder."),
    credentials_file: file.optional().describe("A .creds file, where the cluster has accounts with JWTs."),
    nkey_file: file.optional().describe("A file with the seed of an nkey (SU...)."),
    tls: z
      .boolean()
      .default(false)
      .describe("Speak TLS with the cluster. Needed wherever the way to it is not private."),
    ca_file: file.optional().describe("PEM of the authority that signed the servers' certificates."),
    cert_file: file.optional().describe("PEM of this relay's own certificate, where the servers ask for one."),
    key_file: file.optional().describe("PEM of that certificate's key."),
    replicas: z
      .int()
      .min(1)
      .max(5)
      .default(3)
      .describe("Servers that hold each message. With 3, losing one loses nothing that was acknowledged."),
    placement_tags: z
      .array(z.string().regex(/^[A-Za-z0-9:._-]{1,64}$/, "such as region:eu"))
      .max(16)
      .default([])
      .describe("Only servers with all these tags hold the data, such as region:eu (server_tags of nats-server)."),
    prefix: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, "1-32 of a-z 0-9 -, beginning with a letter")
      .default("numberbox")
      .describe("Before the names of streams and subjects: networks of relays with other prefixes share nothing."),
  })
  .refine(
    (nats) => LOGINS.filter((login) => nats[login] !== undefined).length <= 1,
    "one of user, credentials_file, nkey_file",
  )
  .refine(
    ({ user, password_file: password }) => (user === undefined) === (password === undefined),
    "user and password_file go together",
  )
  .refine(
    ({ cert_file: cert, key_file: key }) => (cert === undefined) === (key === undefined),
    "cert_file and key_file go together",
  )
  .refine(
    ({ tls, ca_file: ca, cert_file: cert }) => tls || (ca === undefined && cert === undefined),
    "ca_file and cert_file are for tls: true",
  )
  .refine(
    ({ tls, servers }) => !tls || !servers.some((server) => /^(?:[0-9.]+|\[.*\]):\d+$/.test(server)),
    "with tls: true the servers are named by their host names, which their certificates hold",
  );
export type NatsSection = z.infer<typeof natsSection>;
