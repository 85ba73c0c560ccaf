// The table of MQTT topics: the publisher works from it, and so does the table in the README. Nothing is published that is not a row.

import type { z } from "zod";
import {
  mqttAlert,
  mqttAlerts,
  mqttAvailability,
  mqttBalance,
  mqttBox,
  mqttBoxCommand,
  mqttCall,
  mqttCalls,
  mqttCounts,
  mqttDiscovery,
  mqttEvent,
  mqttMachine,
  mqttOutbox,
  mqttRelay,
  mqttRentals,
  mqttReply,
  mqttSlot,
  mqttSlotCall,
  mqttSlotCommand,
  mqttSms,
} from "./mqtt-payloads.ts";

export interface MqttTopicRow {
  /** `{root}` is `<base_topic>/<box>`, `{discovery}` the prefix of Home Assistant. */
  readonly pattern: string;
  /** `out`: the box publishes; `in`: it listens; `both`: it listens to its own state, and mends what others changed. */
  readonly direction: "out" | "in" | "both";
  /**
   * `state`: retained, newest wins, again after each connect. `event`: each once, waits in a bounded queue while the broker is away.
   * `reply`: to one command. `command`: asked of the box.
   */
  readonly kind: "state" | "event" | "reply" | "command";
  /** Null for text that is not the box's to define. */
  readonly payload: z.ZodType | null;
  /** The payload is JSON, or the bare word. */
  readonly format: "json" | "word";
  readonly meaning: string;
}

export const MQTT_TOPICS = {
  availability: {
    ...{ pattern: "{root}/state", direction: "both", kind: "state", payload: mqttAvailability, format: "word" },
    meaning: "`online` or `offline`; the broker says `offline` by itself (last will) when the box is gone.",
  },
  box: {
    ...{ pattern: "{root}/box", direction: "out", kind: "state", payload: mqttBox, format: "json" },
    meaning: "Version, clock, intake, and how many slots are in which state.",
  },
  counts: {
    ...{ pattern: "{root}/counts", direction: "out", kind: "state", payload: mqttCounts, format: "json" },
    meaning: "SMS received, forwarded, acknowledged, denied and so on, since the box was set up.",
  },
  outbox: {
    ...{ pattern: "{root}/outbox", direction: "out", kind: "state", payload: mqttOutbox, format: "json" },
    meaning: "SMS that the relay has not taken yet, and the age of the oldest.",
  },
  relay: {
    ...{ pattern: "{root}/relay", direction: "out", kind: "state", payload: mqttRelay, format: "json" },
    meaning: "Host and state of the link to the relay.",
  },
  rentals: {
    ...{ pattern: "{root}/rentals", direction: "out", kind: "state", payload: mqttRentals, format: "json" },
    meaning: "How many lines are free, rented or resting, and the messages of the active rentals.",
  },
  machine: {
    ...{ pattern: "{root}/machine", direction: "out", kind: "state", payload: mqttMachine, format: "json" },
    meaning: "Disk, memory, temperature, fan, clock and voltage of the machine; null where it does not tell.",
  },
  alerts: {
    ...{ pattern: "{root}/alerts", direction: "out", kind: "state", payload: mqttAlerts, format: "json" },
    meaning: "The alerts that are firing now.",
  },
  calls: {
    ...{ pattern: "{root}/calls", direction: "out", kind: "state", payload: mqttCalls, format: "json" },
    meaning:
      "Whether calls can be taken, how many are on, how many phones are registered; absent on a box without calls.",
  },
  slot: {
    ...{ pattern: "{root}/slot/{slot}/state", direction: "both", kind: "state", payload: mqttSlot, format: "json" },
    meaning: "State, signal, operator, storage, battery, counts and recovery of a slot; its line by id.",
  },
  balance: {
    ...{ pattern: "{root}/slot/{slot}/balance", direction: "out", kind: "state", payload: mqttBalance, format: "json" },
    meaning: "What the SIM's operator said last of its balance; absent while unknown.",
  },
  slotCall: {
    ...{ pattern: "{root}/slot/{slot}/call", direction: "out", kind: "state", payload: mqttSlotCall, format: "json" },
    meaning: "The call of a slot, `idle` without one; absent for a slot whose modem carries no sound.",
  },
  sms: {
    ...{ pattern: "{root}/sms", direction: "out", kind: "event", payload: mqttSms, format: "json" },
    meaning: "An SMS lies sealed on disk: when, for which line, in which slot. Nothing of what it says or who sent it.",
  },
  call: {
    ...{ pattern: "{root}/call", direction: "out", kind: "event", payload: mqttCall, format: "json" },
    meaning:
      "A call began, changed or is over: when, on which line, in which slot, and why it ended. No number of anybody.",
  },
  event: {
    ...{ pattern: "{root}/event", direction: "out", kind: "event", payload: mqttEvent, format: "json" },
    meaning: "An event of the box by its code, such as `slot.down` or `rental.granted`.",
  },
  alert: {
    ...{ pattern: "{root}/alert", direction: "out", kind: "event", payload: mqttAlert, format: "json" },
    meaning: "An alert began or ended.",
  },
  slotReply: {
    ...{ pattern: "{root}/slot/{slot}/reply/{command}", direction: "out", kind: "reply" },
    ...{ payload: mqttReply, format: "json" },
    meaning: "The answer to a slot's command, with the command's `id`.",
  },
  boxReply: {
    ...{ pattern: "{root}/reply/{command}", direction: "out", kind: "reply", payload: mqttReply, format: "json" },
    meaning: "The answer to a command to the box.",
  },
  discovery: {
    ...{ pattern: "{discovery}/device/{device}/config", direction: "out", kind: "state" },
    ...{ payload: mqttDiscovery, format: "json" },
    meaning: "Home Assistant's device discovery, one for the box and one for each slot; only with `discovery.enabled`.",
  },
  slotCommand: {
    ...{ pattern: "{root}/slot/{slot}/command/{command}", direction: "in", kind: "command" },
    ...{ payload: mqttSlotCommand, format: "json" },
    meaning: "`recover`, `balance` or `ussd`, where the broker's `allow` names it. Retained commands are ignored.",
  },
  boxCommand: {
    ...{ pattern: "{root}/command/{command}", direction: "in", kind: "command", payload: mqttBoxCommand },
    format: "json",
    meaning: "`join` (take new modems) or `refresh` (publish everything again), where `allow` names it.",
  },
  birth: {
    ...{ pattern: "{discovery}/status", direction: "in", kind: "command", payload: null, format: "word" },
    meaning: "Home Assistant says `online` when it starts: everything is published again.",
  },
} as const satisfies Readonly<Record<string, MqttTopicRow>>;
export type MqttTopic = keyof typeof MQTT_TOPICS;

/** Everything is sent and asked for with QoS 1: what the broker has not acknowledged is sent again, so that it may come twice. */
export const MQTT_QOS = 1;

/** Row of the table, with the common type. */
export const mqttTopicRow = (topic: MqttTopic): MqttTopicRow => MQTT_TOPICS[topic];

export const isRetained = (row: MqttTopicRow): boolean => row.kind === "state";

/** The table as Markdown, as it stands in the README between its two marks. */
export function mqttTopicTable(): string {
  const lines = Object.values<MqttTopicRow>(MQTT_TOPICS).map((row) => {
    const retained = isRetained(row) ? "yes" : "no";
    return `| \`${row.pattern}\` | ${row.direction} | ${MQTT_QOS} | ${retained} | ${row.kind} | ${row.meaning} |`;
  });
  return ["| topic | direction | QoS | retained | kind | meaning |", "|---|---|---|---|---|---|", ...lines].join("\n");
}
