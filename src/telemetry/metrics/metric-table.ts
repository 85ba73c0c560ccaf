// All metrics of the box: name, type, help and labels, by the conventions of Prometheus. Labels hold ids of slots, lines and brokers, the
// relay's host, states and codes: never a number, a SIM, a renter or a sender.

export interface MetricRow {
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly labels?: readonly string[];
}

const gauge = (help: string, ...labels: readonly string[]): MetricRow => ({ type: "gauge", help, labels });
const counter = (help: string, ...labels: readonly string[]): MetricRow => ({ type: "counter", help, labels });

export const METRICS = {
  numberbox_info: gauge("Always 1; the version is the label.", "version"),
  numberbox_start_timestamp_seconds: gauge("When the box started."),
  numberbox_clock_trusted: gauge("Whether the box trusts its own time."),
  numberbox_intake_running: gauge("Whether SMS are taken; 0 while the disk takes no writes."),

  numberbox_slots: gauge("Slots by state.", "state"),
  numberbox_slot_ready: gauge("Whether the slot can receive SMS.", "slot"),
  numberbox_slot_problem: gauge("1 for the code of the slot's problem, absent without one.", "slot", "code"),
  numberbox_slot_line: gauge("1 for the line whose SIM is in the slot.", "slot", "line"),
  numberbox_slot_state_timestamp_seconds: gauge("When the slot came into its state.", "slot"),
  numberbox_slot_signal_dbm: gauge("Signal of the slot's network.", "slot"),
  numberbox_slot_sms_storage_used: gauge("Messages in the SIM's or modem's storage.", "slot"),
  numberbox_slot_sms_storage_capacity: gauge("Places for messages in that storage.", "slot"),
  numberbox_slot_battery_ratio: gauge("Charge of a phone, 0 to 1.", "slot"),
  numberbox_slot_balance: gauge("What the SIM's operator said last of its balance.", "slot", "currency"),
  numberbox_slot_last_sms_timestamp_seconds: gauge("When an SMS came last.", "slot"),
  numberbox_slot_recovery_attempts: gauge("Tries on the present step of recovery.", "slot"),
  numberbox_slot_resets_today: gauge("Hardware resets of the last day.", "slot"),

  numberbox_sms_received_total: counter("SMS that lie on disk or are gone from there as delivered."),
  numberbox_sms_forwarded_total: counter("SMS that the relay has."),
  numberbox_sms_acknowledged_total: counter("SMS whose renter has sent a signed receipt."),
  numberbox_sms_duplicates_total: counter("SMS that came twice and were kept once."),
  numberbox_sms_undecodable_total: counter("SMS that were kept raw."),
  numberbox_sms_unrented_total: counter("SMS for a line that nobody rented."),
  numberbox_sms_denied_total: counter("SMS dropped unread, by the sender policy."),
  numberbox_line_sms_received_total: counter("SMS received for a line.", "line"),
  numberbox_line_sms_denied_total: counter("SMS of a line dropped unread, by the sender policy.", "line"),

  numberbox_outbox_messages: gauge("SMS that the relay has not taken yet."),
  numberbox_outbox_oldest_seconds: gauge("Age of the oldest of them, 0 without one."),
  numberbox_relay_up: gauge("Whether the relay answers.", "host"),
  numberbox_relay_state_timestamp_seconds: gauge("When the link to the relay came into its state.", "host"),
  numberbox_lines: gauge("Lines by state.", "state"),
  numberbox_rentals_active: gauge("Rentals that run."),
  numberbox_rental_messages_waiting: gauge("SMS of active rentals that the relay has not taken yet."),

  numberbox_voice_up: gauge("Whether calls can be taken; absent on a box without calls."),
  numberbox_voice_problem: gauge("1 for the code of what keeps calls from being taken, absent without one.", "code"),
  numberbox_voice_slots: gauge("Slots whose modem can carry the sound of a call."),
  numberbox_sip_accounts: gauge("SIP accounts of rentals."),
  numberbox_sip_phones: gauge("Phones that are registered."),
  numberbox_sip_throttled_total: counter("SIP requests that came too often and got no answer, since the start."),
  numberbox_calls_active: gauge("Calls that are on.", "direction"),
  numberbox_calls_ended_total: counter("Calls that are over, since the start.", "direction", "cause"),
  numberbox_calls_answered_total: counter("Of them those in which both heard each other.", "direction", "cause"),
  numberbox_call_talk_seconds_total: counter("How long they talked.", "direction", "cause"),

  numberbox_chain_up: gauge("Whether the Emercoin node answers; absent without one."),
  numberbox_chain_synced: gauge("Whether the node has all blocks."),
  numberbox_chain_blocks: gauge("Height of the node's chain."),
  numberbox_chain_headers: gauge("Height that the node knows of."),
  numberbox_chain_lag_blocks: gauge("Blocks that the node has to fetch yet."),
  numberbox_chain_peers: gauge("Peers of the node."),
  numberbox_wallet_ready: gauge("Whether the box can sign."),
  numberbox_wallet_confirmed_emc: gauge("EMC that can be spent."),
  numberbox_publications: gauge("Publications by state.", "state"),

  numberbox_certificate_expiry_timestamp_seconds: gauge("When a certificate of the box ends.", "certificate"),
  numberbox_alerts_firing: gauge("Alerts that fire, by rule.", "rule", "severity"),
  numberbox_mqtt_broker_up: gauge("Whether the box is connected to the MQTT broker.", "broker"),
  numberbox_mqtt_queue_messages: gauge("Messages that wait for the broker.", "broker", "kind"),
  numberbox_mqtt_published_total: counter("Messages that the broker has acknowledged.", "broker"),
  numberbox_mqtt_dropped_total: counter(
    "Messages thrown away, as the queue was full or they were too large.",
    "broker",
    "kind",
  ),

  numberbox_disk_free_bytes: gauge("What may still be written to the file system with the data folder."),
  numberbox_disk_size_bytes: gauge("Size of that file system."),
  numberbox_memory_available_bytes: gauge("Memory that new work can have without swapping."),
  numberbox_memory_size_bytes: gauge("Memory of the machine."),
  numberbox_swap_used_bytes: gauge("Swap in use."),
  numberbox_temperature_celsius: gauge("The hottest sensor."),
  numberbox_fan_running: gauge("Whether the fan is told to run."),
  numberbox_clock_synchronised: gauge("Whether a time server keeps the system clock."),
  numberbox_undervoltage: gauge("Whether a Raspberry Pi has too little voltage now."),
  numberbox_load1: gauge("Processes that ran or waited for the disk, on average of a minute."),

  process_cpu_seconds_total: counter("Processor time of the box's process."),
  process_resident_memory_bytes: gauge("Memory of the box's process."),
  process_start_time_seconds: gauge("When the process started."),
  nodejs_heap_size_used_bytes: gauge("JavaScript heap in use."),
  nodejs_eventloop_lag_mean_seconds: gauge("Mean delay of the event loop since the last scrape."),
  nodejs_eventloop_lag_p99_seconds: gauge("99th percentile of that delay."),
} as const satisfies Readonly<Record<string, MetricRow>>;
export type MetricName = keyof typeof METRICS;
