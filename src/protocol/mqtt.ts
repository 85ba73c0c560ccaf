// What REST and console say of the box's MQTT brokers.

import { z } from "zod";
import { problemBody } from "./box.ts";
import { mqttCommandName } from "./mqtt-payloads.ts";

const unixMs = z.number().int().min(0);
const count = z.number().int();

export const mqttBrokerView = z.object({
  id: z.string(),
  /** Without user and password. */
  url: z.string(),
  state: z.enum(["connecting", "online", "waiting", "stopped"]),
  /** When this state began. */
  since: unixMs,
  /** What went wrong last, null after a connect. */
  problem: problemBody.nullable(),
  /** Everything the box publishes here begins with it, Home Assistant's discovery apart. */
  root: z.string(),
  /** Prefix of Home Assistant's discovery, null where it is off. */
  discovery: z.string().nullable(),
  allow: z.array(mqttCommandName),
  /** Messages that wait: states whose broker does not have them, events, replies. */
  queue: z.object({ states: count, events: count, replies: count }),
  /** Thrown away because a queue was full or a message too large. */
  dropped: z.object({ events: count, replies: count, oversize: count }),
  published: count,
  commands: z.object({ done: count, failed: count, refused: count, ignored: count }),
  connects: count,
});
export type MqttBrokerView = z.infer<typeof mqttBrokerView>;

export const mqttTopicView = z.object({
  pattern: z.string(),
  direction: z.enum(["out", "in", "both"]),
  qos: count,
  retained: z.boolean(),
  kind: z.enum(["state", "event", "reply", "command"]),
  meaning: z.string(),
});
export type MqttTopicView = z.infer<typeof mqttTopicView>;

/** `GET /api/v1/mqtt`. */
export const mqttView = z.object({ brokers: z.array(mqttBrokerView), topics: z.array(mqttTopicView) });
export type MqttView = z.infer<typeof mqttView>;

/** Who may sign in at the box's own broker, by the users of its access list (systemd/mosquitto/numberbox.acl). */
export const ownBrokerUser = z.enum(["homeassistant", "viewer"]);
export type OwnBrokerUser = z.infer<typeof ownBrokerUser>;

/** `GET /api/v1/mqtt/own-broker`. */
export const ownBrokerView = z.object({
  /** `unavailable`: this machine is not the box's own. */
  state: z.enum(["on", "off", "unavailable"]),
  /** For others on the network; null while the firewall is closed to them. */
  url: z.string().nullable(),
  users: z.array(z.object({ name: ownBrokerUser, has_password: z.boolean() })),
});
export type OwnBrokerView = z.infer<typeof ownBrokerView>;

/** A password, told once: the box keeps what cannot be turned back. */
export const ownBrokerPassword = z.object({ user: ownBrokerUser, password: z.string() });
export type OwnBrokerPassword = z.infer<typeof ownBrokerPassword>;
