// What alerts are made of: rules, what is observed, and what is open.

import type { Millis, UnixMs } from "../../base/index.ts";

export type Severity = "info" | "warning" | "critical";
export const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/** Whether `severity` is at least `least`. */
export const reaches = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);

/**
 * What each rule watches. `slot`: one alert per slot; `box`: one for the box; `part`: one for each certificate, channel and so on.
 * `side`: on which side of its limit a number is bad; null for what is so or is not so.
 */
export const ALERT_RULES = {
  slot_down: { of: "slot", side: null },
  slot_gave_up: { of: "slot", side: null },
  sim_lost: { of: "slot", side: null },
  /** Percent of the SIM's places for messages. */
  sms_storage: { of: "slot", side: "above" },
  /** dBm. */
  signal_weak: { of: "slot", side: "below" },
  balance_low: { of: "slot", side: null },
  /** Percent, while it is not being charged. */
  phone_battery: { of: "slot", side: "below" },
  /** Seconds that the oldest waiting message has waited. */
  outbox_age: { of: "box", side: "above" },
  relay_down: { of: "box", side: null },
  calls_down: { of: "part", side: null },
  intake_paused: { of: "box", side: null },
  clock_doubt: { of: "box", side: null },
  clock_unsynchronised: { of: "box", side: null },
  /** Percent that is free. */
  disk_low: { of: "box", side: "below" },
  /** MiB that are free. */
  disk_full: { of: "box", side: "below" },
  /** Percent that is available. */
  memory_low: { of: "box", side: "below" },
  /** Degrees Celsius. */
  temperature_high: { of: "box", side: "above" },
  undervoltage: { of: "box", side: null },
  /** A hub cut the power of a port. */
  usb_over_current: { of: "part", side: null },
  chain_down: { of: "box", side: null },
  /** Blocks that the node is behind. */
  chain_lag: { of: "box", side: "above" },
  wallet_locked: { of: "box", side: null },
  /** EMC. */
  funds_low: { of: "box", side: "below" },
  /** How many have failed and were not tried again. */
  publication_failed: { of: "box", side: "above" },
  /** Days left. */
  certificate_expiring: { of: "part", side: "below" },
  backup_overdue: { of: "box", side: null },
  delivery_failing: { of: "part", side: null },
} as const satisfies Readonly<Record<string, { of: "slot" | "box" | "part"; side: "above" | "below" | null }>>;

export type RuleId = keyof typeof ALERT_RULES;
export const RULE_IDS: readonly RuleId[] = Object.keys(ALERT_RULES).filter((id): id is RuleId => id in ALERT_RULES);

/** A rule as the owner wants it. */
export interface AlertRule {
  readonly id: RuleId;
  readonly severity: Severity;
  /** How long it must be bad before it is an alert, and good before the alert is over. */
  readonly raiseAfter: Millis;
  readonly clearAfter: Millis;
  /** How often it is told again while nobody has acknowledged it; null for once. */
  readonly repeat: Millis | null;
  /** Where a number becomes bad, and where it is good again; null for rules without a number. */
  readonly limit: { readonly raise: number; readonly clear: number } | null;
  /** Subjects that it leaves alone. */
  readonly ignore: ReadonlySet<string>;
}

/** What comes and goes so many times in this time stays up until it has been good for `calm`. */
export interface FlappingPolicy {
  readonly raises: number;
  readonly within: Millis;
  readonly calm: Millis;
}

export type AlertDetails = Readonly<Record<string, string | number>>;

/** What a source sees of one subject. `value` null: not known now, which neither raises nor clears. */
export interface Observation {
  readonly rule: RuleId;
  /** A slot's id, a part's name; empty for the box. Never a number of a line. */
  readonly subject: string;
  readonly value: number | boolean | null;
  /** For the text. */
  readonly details?: AlertDetails;
}

export interface AlertSource {
  /** The rules that this source alone observes. */
  readonly rules: readonly RuleId[];
  /** Everything it sees now: a subject that is left out is fine or gone. When it rejects, nothing is known. */
  observe(): Promise<readonly Observation[]>;
}

/** An alert that was raised. */
export interface Alert {
  /** 16 hex digits. */
  readonly id: string;
  readonly rule: RuleId;
  readonly subject: string;
  readonly severity: Severity;
  readonly raisedAt: UnixMs;
  readonly clearedAt: UnixMs | null;
  /** When it was told last, null while nobody was told. */
  readonly toldAt: UnixMs | null;
  /** How often it was told. */
  readonly tells: number;
  readonly acknowledgedAt: UnixMs | null;
  readonly snoozedUntil: UnixMs | null;
  /** It has come and gone so often that it stays up until all is calm. */
  readonly flapping: boolean;
  readonly value: number | boolean;
  readonly details: AlertDetails;
}

export type TellKind = "raised" | "repeated" | "cleared";
