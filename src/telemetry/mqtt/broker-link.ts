// Keeps one broker told: connects, sends what the queue holds, and connects again. Runs the effects of `stepBroker`.

import {
  AppError,
  type Clock,
  type Disposer,
  hasCode,
  type Logger,
  millis,
  type Random,
  randomFraction,
  seconds,
  type UnixMs,
  withDeadline,
  wrapError,
} from "../../base/index.ts";
import { type BrokerEffect, type BrokerInput, type BrokerPhase, stepBroker } from "./link-machine.ts";
import { type Outbound, OutboundQueue, type QueueLimits } from "./outbound-queue.ts";
import type { BrokerConnection, BrokerMessage, BrokerPort } from "./ports-broker.ts";

export interface BrokerLinkDeps {
  readonly port: BrokerPort;
  readonly clock: Clock;
  readonly now: () => UnixMs;
  readonly random: Random;
  readonly log: Logger;
  /** Retained `online`, and `offline` as the last will. */
  readonly availability: string;
  readonly subscriptions: readonly string[];
  readonly onMessage: (message: BrokerMessage) => void;
  readonly limits?: QueueLimits;
}

export interface LinkFacts {
  readonly state: "connecting" | "online" | "waiting" | "stopped";
  readonly since: UnixMs;
  readonly problem: AppError | null;
  readonly published: number;
  readonly connects: number;
}

/** Messages that the broker has not acknowledged yet. */
const WINDOW = 16;
const CONNECT_LIMIT = seconds(20);
/** A broker that takes nothing for so long is gone, whatever TCP says. */
const ACK_LIMIT = seconds(30);
/** Within the time that a part of the box has to stop. */
const LEAVE_LIMIT = millis(1500);

export class BrokerLink {
  readonly #deps: BrokerLinkDeps;
  readonly #queue: OutboundQueue;
  #phase: BrokerPhase = { kind: "idle" };
  #since: UnixMs;
  #problem: AppError | null = null;
  #connection: BrokerConnection | null = null;
  #attempt = new AbortController();
  #timer: Disposer = () => {};
  #flying = new Set<Outbound>();
  #left: Promise<void> = Promise.resolve();
  #published = 0;
  #connects = 0;

  constructor(deps: BrokerLinkDeps) {
    this.#deps = deps;
    this.#queue = new OutboundQueue(deps.limits);
    this.#since = deps.now();
  }

  get queue(): Pick<OutboundQueue, "waiting" | "dropped" | "holds"> {
    return this.#queue;
  }

  facts(): LinkFacts {
    const { kind } = this.#phase;
    return {
      state: kind === "idle" ? "connecting" : kind,
      since: this.#since,
      problem: this.#problem,
      published: this.#published,
      connects: this.#connects,
    };
  }

  start(): void {
    this.#queue.put({ topic: this.#deps.availability, payload: "online", kind: "state" });
    this.#input({ type: "start" });
  }

  /** Says `offline` where the broker is there; resolves when nothing of it runs any more. Idempotent. */
  stop(): Promise<void> {
    this.#input({ type: "stop" });
    return this.#left;
  }

  publish(message: Outbound): void {
    this.#queue.put(message);
    this.#pump();
  }

  /** The broker has lost this state, or somebody changed it; without a topic: all of them. */
  again(topic?: string): void {
    if (topic === undefined) this.#queue.allAgain();
    else this.#queue.again(topic);
    this.#pump();
  }

  #input(input: BrokerInput): void {
    const { state, effects } = stepBroker(this.#phase, input);
    if (state.kind !== this.#phase.kind) this.#since = this.#deps.now();
    this.#phase = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: BrokerEffect): void {
    switch (effect.type) {
      case "connect":
        void this.#connect();
        return;
      case "publish_all":
        this.#queue.allAgain();
        this.#pump();
        return;
      case "wait":
        this.#timer = this.#deps.clock.after(effect.delay, "connecting to the MQTT broker", () =>
          this.#input({ type: "due" }),
        );
        return;
      case "leave":
        this.#left = this.#leave();
        return;
      case "abandon":
        this.#timer();
        this.#attempt.abort();
        return;
    }
  }

  async #connect(): Promise<void> {
    const { port, clock, availability: topic, subscriptions, onMessage } = this.#deps;
    const attempt = new AbortController();
    this.#attempt = attempt;
    let connection: BrokerConnection | null = null;
    const session = {
      will: { topic, payload: "offline" },
      subscriptions,
      onMessage,
      onLost: (error: AppError) => this.#lost(connection, error),
    };
    try {
      connection = await withDeadline(port.connect(session, attempt.signal), {
        ...{ clock, timeout: CONNECT_LIMIT, signal: attempt.signal },
        what: "connecting to the MQTT broker",
      });
    } catch (error) {
      attempt.abort();
      this.#failed(wrapError(error, "mqtt.unreachable", "the MQTT broker cannot be reached", { retryable: true }));
      return;
    }
    this.#opened(connection);
  }

  #opened(connection: BrokerConnection): void {
    if (this.#phase.kind !== "connecting") {
      connection.abort();
      return;
    }
    this.#connection = connection;
    this.#connects++;
    this.#problem = connection.refused.length === 0 ? null : notAllowed(connection.refused);
    this.#deps.log.info("mqtt_online", { refused: connection.refused.length });
    this.#input({ type: "connected", now: this.#deps.clock.monotonic() });
  }

  #lost(connection: BrokerConnection | null, error: AppError): void {
    if (connection === null || connection !== this.#connection) return;
    this.#connection = null;
    this.#queue.returned([...this.#flying]);
    this.#flying = new Set();
    this.#failed(error);
  }

  #failed(error: AppError): void {
    if (this.#phase.kind === "stopped") return;
    const { clock, random, log } = this.#deps;
    // Once for an outage, not with each attempt.
    if (this.#problem?.code !== error.code) log.warn("mqtt_offline", { reason: error.code });
    this.#problem = error;
    this.#input({ type: "failed", now: clock.monotonic(), fraction: randomFraction(random) });
  }

  #pump(): void {
    const connection = this.#connection;
    if (connection === null || this.#phase.kind !== "online") return;
    while (this.#flying.size < WINDOW) {
      const message = this.#queue.take();
      if (message === null) return;
      this.#flying.add(message);
      void this.#send(connection, message);
    }
  }

  async #send(connection: BrokerConnection, message: Outbound): Promise<void> {
    const { topic, payload, kind } = message;
    try {
      const acknowledged = connection.publish({ topic, payload, retain: kind === "state" });
      await withDeadline(acknowledged, { clock: this.#deps.clock, timeout: ACK_LIMIT, what: "the broker's answer" });
    } catch (cause) {
      if (connection !== this.#connection) return;
      connection.abort();
      this.#lost(connection, hasCode(cause, "base.timeout") ? silent() : lost(cause));
      return;
    }
    if (connection !== this.#connection) return;
    this.#flying.delete(message);
    this.#queue.sent(message);
    this.#published++;
    this.#pump();
  }

  async #leave(): Promise<void> {
    const { clock, availability: topic, log } = this.#deps;
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    const goodbye = async (): Promise<void> => {
      await connection.publish({ topic, payload: "offline", retain: true });
      await connection.close();
    };
    await withDeadline(goodbye(), { clock, timeout: LEAVE_LIMIT, what: "leaving the MQTT broker" }).catch(() => {
      log.info("mqtt_left_without_answer");
      // The broker then says it by the will.
      connection.abort();
    });
  }
}

const lost = (cause: unknown): AppError =>
  wrapError(cause, "mqtt.lost", "the connection to the MQTT broker was lost", { retryable: true });

const silent = (): AppError =>
  new AppError("mqtt.silent", "the MQTT broker takes messages but acknowledges none", {
    hint: "Look at the broker's log; the box connects again by itself.",
    retryable: true,
  });

function notAllowed(refused: readonly string[]): AppError {
  return new AppError("mqtt.not_allowed", `the broker does not let the box listen to ${refused.length} topic(s)`, {
    hint: "Allow the box's user what `systemd/mosquitto/numberbox.acl` allows it; commands do not arrive until then.",
    context: { topics: refused.length },
  });
}
