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
