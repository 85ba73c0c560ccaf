// What happens in the box, told to all its MQTT brokers. Each broker is on its own: one that is away or slow holds no other up.

import {
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  millis,
  type Random,
  seconds,
  toHex,
  type UnixMs,
} from "../../base/index.ts";
import type { AlertFeed, BoxConsole, CallFeed, MachineFacts, MachinePort, MqttConsole } from "../../core/index.ts";
import {
  isRetained,
  type LineView,
  type LiveFrame,
  MQTT_QOS,
  MQTT_TOPICS,
  type MqttBrokerView,
  type MqttTopicRow,
  type MqttTopicView,
  type Overview,
  type RentalView,
} from "../../protocol/index.ts";
import {
  alertMessage,
  type BoxMessage,
  type CallsPicture,
  callMessage,
  eventMessage,
  smsMessage,
  stateMessages,
} from "./box-messages.ts";
import { BrokerChannel, type BrokerChannelDeps, type BrokerSettings } from "./broker-channel.ts";

export interface MqttBridgeDeps extends Omit<BrokerChannelDeps, "hasMachine" | "hasAlerts" | "hasCalls"> {
  readonly clock: Clock;
  readonly now: () => UnixMs;
  readonly random: Random;
  readonly log: Logger;
  readonly views: Pick<BoxConsole, "overview" | "slots" | "lines" | "rentals" | "onChange">;
  readonly machine: MachinePort | null;
  readonly alerts: AlertFeed | null;
  /** Null on a box without calls. */
  readonly calls: Pick<CallFeed, "fact" | "open"> | null;
  readonly brokers: readonly BrokerSettings[];
}

/** Changes within this time are told as one. */
const GATHER = millis(500);
/** What changes without an event: the age of the outbox, the machine. */
const LOOK_EVERY = seconds(30);

export class MqttBridge implements MqttConsole {
  readonly #deps: MqttBridgeDeps;
  readonly #channels: readonly BrokerChannel[];
  readonly #start: string;
  readonly #disposers: Disposer[] = [];
  #serial = 0;
  #timer: Disposer = () => {};
  #nextLook: Disposer = () => {};
  #dirty = false;
  #overview: Overview | null = null;
  #lines: readonly LineView[] = [];
  #rentals: readonly RentalView[] = [];
  #machine: MachineFacts | null = null;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: MqttBridgeDeps) {
    this.#deps = deps;
    this.#start = toHex(deps.random.bytes(4));
    const told = {
      ...deps,
      hasMachine: deps.machine !== null,
      hasAlerts: deps.alerts !== null,
      hasCalls: deps.calls !== null,
    };
    this.#channels = deps.brokers.map((settings) => new BrokerChannel(settings, told));
  }

  start(): void {
    const { views, alerts } = this.#deps;
    if (this.#channels.length === 0) return;
    this.#disposers.push(views.onChange((frame) => this.#changed(frame)));
    if (alerts !== null) {
      const leave = alerts.onAlert((alert) => {
        this.#tell(alertMessage(this.#nextId(), alert));
        this.#touch();
      });
      this.#disposers.push(leave);
    }
    for (const channel of this.#channels) channel.start();
    this.#look();
  }

  /** Each broker hears `offline`. Resolves when nothing runs any more. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const dispose of this.#disposers.splice(0)) dispose();
    this.#timer();
    this.#nextLook();
    await Promise.all(this.#channels.map((channel) => channel.stop()));
    await this.#looking;
  }

  brokers(): readonly MqttBrokerView[] {
    return this.#channels.map((channel) => channel.view());
  }

  topics(): readonly MqttTopicView[] {
    return Object.values<MqttTopicRow>(MQTT_TOPICS).map((row) => {
      const { pattern, direction, kind, meaning } = row;
      return { pattern, direction, kind, meaning, qos: MQTT_QOS, retained: isRetained(row) };
    });
  }

  #changed(frame: LiveFrame): void {
    if (frame.type === "overview") this.#overview = frame.overview;
    if (frame.type === "rentals") {
      this.#lines = frame.lines;
      this.#rentals = frame.rentals;
    }
    if (frame.type === "event") this.#tell(eventMessage(this.#nextId(), frame.event));
    if (frame.type === "call") this.#tell(callMessage(this.#nextId(), frame.call));
    if (frame.type === "sms") this.#tell(smsMessage(this.#nextId(), frame.sms));
    this.#touch();
  }

  #nextId(): string {
    this.#serial++;
    return `${this.#start}-${this.#serial}`;
  }

  #tell(...messages: readonly BoxMessage[]): void {
    for (const channel of this.#channels) channel.tell(messages);
  }

  /** Something changed: told with what else changes in a moment. */
  #touch(): void {
    if (this.#dirty || this.#stopped) return;
    this.#dirty = true;
    this.#timer = this.#deps.clock.after(GATHER, "mqtt states", () => {
      this.#dirty = false;
      this.#tellStates();
    });
  }

  #tellStates(): void {
    const { views, alerts, log } = this.#deps;
    const overview = this.#overview;
    if (overview === null || this.#stopped) return;
    const slots = views.slots();
    const known = { lines: this.#lines, rentals: this.#rentals, machine: this.#machine };
    try {
      const messages = stateMessages({
        overview,
        slots,
        ...known,
        alerts: alerts?.firing() ?? null,
        calls: this.#calls(),
      });
      this.#tell(...messages);
      for (const channel of this.#channels) channel.tellSlots(slots);
    } catch (error) {
      // A value that fits no row stays inside; the rest of the box goes on.
      log.error("mqtt_state_unfit", { reason: messageOf(error) });
    }
  }

  #calls(): CallsPicture | null {
    const { calls } = this.#deps;
    const fact = calls?.fact() ?? null;
    return calls === null || fact === null ? null : { fact, open: calls.open() };
  }

  /** Asks for what nobody tells, now and again and again. */
  #look(): void {
    this.#looking = this.#lookAround().then(() => {
      if (this.#stopped) return;
      this.#nextLook = this.#deps.clock.after(LOOK_EVERY, "mqtt look", () => this.#look());
    });
  }

  async #lookAround(): Promise<void> {
    const { views, machine, log } = this.#deps;
    try {
      this.#machine = (await machine?.facts()) ?? null;
      const [overview, lines, rentals] = await Promise.all([views.overview(), views.lines(), views.rentals()]);
      this.#overview = overview;
      this.#lines = lines;
      this.#rentals = rentals;
      this.#touch();
    } catch (error) {
      log.warn("mqtt_look_failed", { reason: messageOf(error) });
    }
  }
}
