// A broker in memory that speaks the port itself, for tests of the link with a virtual clock. Held to the contract of the real ones.

import { AppError, stoppedError } from "../../../src/base/index.ts";
import type { BrokerConnection, BrokerPort, BrokerSession } from "../../../src/telemetry/index.ts";

export interface FakeMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

interface Client {
  readonly session: BrokerSession;
  isOpen: boolean;
  /** Publishes that the broker has not answered. */
  readonly waiting: Set<(error: AppError) => void>;
}

export function matches(filter: string, topic: string): boolean {
  const [want, have] = [filter.split("/"), topic.split("/")];
  for (const [at, part] of want.entries()) {
    if (part === "#") return true;
    if (part !== "+" && part !== have[at]) return false;
    if (have[at] === undefined) return false;
  }
  return want.length === have.length;
}

const lost = (): AppError =>
  new AppError("mqtt.lost", "the connection to the MQTT broker was lost", { retryable: true });

export class FakeBroker implements BrokerPort {
  readonly retained = new Map<string, string>();
  /** Everything that was published, in order. */
  readonly published: FakeMessage[] = [];
  readonly observers = new Set<(message: FakeMessage) => void>();
  /** Takes messages, but never acknowledges them. */
  mute = false;
  connects = 0;
  /** What the next attempts to connect get. */
  failure: AppError | null = null;
  readonly #clients = new Set<Client>();
  #isDown = false;

  connect(session: BrokerSession, signal: AbortSignal): Promise<BrokerConnection> {
    if (signal.aborted) return Promise.reject(stoppedError("connecting"));
    this.connects++;
    const failure = this.#isDown
      ? new AppError("mqtt.unreachable", "the MQTT broker cannot be reached", { retryable: true })
      : this.failure;
    if (failure !== null) return Promise.reject(failure);
    const client: Client = { session, isOpen: true, waiting: new Set() };
    this.#clients.add(client);
    for (const [topic, payload] of this.retained) this.#deliver(client, { topic, payload }, true);
    return Promise.resolve(this.#connection(client));
  }

  /** Published by somebody else. */
  publish({ topic, payload, retain }: FakeMessage): void {
    this.published.push({ topic, payload, retain });
    if (retain && payload === "") this.retained.delete(topic);
    else if (retain) this.retained.set(topic, payload);
    for (const client of this.#clients) this.#deliver(client, { topic, payload }, false);
    for (const observer of this.observers) observer({ topic, payload, retain: false });
  }

  /** All connections break; wills are published; nobody is let in until `comeBack`. */
  goDown(): void {
    this.#isDown = true;
    for (const client of [...this.#clients]) this.#break(client);
  }

  /** Retained messages are lost unless `kept`. */
  comeBack(options: { readonly kept: boolean } = { kept: false }): void {
    this.#isDown = false;
    if (!options.kept) this.retained.clear();
  }

  #connection(client: Client): BrokerConnection {
    return {
      refused: [],
      publish: (message) => this.#take(client, message),
      close: async () => {
        client.isOpen = false;
        this.#clients.delete(client);
      },
      abort: () => {
        if (!client.isOpen) return;
        client.isOpen = false;
        this.#clients.delete(client);
        for (const fail of client.waiting) fail(lost());
        this.#publishWill(client);
      },
    };
  }

  #take(client: Client, message: FakeMessage): Promise<void> {
    if (!client.isOpen) return Promise.reject(lost());
    this.publish(message);
    if (!this.mute) return Promise.resolve();
    return new Promise((_, reject) => client.waiting.add(reject));
  }

  #break(client: Client): void {
    client.isOpen = false;
    this.#clients.delete(client);
    for (const fail of client.waiting) fail(lost());
    this.#publishWill(client);
    client.session.onLost(lost());
  }

  #publishWill({ session: { will } }: Client): void {
    this.publish({ ...will, retain: true });
  }

  #deliver({ session }: Client, { topic, payload }: Pick<FakeMessage, "topic" | "payload">, retained: boolean): void {
    if (!session.subscriptions.some((filter) => matches(filter, topic))) return;
    session.onMessage({ topic, payload: new TextEncoder().encode(payload), retained });
  }
}
