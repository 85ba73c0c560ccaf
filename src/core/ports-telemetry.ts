// What the box tells the systems that watch it, and where that is looked up.

import type { Disposer, SlotId, UnixMs } from "../base/index.ts";
import type {
  CallNews,
  MqttBrokerView,
  MqttTopicView,
  OwnBrokerPassword,
  OwnBrokerUser,
  OwnBrokerView,
} from "../protocol/index.ts";

export interface MqttConsole {
  brokers(): readonly MqttBrokerView[];
  topics(): readonly MqttTopicView[];
}

/** The broker that runs on the box's own machine. */
export interface OwnBrokerConsole {
  view(): OwnBrokerView;
  /** Makes a password, in the place of an earlier one. Errors: `mqtt.own_broker_off`, `app.cannot_write`, those of `SystemActions`. */
  makePassword(user: OwnBrokerUser): Promise<OwnBrokerPassword>;
  /** Takes the password away; whoever used it is put out. Errors: the same. */
  removePassword(user: OwnBrokerUser): Promise<OwnBrokerView>;
}

/** An alert as the world outside may know it. */
export interface AlertFact {
  /** Name of the rule, such as `sim_lost`. */
  readonly rule: string;
  readonly severity: "info" | "warning" | "critical";
  /** A slot's id, the name of a part, empty for the box. */
  readonly subject: string;
  readonly since: UnixMs;
}

export interface AlertFeed {
  firing(): readonly AlertFact[];
  onAlert(
    listener: (alert: AlertFact & { readonly state: "firing" | "resolved"; readonly at: UnixMs }) => void,
  ): Disposer;
}

/** How calls stand. */
export interface CallsFact {
  /** Null while they can be taken; otherwise a code such as `voice.edge_down`. */
  readonly problem: string | null;
  readonly edge: "drachtio" | "asterisk" | "relay" | null;
  /** SIP accounts that may register, and phones that are. */
  readonly accounts: number;
  readonly phones: number;
  /** Slots whose modem can carry sound. */
  readonly slots: readonly SlotId[];
  /** Requests of phones and strangers that the SIP edge let drop because they came too often; null where it does not count. */
  readonly throttled: number | null;
}

/** Of calls that are over. */
export interface CallTotal {
  readonly direction: "in" | "out";
  readonly cause: string;
  readonly calls: number;
  /** Of them those in which both heard each other, and for how many seconds together. */
  readonly answered: number;
  readonly talked: number;
}

export interface CallFeed {
  /** Null on a box without calls. */
  fact(): CallsFact | null;
  /** Calls that are on. */
  open(): readonly CallNews[];
  totals(): readonly CallTotal[];
}

export interface MetricsConsole {
  /** What Prometheus reads, in its text format. */
  page(): Promise<string>;
  /** The dashboard for Grafana, the alert rules for Prometheus. */
  file(name: "dashboard" | "rules"): Promise<MetricsFile>;
}

export interface MetricsFile {
  readonly fileName: string;
  readonly type: string;
  readonly content: Uint8Array;
}

/** What the SIM's operator says of its balance when it is asked now. */
export interface BalanceAsker {
  /** Errors: `slot.unknown`, `balance.not_set_up`, `balance.not_found`, those of `UssdConsole`. */
  ask(slot: SlotId): Promise<{ readonly amount: string; readonly currency: string | null; readonly at: UnixMs }>;
}
