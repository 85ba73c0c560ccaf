// The bridge over a fake box and brokers in memory, with a clock that moves when told.

import { AppError, type Disposer, seconds, slotId, unixMs } from "../../../src/base/index.ts";
import type { AlertFact, AlertFeed, MachineFacts, UssdAnswer } from "../../../src/core/index.ts";
import { noMachineFacts } from "../../../src/core/index.ts";
import type { CallNews, MqttCommandName, MqttReply, SlotView } from "../../../src/protocol/index.ts";
import { MqttBridge } from "../../../src/telemetry/index.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { FakeBoxConsole } from "../../sim/fake-box-console.ts";
import { FakeBroker, type FakeMessage } from "../../sim/mqtt/fake-broker.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

export class FakeAlerts implements AlertFeed {
  readonly #listeners = new Set<Parameters<AlertFeed["onAlert"]>[0]>();
  #firing: readonly AlertFact[] = [];

  firing(): readonly AlertFact[] {
    return this.#firing;
  }

  onAlert(listener: Parameters<AlertFeed["onAlert"]>[0]): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  raise(alert: AlertFact): void {
    this.#firing = [...this.#firing, alert];
    for (const listener of this.#listeners) listener({ ...alert, state: "firing", at: alert.since });
  }

  end(rule: string): void {
    for (const alert of this.#firing.filter((each) => each.rule === rule))
      for (const listener of this.#listeners) listener({ ...alert, state: "resolved", at: unixMs(alert.since + 1) });
    this.#firing = this.#firing.filter((each) => each.rule !== rule);
  }
}

export interface RigOptions {
  readonly slots?: number;
  readonly brokers?: readonly { readonly id: string; readonly discovery?: string | null }[];
  readonly allow?: readonly MqttCommandName[];
}

export class BridgeRig {
  readonly clock = new VirtualClock();
  readonly log = new RecordingLogger();
  readonly box: FakeBoxConsole;
  readonly alerts = new FakeAlerts();
  readonly brokers: readonly FakeBroker[];
  readonly bridge: MqttBridge;
  readonly calls: string[] = [];
  facts: MachineFacts = {
    ...noMachineFacts,
    temperatureC: 51.04,
    fanRuns: true,
    disk: { freeBytes: 10.4, totalBytes: 100 },
  };
  /** USSD is never answered. */
  hang = false;
  /** Calls that are on. */
  open: readonly CallNews[] = [];
  answer: UssdAnswer = { text: "Balance 4.20 EUR", more: false };

  constructor({ slots = 2, brokers = [{ id: "home" }], allow = [] }: RigOptions = {}) {
    this.box = new FakeBoxConsole({ clock: this.clock, slots, seed: "mqtt" });
    this.brokers = brokers.map(() => new FakeBroker());
    const slotOf = (id: string): SlotView => {
      const slot = this.box.slots().find((each) => each.id === id);
      if (slot === undefined) throw new AppError("slot.unknown", "there is no such slot", { hint: "List them." });
      return slot;
    };
    this.bridge = new MqttBridge({
      ...{ clock: this.clock, log: this.log, random: new SeededRandom("bridge"), box: "b1", version: "1.2.3" },
      now: () => this.clock.now(),
      views: this.box,
      machine: { facts: async () => this.facts },
      alerts: this.alerts,
      calls: {
        fact: () => ({
          ...{ problem: null, edge: "asterisk", accounts: 1, phones: 2, slots: [slotId("s1")], throttled: null },
        }),
        open: () => this.open,
      },
      fleet: {
        recover: async (id, rung) => {
          this.calls.push(`recover ${id} ${rung}`);
          return slotOf(id);
        },
        permitJoin: async (seconds) => {
          this.calls.push(`join ${seconds}`);
          return { open: seconds > 0, closes_at: seconds > 0 ? 5 : null, found: [] };
        },
      },
      ussd: {
        ask: async (slot, code) => {
          this.calls.push(`ussd ${slot} ${code}`);
          slotOf(slot);
          if (this.hang) await new Promise(() => {});
          return this.answer;
        },
        cancel: (slot) => this.calls.push(`cancel ${slot}`),
      },
      balances: {
        ask: async (slot) => {
          this.calls.push(`balance ${slot}`);
          return { amount: "4.20", currency: "EUR", at: unixMs(1) };
        },
      },
      brokers: brokers.map(({ id, discovery = "homeassistant" }, at) => ({
        ...{ id, url: `mqtt://${id}`, baseTopic: "numberbox", allow, discoveryPrefix: discovery },
        port: this.brokers[at] ?? new FakeBroker(),
      })),
    });
  }

  get broker(): FakeBroker {
    const [first] = this.brokers;
    if (first === undefined) throw new Error("the rig has no broker");
    return first;
  }

  async start(): Promise<void> {
    this.bridge.start();
    await this.clock.advance(seconds(1));
  }

  /** Lets changes be gathered and told. */
  async settle(): Promise<void> {
    await this.clock.advance(seconds(1));
  }

  json(topic: string): unknown {
    return JSON.parse(this.broker.retained.get(topic) ?? "null");
  }

  /** What was published since, without echoes of others. */
  since(mark: number): readonly FakeMessage[] {
    return this.broker.published.slice(mark);
  }

  async command(topic: string, payload: string, retain = false): Promise<MqttReply | null> {
    const mark = this.broker.published.length;
    this.broker.publish({ topic, payload, retain });
    await this.clock.flush();
    const reply = this.since(mark).find((message) => message.topic.includes("/reply/"));
    return reply === undefined ? null : (JSON.parse(reply.payload) as MqttReply);
  }
}
