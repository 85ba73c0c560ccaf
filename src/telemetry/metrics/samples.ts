// What the box looks like as numbers, pure. A value that is not known has no sample.

import type { AlertFact, CallsFact, CallTotal, MachineFacts } from "../../core/index.ts";
import type {
  CallNews,
  ChainView,
  LineView,
  MqttBrokerView,
  Overview,
  RentalView,
  SlotView,
} from "../../protocol/index.ts";
import type { MetricName } from "./metric-table.ts";

export interface Sample {
  readonly name: MetricName;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface CertificateFact {
  /** What it is for, such as `console`. */
  readonly name: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export interface MetricPicture {
  readonly overview: Overview;
  readonly slots: readonly SlotView[];
  readonly lines: readonly LineView[];
  readonly rentals: readonly RentalView[];
  readonly machine: MachineFacts | null;
  /** Null without a node. */
  readonly chain: ChainView | null;
  /** How many publications are in which state. */
  readonly publications: ReadonlyMap<string, number>;
  readonly certificates: readonly CertificateFact[];
  readonly alerts: readonly AlertFact[];
  readonly brokers: readonly MqttBrokerView[];
  /** Null on a box without calls. */
  readonly calls: {
    readonly fact: CallsFact;
    readonly open: readonly CallNews[];
    readonly totals: readonly CallTotal[];
  } | null;
}

type Value = number | boolean | null | undefined;

function sample(name: MetricName, value: Value, labels: Sample["labels"] = {}): readonly Sample[] {
  if (value === null || value === undefined || Number.isNaN(Number(value))) return [];
  return [{ name, value: Number(value), labels }];
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** How many of each; states that nobody is in are 0, so that a series does not end. */
function byState(
  name: MetricName,
  states: readonly string[],
  items: readonly { readonly state: string }[],
): readonly Sample[] {
  return states.flatMap((state) => sample(name, items.filter((item) => item.state === state).length, { state }));
}

function ofBox({ overview }: MetricPicture): readonly Sample[] {
  const { version, started_at: startedAt, clock, intake, outbox, relay, counts } = overview;
  const host = URL.canParse(relay.url) ? new URL(relay.url).host : "";
  return [
    ...sample("numberbox_info", 1, { version }),
    ...sample("numberbox_start_timestamp_seconds", seconds(startedAt)),
    ...sample("numberbox_clock_trusted", clock === "trusted"),
    ...sample("numberbox_intake_running", intake.state === "running"),
    ...sample("numberbox_outbox_messages", outbox.depth),
    ...sample("numberbox_outbox_oldest_seconds", (outbox.oldest_ms ?? 0) / 1000),
    ...sample("numberbox_relay_up", relay.state === "up", { host }),
    ...sample("numberbox_relay_state_timestamp_seconds", seconds(relay.since), { host }),
    ...sample("numberbox_sms_received_total", counts.received),
    ...sample("numberbox_sms_forwarded_total", counts.forwarded),
    ...sample("numberbox_sms_acknowledged_total", counts.acknowledged),
    ...sample("numberbox_sms_duplicates_total", counts.duplicates),
    ...sample("numberbox_sms_undecodable_total", counts.undecodable),
    ...sample("numberbox_sms_unrented_total", counts.unrented),
    ...sample("numberbox_sms_denied_total", counts.denied),
  ];
}

function ofSlot(slot: SlotView): readonly Sample[] {
  const at = { slot: slot.id };
  const { sms_storage: storage, battery, balance, recovery, line, problem } = slot;
  return [
    ...sample("numberbox_slot_ready", slot.state === "ready", at),
    ...(problem === null ? [] : sample("numberbox_slot_problem", 1, { ...at, code: problem.code })),
    ...(line === null ? [] : sample("numberbox_slot_line", 1, { ...at, line: line.id })),
    ...sample("numberbox_slot_state_timestamp_seconds", seconds(slot.since), at),
    ...sample("numberbox_slot_signal_dbm", slot.signal_dbm, at),
    ...sample("numberbox_slot_sms_storage_used", storage?.used, at),
    ...sample("numberbox_slot_sms_storage_capacity", storage?.total, at),
    ...sample("numberbox_slot_battery_ratio", battery === null ? null : battery.percent / 100, at),
    ...sample("numberbox_slot_balance", balance === null ? null : Number(balance.amount), {
      ...at,
      currency: balance?.currency ?? "",
    }),
    ...sample("numberbox_slot_last_sms_timestamp_seconds", seconds(slot.last_sms_at), at),
    ...sample("numberbox_slot_recovery_attempts", recovery.attempts, at),
    ...sample("numberbox_slot_resets_today", recovery.resets_today, at),
  ];
}

function ofLines({ slots, lines, rentals }: MetricPicture): readonly Sample[] {
  const active = rentals.filter(({ state }) => state === "active");
  // A line that two slots show for a moment, as its SIM moves, is counted once.
  const received = new Map(slots.flatMap(({ line, received: count }) => (line === null ? [] : [[line.id, count]])));
  return [
    ...byState("numberbox_lines", ["free", "rented", "resting"], lines),
    ...lines.flatMap(({ id, denied }) => sample("numberbox_line_sms_denied_total", denied, { line: id })),
    ...[...received].flatMap(([line, count]) => sample("numberbox_line_sms_received_total", count, { line })),
    ...sample("numberbox_rentals_active", active.length),
    ...sample(
      "numberbox_rental_messages_waiting",
      active.reduce((sum, { waiting }) => sum + waiting, 0),
    ),
  ];
}

function ofChain({ chain, publications }: MetricPicture): readonly Sample[] {
  const states = [...publications].flatMap(([state, count]) => sample("numberbox_publications", count, { state }));
  if (chain?.configured !== true) return states;
  const { node, wallet, ready } = chain;
  return [
    ...sample("numberbox_chain_up", node !== null),
    ...sample("numberbox_chain_synced", node?.synced),
    ...sample("numberbox_chain_blocks", node?.height),
    ...sample("numberbox_chain_headers", node?.headers),
    ...sample("numberbox_chain_lag_blocks", node === null ? null : Math.max(0, node.headers - node.height)),
    ...sample("numberbox_chain_peers", node?.peers),
    ...sample("numberbox_wallet_ready", wallet === null ? null : ready),
    ...sample("numberbox_wallet_confirmed_emc", wallet === null ? null : Number(wallet.confirmed)),
    ...states,
  ];
}

function ofMachine(facts: MachineFacts): readonly Sample[] {
  return [
    ...sample("numberbox_disk_free_bytes", facts.disk?.freeBytes),
    ...sample("numberbox_disk_size_bytes", facts.disk?.totalBytes),
    ...sample("numberbox_memory_available_bytes", facts.memory?.availableBytes),
    ...sample("numberbox_memory_size_bytes", facts.memory?.totalBytes),
    ...sample("numberbox_swap_used_bytes", facts.memory?.swapUsedBytes),
    ...sample("numberbox_temperature_celsius", facts.temperatureC),
    ...sample("numberbox_fan_running", facts.fanRuns),
    ...sample("numberbox_clock_synchronised", facts.clockSynchronised),
    ...sample("numberbox_undervoltage", facts.undervoltage),
    ...sample("numberbox_load1", facts.load1),
  ];
}

function ofAlerts(alerts: readonly AlertFact[]): readonly Sample[] {
  const counts = new Map<string, Sample>();
  for (const { rule, severity } of alerts) {
    const value = (counts.get(rule)?.value ?? 0) + 1;
    counts.set(rule, { name: "numberbox_alerts_firing", value, labels: { rule, severity } });
  }
  return [...counts.values()];
}

function ofBroker({ id: broker, state, queue, dropped, published }: MqttBrokerView): readonly Sample[] {
  const kinds = (name: MetricName, values: Readonly<Record<string, number>>): readonly Sample[] =>
    Object.entries(values).flatMap(([kind, value]) => sample(name, value, { broker, kind }));
  return [
    ...sample("numberbox_mqtt_broker_up", state === "online", { broker }),
    ...sample("numberbox_mqtt_published_total", published, { broker }),
    ...kinds("numberbox_mqtt_queue_messages", queue),
    ...kinds("numberbox_mqtt_dropped_total", dropped),
  ];
}

function ofCalls({ fact, open, totals }: NonNullable<MetricPicture["calls"]>): readonly Sample[] {
  const { problem, slots, accounts, phones, throttled } = fact;
  const active = (direction: "in" | "out") =>
    sample("numberbox_calls_active", open.filter((call) => call.direction === direction).length, { direction });
  return [
    ...sample("numberbox_voice_up", problem === null),
    ...(problem === null ? [] : sample("numberbox_voice_problem", 1, { code: problem })),
    ...sample("numberbox_voice_slots", slots.length),
    ...sample("numberbox_sip_accounts", accounts),
    ...sample("numberbox_sip_phones", phones),
    ...sample("numberbox_sip_throttled_total", throttled),
    ...active("in"),
    ...active("out"),
    ...totals.flatMap(({ direction, cause, calls, answered, talked }) => [
      ...sample("numberbox_calls_ended_total", calls, { direction, cause }),
      ...sample("numberbox_calls_answered_total", answered, { direction, cause }),
      ...sample("numberbox_call_talk_seconds_total", talked, { direction, cause }),
    ]),
  ];
}

export function samplesOf(picture: MetricPicture): readonly Sample[] {
  const { slots, machine, certificates, alerts, brokers, calls } = picture;
  return [
    ...ofBox(picture),
    ...byState("numberbox_slots", ["starting", "ready", "down", "stopped"], slots),
    ...slots.flatMap(ofSlot),
    ...ofLines(picture),
    ...ofChain(picture),
    ...(machine === null ? [] : ofMachine(machine)),
    ...certificates.flatMap(({ name, expiresAt }) =>
      sample("numberbox_certificate_expiry_timestamp_seconds", expiresAt / 1000, { certificate: name }),
    ),
    ...ofAlerts(alerts),
    ...brokers.flatMap(ofBroker),
    ...(calls === null ? [] : ofCalls(calls)),
  ];
}
