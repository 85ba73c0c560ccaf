// Topics of one box at one broker, by the rows of the table.

import { AppError } from "../../base/index.ts";
import { MQTT_TOPICS, type MqttTopic } from "../../protocol/index.ts";

export interface TopicRoots {
  /** `<base_topic>/<box>`. */
  readonly root: string;
  /** Prefix of Home Assistant's discovery; null where it is off. */
  readonly discovery: string | null;
}

export type TopicParams = Readonly<Partial<Record<"slot" | "command" | "device", string>>>;

const SEGMENT = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * The topic of a row; `params` fill its places, `+` (a wildcard) where one is missing. Null for a row of Home Assistant's while discovery
 * is off. Errors: `mqtt.bad_topic` for a value that is no plain segment.
 */
export function topicOf(roots: TopicRoots, topic: MqttTopic, params: TopicParams = {}): string | null {
  const { pattern } = MQTT_TOPICS[topic];
  if (pattern.startsWith("{discovery}") && roots.discovery === null) return null;
  return pattern.replace(/\{([a-z]+)\}/g, (_, name: string) => {
    if (name === "root") return roots.root;
    if (name === "discovery") return roots.discovery ?? "";
    return segment(name, params);
  });
}

function segment(name: string, params: TopicParams): string {
  const value = new Map(Object.entries(params)).get(name);
  if (value === undefined) return "+";
  if (SEGMENT.test(value)) return value;
  throw new AppError("mqtt.bad_topic", `the ${name} of a topic must be plain letters and digits`, {
    context: { name },
  });
}

/** The places of a topic that is of this row, null for another topic. */
export function paramsOf(roots: TopicRoots, topic: MqttTopic, text: string): TopicParams | null {
  const filter = topicOf(roots, topic);
  if (filter === null) return null;
  const names = [...MQTT_TOPICS[topic].pattern.matchAll(/\{(slot|command|device)\}/g)].map(([, name = ""]) => name);
  const [wanted, given] = [filter.split("/"), text.split("/")];
  if (wanted.length !== given.length) return null;
  const values: string[] = [];
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part === "+" && SEGMENT.test(value)) values.push(value);
    else if (part !== value) return null;
  }
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}
