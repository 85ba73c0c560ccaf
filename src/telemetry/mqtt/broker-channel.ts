// One broker of the box: its topics, what it is told, and what it may ask.

import { type Clock, type Logger, messageOf, type Random, type UnixMs } from "../../base/index.ts";
import {
  type MqttBrokerView,
  type MqttCommandName,
  type MqttTopic,
  mqttTopicRow,
  type SlotView,
} from "../../protocol/index.ts";
import { type BoxMessage, boxMessage, slotTopics } from "./box-messages.ts";
import { BrokerLink } from "./broker-link.ts";
import { CommandDesk, type CommandPorts } from "./command-desk.ts";
import { type DiscoveryScope, discoveryMessages, slotDiscovery, slotTraits } from "./home-assistant.ts";
import type { BrokerMessage, BrokerPort } from "./ports-broker.ts";
import { paramsOf, type TopicRoots, topicOf } from "./topic-names.ts";

export interface BrokerSettings {
  readonly id: string;
  readonly url: string;
  readonly baseTopic: string;
  /** Null: no discovery. */
  readonly discoveryPrefix: string | null;
  readonly allow: readonly MqttCommandName[];
  readonly port: BrokerPort;
}

export interface BrokerChannelDeps extends CommandPorts {
  readonly clock: Clock;
  readonly now: () => UnixMs;
  readonly random: Random;
  readonly log: Logger;
  readonly box: string;
  readonly version: string;
  readonly hasMachine: boolean;
  readonly hasAlerts: boolean;
  readonly hasCalls: boolean;
}

/** Slots that are found at a broker before the box knows its own. */
const MAX_FOUND = 200;

export class BrokerChannel {
  readonly #settings: BrokerSettings;
  readonly #roots: TopicRoots;
  readonly #scope: DiscoveryScope;
  readonly #link: BrokerLink;
  readonly #desk: CommandDesk;
  readonly #log: Logger;
  /** Slots that the broker was told of, by this run of the box or, as its retained messages show, by an earlier one. */
  #told = new Set<string>();
  /** Whether the box's own slots are known yet. */
  #isKnown = false;
  /** What discovery was made of last. */
  #traits = "";

  constructor(settings: BrokerSettings, deps: BrokerChannelDeps) {
    this.#settings = settings;
    this.#log = deps.log.child({ broker: settings.id });
    const { allow, discoveryPrefix: discovery } = settings;
    const roots = { root: `${settings.baseTopic}/${deps.box}`, discovery };
    this.#roots = roots;
    this.#scope = { ...deps, roots, allow };
    this.#desk = new CommandDesk({
      ...{ ...deps, log: this.#log, allow },
      refresh: () => this.#link.again(),
      reply: ({ slot, name }, reply) => {
        const topic = slot === null ? "boxReply" : "slotReply";
        this.tell([boxMessage(topic, reply, slot === null ? { command: name } : { slot, command: name })]);
      },
    });
    this.#link = new BrokerLink({
      ...{ ...deps, log: this.#log, port: settings.port },
      availability: topicOf(roots, "availability") ?? "",
      subscriptions: this.#subscriptions(),
      onMessage: (message) => this.#hear(message),
    });
  }

  start(): void {
    this.#link.start();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await this.#desk.stop();
    await this.#link.stop();
  }

  tell(messages: readonly BoxMessage[]): void {
    for (const { topic, params, payload } of messages) {
      const name = topicOf(this.#roots, topic, params);
      const { kind } = mqttTopicRow(topic);
      if (name !== null && kind !== "command") this.#link.publish({ topic: name, payload, kind });
    }
  }

  /** Which slots there are: for Home Assistant, and so that those that are gone leave nothing behind. */
  tellSlots(slots: readonly SlotView[]): void {
    const now = new Set(slots.map(({ id }) => id));
    for (const id of this.#told) if (!now.has(id)) this.#clear(id);
    this.#told = now;
    this.#isKnown = true;
    const traits = slotTraits(slots);
    if (traits !== this.#traits) this.tell(discoveryMessages(this.#scope, slots));
    this.#traits = traits;
    for (const { id, balance } of slots) if (balance === null) this.#take("balance", id);
  }

  view(): MqttBrokerView {
    const { id, url, allow } = this.#settings;
    const { state, since, problem, published, connects } = this.#link.facts();
    const { waiting, dropped } = this.#link.queue;
    return {
      ...{ id, url, state, since, published, connects, ...this.#roots },
      problem: problem?.toJSON() ?? null,
      allow: [...allow],
      queue: { ...waiting },
      dropped: { ...dropped },
      commands: { ...this.#desk.counts },
    };
  }

  #subscriptions(): readonly string[] {
    const commands = this.#settings.allow.length === 0 ? [] : (["slotCommand", "boxCommand"] as const);
    const topics: readonly MqttTopic[] = ["availability", "slot", ...commands, "birth"];
    return topics.flatMap((topic) => topicOf(this.#roots, topic) ?? []);
  }

  #hear(message: BrokerMessage): void {
    try {
      this.#judge(message);
    } catch (error) {
      this.#log.error("mqtt_message_failed", { reason: messageOf(error) });
    }
  }

  #judge({ topic, payload, retained }: BrokerMessage): void {
    const text = new TextDecoder().decode(payload.subarray(0, 64));
    if (topic === topicOf(this.#roots, "availability")) {
      // A will that came late, or a broker that was emptied.
      if (text === "") this.#link.again();
      else if (text !== "online") this.#link.again(topic);
      return;
    }
    if (topic === topicOf(this.#roots, "birth")) {
      if (text === "online" && !retained) this.#link.again();
      return;
    }
    const slot = paramsOf(this.#roots, "slot", topic)?.slot;
    if (slot !== undefined) this.#heardSlot(slot, { topic, isEmpty: payload.length === 0 });
    else this.#heardCommand({ topic, payload, retained });
  }

  /** The box's own state comes back; what is not as it was told, is told again, and what nobody has is taken away. */
  #heardSlot(slot: string, { topic, isEmpty }: { readonly topic: string; readonly isEmpty: boolean }): void {
    if (this.#isKnown) {
      if (this.#told.has(slot) && isEmpty) this.#link.again(topic);
      if (!this.#told.has(slot) && !isEmpty) this.#clear(slot);
    } else if (!isEmpty && this.#told.size < MAX_FOUND) this.#told.add(slot);
  }

  #heardCommand({ topic, payload, retained }: BrokerMessage): void {
    const forSlot = paramsOf(this.#roots, "slotCommand", topic);
    const params = forSlot ?? paramsOf(this.#roots, "boxCommand", topic);
    if (params === null) return;
    if (retained) this.#desk.ignore();
    else this.#desk.take({ slot: forSlot?.slot ?? null, name: params.command ?? "" }, payload);
  }

  #clear(slot: string): void {
    for (const { topic, params } of [...slotTopics(slot), slotDiscovery(this.#scope, slot)]) {
      const name = topicOf(this.#roots, topic, params);
      if (name !== null) this.#link.publish({ topic: name, payload: "", kind: "state" });
    }
  }

  /** Takes a state away that was told. */
  #take(topic: MqttTopic, slot: string): void {
    const name = topicOf(this.#roots, topic, { slot });
    if (name !== null && this.#link.queue.holds(name)) this.#link.publish({ topic: name, payload: "", kind: "state" });
  }
}
