// What the box says and hears over MQTT. Never SMS text, a sender, a number of a line or a renter; whatever is not named here is not
// published: the publisher puts every payload through these schemas, which drop the rest.

import { z } from "zod";
import { recoveryRung, slotKind, slotState } from "./box.ts";
import { callPhase } from "./call-news.ts";

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -");
const unixMs = z.int().min(0);
const count = z.int().min(0);
/** Names that networks and modems tell are foreign text. */
const shortText = z.string().max(64);
/** Code of a problem such as `modem.timeout`. */
const code = z.string().max(100);
/** `<start of the box>-<number>`: each once, in order; a gap is an event that was dropped. */
const eventId = z.string().max(40);

export const mqttAvailability = z.enum(["online", "offline"]);

export const mqttBox = z.object({
  version: z.string().max(40),
  started_at: unixMs,
  clock: z.enum(["trusted", "suspect"]),
  intake: z.enum(["running", "paused"]),
  problem: code.nullable(),
  slots: z.object({ total: count, ready: count, starting: count, down: count }),
});
export const mqttCounts = z.object({
  ...{ received: count, forwarded: count, acknowledged: count, duplicates: count },
  ...{ undecodable: count, unrented: count, denied: count },
});
export const mqttOutbox = z.object({ depth: count, oldest_seconds: count.nullable() });
export const mqttRelay = z.object({
  host: z.string().max(300),
  state: z.enum(["connecting", "up", "down"]),
  since: unixMs,
  problem: code.nullable(),
});
export const mqttRentals = z.object({
  ...{ lines: count, free: count, rented: count, resting: count },
  ...{ active: count, messages: count, waiting: count, acknowledged: count },
});
export const mqttMachine = z.object({
  disk_free_bytes: count.nullable(),
  disk_total_bytes: count.nullable(),
  memory_available_bytes: count.nullable(),
  memory_total_bytes: count.nullable(),
  temperature_celsius: z.number().nullable(),
  fan: z.boolean().nullable(),
  clock_synchronised: z.boolean().nullable(),
  undervoltage: z.boolean().nullable(),
  load1: z.number().nullable(),
});

export const mqttSlot = z.object({
  kind: slotKind,
  state: slotState,
  step: z.string().max(64),
  since: unixMs,
  line: id.nullable(),
  rented: z.boolean(),
  problem: code.nullable(),
  warnings: z.array(code).max(20),
  operator: shortText.nullable(),
  technology: shortText.nullable(),
  registration: shortText.nullable(),
  signal_dbm: z.number().nullable(),
  storage: z.object({ used: count, total: count }).nullable(),
  battery: z.object({ percent: count, charging: z.boolean() }).nullable(),
  received: count,
  last_sms_at: unixMs.nullable(),
  recovery: z.object({ rung: recoveryRung.nullable(), attempts: count, resets_today: count }),
});
export const mqttBalance = z.object({
  amount: z.string().max(40),
  currency: z.string().max(10).nullable(),
  at: unixMs,
});

/** How calls stand: whether they can be taken, and how many are on. */
export const mqttCalls = z.object({
  problem: code.nullable(),
  edge: z.enum(["drachtio", "asterisk", "relay"]).nullable(),
  ...{ active: count, accounts: count, phones: count, slots: count },
});
/** The call of a slot; `idle` without one. */
export const mqttSlotCall = z.object({
  state: z.enum(["idle", ...callPhase.options]),
  direction: z.enum(["in", "out"]).nullable(),
  line: id.nullable(),
  held: z.boolean(),
  started_at: unixMs.nullable(),
  talking_at: unixMs.nullable(),
});
export const mqttCall = z.object({
  id: eventId,
  at: unixMs,
  /** The same for all that is told of one call. */
  call: z.string().max(64),
  direction: z.enum(["in", "out"]),
  slot: id.nullable(),
  line: id.nullable(),
  state: callPhase,
  held: z.boolean(),
  /** Whole seconds in which both heard each other; null before the end. */
  seconds: count.nullable(),
  cause: z.string().max(40).nullable(),
});

export const mqttSms = z.object({
  id: eventId,
  at: unixMs,
  line: id,
  slot: id.nullable(),
  /** Sealed to a renter; otherwise it is held for the owner. */
  rented: z.boolean(),
});
export const mqttEvent = z.object({
  id: eventId,
  at: unixMs,
  level: z.enum(["info", "warn", "error"]),
  code,
  slot: id.nullable(),
  line: id.nullable(),
  /** Counts and codes only. */
  details: z.record(z.string().max(40), z.union([code, z.number(), z.boolean()])),
});

const alertFields = {
  rule: z.string().max(64),
  severity: z.enum(["info", "warning", "critical"]),
  /** A slot's id, the name of a part such as a certificate, empty for the box. */
  subject: z.string().max(100),
  since: unixMs,
};
export const mqttAlert = z.object({ id: eventId, at: unixMs, state: z.enum(["firing", "resolved"]), ...alertFields });
export const mqttAlerts = z.object({ firing: z.array(z.object(alertFields)).max(200) });

/** What may be asked for over MQTT, where the broker's `allow` names it. */
export const mqttCommandName = z.enum(["recover", "balance", "ussd", "join", "refresh"]);
export type MqttCommandName = z.infer<typeof mqttCommandName>;

/** Chosen by the asker and returned with the reply; a command whose id was seen a moment ago is not done again. */
const correlation = { id: z.string().min(1).max(64).optional() };
export const mqttCommands = {
  recover: z.strictObject({ ...correlation, rung: z.enum(["at", "cfun", "usb_reset", "power"]).default("at") }),
  balance: z.strictObject({ ...correlation }),
  ussd: z.strictObject({ ...correlation, code: z.string().min(1).max(160) }),
  join: z.strictObject({ ...correlation, seconds: z.int().min(0).max(3600).default(254) }),
  refresh: z.strictObject({ ...correlation }),
} as const satisfies Readonly<Record<MqttCommandName, z.ZodType>>;
export const mqttSlotCommand = z.union([mqttCommands.recover, mqttCommands.balance, mqttCommands.ussd]);
export const mqttBoxCommand = z.union([mqttCommands.join, mqttCommands.refresh]);

export const mqttReply = z.object({
  id: z.string().max(64).nullable(),
  at: unixMs,
  ok: z.boolean(),
  /** Null where it is done. */
  code: code.nullable(),
  message: z.string().max(500).nullable(),
  hint: z.string().max(500).nullable(),
  result: z.record(z.string(), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])),
});
export type MqttReply = z.infer<typeof mqttReply>;

const text = z.string().max(600);
const component = z.object({
  p: z.enum(["sensor", "binary_sensor", "button"]),
  name: text,
  unique_id: text,
  state_topic: text.optional(),
  value_template: text.optional(),
  json_attributes_topic: text.optional(),
  command_topic: text.optional(),
  payload_press: text.optional(),
  device_class: text.optional(),
  state_class: text.optional(),
  unit_of_measurement: text.optional(),
  entity_category: text.optional(),
  icon: text.optional(),
  options: z.array(text).optional(),
  payload_on: text.optional(),
  payload_off: text.optional(),
  enabled_by_default: z.boolean().optional(),
});
export type MqttComponent = z.infer<typeof component>;

/** Device discovery of Home Assistant: `dev`, `o` and `cmps` are its abbreviations of device, origin and components. */
export const mqttDiscovery = z.object({
  dev: z.object({
    ids: z.array(text),
    name: text,
    mf: text,
    mdl: text,
    sw: text.optional(),
    via_device: text.optional(),
  }),
  o: z.object({ name: text, sw: text }),
  availability_topic: text,
  payload_available: text,
  payload_not_available: text,
  qos: z.literal(1),
  cmps: z.record(z.string(), component),
});
export type MqttDiscovery = z.infer<typeof mqttDiscovery>;
