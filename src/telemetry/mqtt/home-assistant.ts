// Device discovery of Home Assistant: the box is one device, each slot another behind it (`via_device`). Pure.

import type { MqttCommandName, MqttComponent, MqttDiscovery, MqttTopic, SlotView } from "../../protocol/index.ts";
import { type BoxMessage, boxMessage } from "./box-messages.ts";
import { type TopicParams, type TopicRoots, topicOf } from "./topic-names.ts";

export interface DiscoveryScope {
  readonly roots: TopicRoots;
  /** Name of the box in topics. */
  readonly box: string;
  readonly version: string;
  /** A button is offered for what the broker may ask for. */
  readonly allow: readonly MqttCommandName[];
  readonly hasMachine: boolean;
  readonly hasAlerts: boolean;
  readonly hasCalls: boolean;
}

/** Home Assistant takes letters, digits, `_` and `-` in the id of a device: two ids never become one. */
const plain = (id: string): string => id.replaceAll("_", "__").replaceAll(".", "_d");

const boxDevice = (scope: DiscoveryScope): string => `numberbox_${plain(scope.box)}`;
const slotDevice = (scope: DiscoveryScope, slot: string): string => `${boxDevice(scope)}_slot_${plain(slot)}`;

/** Where a slot's discovery stands, to take it away with the slot. */
export const slotDiscovery = (scope: DiscoveryScope, slot: string): Pick<BoxMessage, "topic" | "params"> => ({
  topic: "discovery",
  params: { device: slotDevice(scope, slot) },
});

type Fields = Omit<MqttComponent, "unique_id" | "state_topic" | "command_topic">;
interface Part extends Fields {
  readonly of?: MqttTopic;
  readonly command?: MqttCommandName;
}

const value = (path: string): string => `{{ value_json.${path} }}`;
const time = (path: string): string =>
  `{{ (value_json.${path} / 1000) | as_datetime if value_json.${path} else none }}`;
const onOff = (condition: string): string => `{{ 'ON' if ${condition} else 'OFF' }}`;
const diagnostic = { entity_category: "diagnostic" } as const;
const measured = { state_class: "measurement" } as const;
const total = { p: "sensor", state_class: "total_increasing" } as const;

const BOX_PARTS: Readonly<Record<string, Part>> = {
  relay: {
    ...{ p: "binary_sensor", name: "Relay", of: "relay", device_class: "connectivity" },
    value_template: onOff("value_json.state == 'up'"),
  },
  intake: {
    ...{ p: "binary_sensor", name: "Intake", of: "box", device_class: "problem" },
    value_template: onOff("value_json.intake != 'running'"),
  },
  slots_ready: { p: "sensor", name: "Slots ready", of: "box", value_template: value("slots.ready"), ...measured },
  outbox: { p: "sensor", name: "Outbox", of: "outbox", value_template: value("depth"), ...measured },
  outbox_age: {
    ...{ p: "sensor", name: "Oldest in the outbox", of: "outbox", device_class: "duration", unit_of_measurement: "s" },
    ...{ value_template: "{{ value_json.oldest_seconds or 0 }}", ...measured },
  },
  received: { ...total, name: "SMS received", of: "counts", value_template: value("received") },
  forwarded: { ...total, name: "SMS forwarded", of: "counts", value_template: value("forwarded") },
  acknowledged: { ...total, name: "SMS acknowledged", of: "counts", value_template: value("acknowledged") },
  denied: { ...total, name: "SMS denied", of: "counts", value_template: value("denied") },
  rentals: { p: "sensor", name: "Active rentals", of: "rentals", value_template: value("active"), ...measured },
  started: {
    ...{ p: "sensor", name: "Started", of: "box", device_class: "timestamp", ...diagnostic },
    value_template: time("started_at"),
  },
};

const MACHINE_PARTS: Readonly<Record<string, Part>> = {
  temperature: {
    ...{ p: "sensor", name: "Temperature", of: "machine", device_class: "temperature", unit_of_measurement: "°C" },
    ...{ value_template: value("temperature_celsius"), ...measured, ...diagnostic },
  },
  disk_free: {
    ...{ p: "sensor", name: "Disk free", of: "machine", device_class: "data_size", unit_of_measurement: "B" },
    ...{ value_template: value("disk_free_bytes"), ...measured, ...diagnostic },
  },
  memory_available: {
    ...{ p: "sensor", name: "Memory available", of: "machine", device_class: "data_size", unit_of_measurement: "B" },
    ...{ value_template: value("memory_available_bytes"), ...measured, ...diagnostic },
  },
  clock: {
    ...{ p: "binary_sensor", name: "Clock", of: "machine", device_class: "problem", ...diagnostic },
    value_template: onOff("value_json.clock_synchronised == false"),
  },
};

const ALERT_PARTS: Readonly<Record<string, Part>> = {
  alerts: {
    p: "sensor",
    name: "Alerts",
    of: "alerts",
    value_template: "{{ value_json.firing | length }}",
    ...measured,
  },
};

const CALL_PARTS: Readonly<Record<string, Part>> = {
  calls_problem: {
    ...{ p: "binary_sensor", name: "Calls", of: "calls", device_class: "problem" },
    value_template: onOff("value_json.problem"),
  },
  calls_active: { p: "sensor", name: "Calls now", of: "calls", value_template: value("active"), ...measured },
  phones: { p: "sensor", name: "Phones registered", of: "calls", value_template: value("phones"), ...measured },
};

const BOX_BUTTONS: Readonly<Record<string, Part>> = {
  join: { p: "button", name: "Take new modems", command: "join", payload_press: "{}" },
  refresh: { p: "button", name: "Publish again", command: "refresh", payload_press: "{}", ...diagnostic },
};

const SLOT_PARTS: Readonly<Record<string, Part>> = {
  state: {
    ...{ p: "sensor", name: "State", of: "slot", device_class: "enum", value_template: value("state") },
    options: ["starting", "ready", "down", "stopped"],
  },
  problem: {
    ...{ p: "binary_sensor", name: "Problem", of: "slot", device_class: "problem" },
    value_template: onOff("value_json.problem"),
  },
  signal: {
    ...{ p: "sensor", name: "Signal", of: "slot", device_class: "signal_strength", unit_of_measurement: "dBm" },
    ...{ value_template: value("signal_dbm"), ...measured, ...diagnostic },
  },
  operator: { p: "sensor", name: "Operator", of: "slot", value_template: value("operator"), ...diagnostic },
  received: { ...total, name: "SMS received", of: "slot", value_template: value("received") },
  last_sms: {
    ...{ p: "sensor", name: "Last SMS", of: "slot", device_class: "timestamp" },
    value_template: time("last_sms_at"),
  },
  storage: {
    ...{ p: "sensor", name: "SMS storage used", of: "slot", unit_of_measurement: "%", ...measured, ...diagnostic },
    value_template:
      "{{ (100 * value_json.storage.used / value_json.storage.total) | round if value_json.storage and value_json.storage.total else none }}",
  },
};

const BATTERY: Part = {
  ...{ p: "sensor", name: "Battery", of: "slot", device_class: "battery", unit_of_measurement: "%" },
  ...{ value_template: "{{ value_json.battery.percent if value_json.battery else none }}", ...measured },
};

const SLOT_BUTTONS: Readonly<Record<string, Part>> = {
  restart: { p: "button", name: "Restart", device_class: "restart", command: "recover", payload_press: "{}" },
  ask_balance: { p: "button", name: "Ask for the balance", command: "balance", payload_press: "{}" },
};

const balancePart = (slot: SlotView): Part => ({
  ...{ p: "sensor", name: "Balance", of: "balance", value_template: value("amount") },
  ...(slot.balance?.currency ? { unit_of_measurement: slot.balance.currency } : {}),
});

function componentsOf(
  scope: DiscoveryScope,
  parts: Readonly<Record<string, Part>>,
  { device, params }: { readonly device: string; readonly params: TopicParams },
): Record<string, MqttComponent> {
  const made = Object.entries(parts).flatMap(([id, { of, command, ...fields }]) => {
    if (command !== undefined && !scope.allow.includes(command)) return [];
    const state = of === undefined ? null : topicOf(scope.roots, of, params);
    const asked = params.slot === undefined ? "boxCommand" : "slotCommand";
    const ask = command === undefined ? null : topicOf(scope.roots, asked, { ...params, command });
    const topics = {
      ...(state === null ? {} : { state_topic: state }),
      ...(ask === null ? {} : { command_topic: ask }),
    };
    return [[id, { ...fields, unique_id: `${device}_${id}`, ...topics }] as const];
  });
  return Object.fromEntries(made);
}

function common({ roots, version }: DiscoveryScope): Omit<MqttDiscovery, "dev" | "cmps"> {
  return {
    o: { name: "Numberbox", sw: version },
    availability_topic: topicOf(roots, "availability") ?? "",
    payload_available: "online",
    payload_not_available: "offline",
    qos: 1,
  };
}

function ofBox(scope: DiscoveryScope): BoxMessage {
  const device = boxDevice(scope);
  const parts = {
    ...BOX_PARTS,
    ...(scope.hasMachine ? MACHINE_PARTS : {}),
    ...(scope.hasAlerts ? ALERT_PARTS : {}),
    ...(scope.hasCalls ? CALL_PARTS : {}),
    ...BOX_BUTTONS,
  };
  const dev = { ids: [device], name: `Numberbox ${scope.box}`, mf: "Numberbox", mdl: "Box", sw: scope.version };
  return boxMessage(
    "discovery",
    { ...common(scope), dev, cmps: componentsOf(scope, parts, { device, params: {} }) },
    { device },
  );
}

function partsOf(slot: SlotView): Readonly<Record<string, Part>> {
  if (slot.kind === "phone") return { ...SLOT_PARTS, battery: BATTERY };
  // A gateway's account has neither SIM nor modem of its own.
  return slot.kind === "smpp" ? SLOT_PARTS : { ...SLOT_PARTS, balance: balancePart(slot), ...SLOT_BUTTONS };
}

function ofSlot(scope: DiscoveryScope, slot: SlotView): BoxMessage {
  const device = slotDevice(scope, slot.id);
  const dev = {
    ids: [device],
    name: `Numberbox ${scope.box} slot ${slot.id}`,
    mf: slot.manufacturer ?? "Numberbox",
    mdl: slot.model ?? `Slot (${slot.kind})`,
    via_device: boxDevice(scope),
  };
  const cmps = componentsOf(scope, partsOf(slot), { device, params: { slot: slot.id } });
  return boxMessage("discovery", { ...common(scope), dev, cmps }, { device });
}

/** Discovery is the same as long as these are. */
export function slotTraits(slots: readonly SlotView[]): string {
  return JSON.stringify(
    slots.map(({ id, kind, manufacturer, model, balance }) => [id, kind, manufacturer, model, balance?.currency]),
  );
}

/** None while the broker has discovery off. */
export function discoveryMessages(scope: DiscoveryScope, slots: readonly SlotView[]): readonly BoxMessage[] {
  return scope.roots.discovery === null ? [] : [ofBox(scope), ...slots.map((slot) => ofSlot(scope, slot))];
}
