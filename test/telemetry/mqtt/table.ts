// Whether a message stands in the table of topics: its topic, whether it is retained, and its payload to the last member.

import { isRetained, MQTT_TOPICS, type MqttTopic, mqttTopicRow } from "../../../src/protocol/index.ts";
import { paramsOf, type TopicRoots } from "../../../src/telemetry/mqtt/topic-names.ts";

export function rowOf(roots: TopicRoots, topic: string): MqttTopic | null {
  const names = Object.keys(MQTT_TOPICS) as MqttTopic[];
  return names.find((name) => mqttTopicRow(name).direction !== "in" && paramsOf(roots, name, topic) !== null) ?? null;
}

/** Null where it is right, otherwise what is wrong. `retain` is left out where it cannot be seen. */
export function faultOf(
  roots: TopicRoots,
  { topic, payload, retain }: { readonly topic: string; readonly payload: string; readonly retain?: boolean },
): string | null {
  const name = rowOf(roots, topic);
  if (name === null) return `${topic} is in no row`;
  const row = mqttTopicRow(name);
  if (retain !== undefined && retain !== isRetained(row)) return `${topic} is ${retain ? "" : "not "}retained`;
  // A state that is taken away.
  if (payload === "" && row.kind === "state") return null;
  const value: unknown = row.format === "word" ? payload : JSON.parse(payload);
  const parsed = row.payload?.safeParse(value);
  if (parsed?.success !== true) return `${topic}: ${parsed?.error.message}`;
  return JSON.stringify(parsed.data) === JSON.stringify(value) ? null : `${topic} says more than its row`;
}
