// What settings of SIP servers have in common, on a box and on a relay.

import { z } from "zod";

export const file = z.string().min(1).max(400);
export const hostName = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{2,45})$/, "a host name or an address");
export const ipAddress = z.union([z.ipv4(), z.ipv6()], { error: "an IP address" });
export const port = z.int().min(1).max(65_535);
export const portOrOff = z.union([z.literal(false), port]);

export const transports = z
  .strictObject({
    tls: portOrOff.default(5061).describe("SIP over TLS."),
    tcp: portOrOff.default(false).describe("SIP over TCP, in clear: who listens in learns who calls whom."),
    udp: portOrOff.default(false).describe("SIP over UDP, in clear."),
  })
  .refine((ports) => Object.values(ports).some((each) => each !== false), "at least one of tls, tcp and udp");

export const drachtio = z.strictObject({
  host: hostName.default("127.0.0.1").describe("Where drachtio-server takes the box's connection."),
  port: port.default(9022),
  secret_file: file.describe("A file with its admin secret; relative to the data folder."),
});

export const realm = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, "printable ASCII without blanks, quotes and backslashes");
