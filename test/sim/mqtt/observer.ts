// Somebody else at a broker: hears what is published, and publishes.

import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";

export interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

export class Observer {
  readonly heard: Heard[] = [];
  readonly #client: MqttClient;
  readonly #waiting = new Set<() => void>();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on("error", () => {});
    client.on("message", (topic, payload, packet) => {
      this.heard.push({ topic, payload: payload.toString(), retained: packet.retain });
      for (const check of [...this.#waiting]) check();
    });
  }

  static async open(url: string, filters: readonly string[] = ["#"], options: IClientOptions = {}): Promise<Observer> {
    const client = await connectAsync(url, { reconnectPeriod: 0, ...options });
    const observer = new Observer(client);
    for (const filter of filters) await client.subscribeAsync(filter, { qos: 1 });
    return observer;
  }

  async publish(topic: string, payload: string, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, payload, { qos: 1, retain });
  }

  /** Resolves as soon as what was heard so far fits. */
  until(fits: (heard: readonly Heard[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!fits(this.heard)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true).catch(() => {});
  }
}
