// The MQTT brokers that the box tells of itself, and what each may ask of it.

import { z } from "zod";
import { eachOnce, identifier } from "./values.ts";

const file = z.string().min(1).max(500);
const topic = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+){0,3}$/, "1-4 levels of A-Z a-z 0-9 _ -, with / between them");

const secure = (url: string): boolean => /^(?:mqtts|wss):/.test(url);

const commands = z
  .array(z.enum(["recover", "balance", "ussd", "join", "refresh"]))
  .max(5)
  .default([]);

const broker = z
  .strictObject({
    id: identifier.describe("Name of the broker in console and log."),
    url: z
      .url({ protocol: /^(?:mqtts?|wss?)$/, error: "mqtt://host, mqtts://host, ws://host/path or wss://host/path" })
      .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
      .describe("Where the broker is; ports 1883 and 8883 where none is given. mqtts and wss are encrypted."),
    user: z.string().min(1).max(200).optional().describe("User name at the broker."),
    password_file: file.optional().describe("A file with the user's password; relative to the data folder."),
    ca_file: file
      .optional()
      .describe("PEM of the authority that signed the broker's certificate, if not the system's."),
    cert_file: file.optional().describe("PEM of the box's own certificate, for brokers that ask for one."),
    key_file: file.optional().describe("PEM of the key of cert_file."),
    client_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "1-64 of A-Z a-z 0-9 _ -")
      .optional()
      .describe("Client id; by default made of the box's name."),
    base_topic: topic.default("numberbox").describe("First part of all topics; the box's name is the next."),
    discovery: z
      .strictObject({
        enabled: z.boolean().default(false).describe("Whether Home Assistant is told of the box and its slots."),
        prefix: topic.default("homeassistant").describe("Discovery prefix of Home Assistant."),
      })
      .prefault({}),
    allow: commands.describe("What whoever may publish at this broker can ask of the box. By default nothing."),
  })
  .refine(({ user, password_file: password }) => password === undefined || user !== undefined, {
    error: "password_file needs user",
    path: ["user"],
  })
  .refine(({ cert_file: cert, key_file: key }) => (cert === undefined) === (key === undefined), {
    error: "cert_file and key_file go together",
    path: ["cert_file"],
  })
  .refine(({ url, ca_file: ca, cert_file: cert }) => secure(url) || (ca === undefined && cert === undefined), {
    error: "certificates need mqtts:// or wss://",
    path: ["url"],
  });

const ownBroker = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Whether this machine runs a broker of its own, as the SD-card image can: port 1883 for programs on it, 8883 with TLS for the network once `host.firewall.mqtt` opens it.",
    ),
  discovery: z.boolean().default(true).describe("Whether Home Assistant is told there of the box and its slots."),
  allow: commands.describe("What whoever may publish there can ask of the box. By default nothing."),
});

export const mqttSection = z.strictObject({
  box: identifier
    .optional()
    .describe("Name of this box in topics; by default ten digits that are made of its identity."),
  brokers: z
    .array(broker)
    .max(8)
    .superRefine(eachOnce<z.infer<typeof broker>>("id"))
    .default([])
    .describe("Each is on its own: one that is away holds no other up."),
  own_broker: ownBroker.prefault({}),
});
export type MqttSection = z.infer<typeof mqttSection>;
export type MqttBrokerSection = z.infer<typeof broker>;
