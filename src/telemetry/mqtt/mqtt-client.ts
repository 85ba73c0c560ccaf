// The broker port over the package `mqtt`: one connection each time, without its own reconnecting, so that the link decides.

import { type IClientOptions, type MqttClient, connect as openClient } from "mqtt";
import { AppError, type ErrorCode, type Secret, stoppedError, systemCodeOf } from "../../base/index.ts";
import { MQTT_QOS } from "../../protocol/index.ts";
import type { BrokerConnection, BrokerPort, BrokerSession } from "./ports-broker.ts";

/** What is read anew for each connection: passwords and certificates are renewed while the box runs. */
export interface BrokerSecrets {
  readonly password?: Secret<string>;
  /** PEM. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret<string>;
}

export interface MqttClientOptions {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`, without credentials. */
  readonly url: string;
  readonly clientId: string;
  readonly user?: string | undefined;
  /** Errors: `mqtt.no_credentials`. */
  readonly secrets: () => Promise<BrokerSecrets>;
}

/** Seconds. A dead peer is noticed, and its will published, after one and a half times this. */
const KEEPALIVE = 30;
/** Nothing that the box listens to is longer; a broker that sends more is cut off before it fills the memory. */
const MAX_INBOUND_BYTES = 256 * 1024;

function optionsOf(
  { clientId, user }: MqttClientOptions,
  secrets: BrokerSecrets,
  session: BrokerSession,
): IClientOptions {
  const { password, ca, cert, key } = secrets;
  return {
    ...{ clientId, clean: true, reconnectPeriod: 0, resubscribe: false, queueQoSZero: false, keepalive: KEEPALIVE },
    ...{ manualConnect: true, protocolVersion: 4, connectTimeout: 60_000, rejectUnauthorized: true },
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: key.reveal() }),
    will: { topic: session.will.topic, payload: Buffer.from(session.will.payload), qos: MQTT_QOS, retain: true },
  };
}

interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const REFUSALS: Readonly<Record<number, Fault>> = {
  1: {
    ...{ code: "mqtt.refused", message: "the broker does not speak MQTT 3.1.1" },
    hint: "Use a broker of the last ten years.",
  },
  2: {
    ...{ code: "mqtt.refused", message: "the broker refuses the client id" },
    hint: "Set another `client_id` for this broker.",
  },
  3: {
    ...{ code: "mqtt.unreachable", message: "the broker is there but does not serve now" },
    hint: "Wait; the box tries again by itself.",
  },
  4: {
    ...{ code: "mqtt.bad_credentials", message: "the broker refuses user or password" },
    hint: "Check `user` and `password_file` of this broker.",
  },
  5: {
    ...{ code: "mqtt.bad_credentials", message: "the broker does not let the box in" },
    hint: "Check `user`, `password_file` and the client certificate of this broker.",
  },
};

function faultOf(cause: unknown): Fault {
  const system = systemCodeOf(cause) ?? "";
  if (/CERT|SIGNED|VERIFY|SSL|TLS|OSSL/.test(system))
    return {
      ...{ code: "mqtt.tls", message: "no secure connection to the MQTT broker" },
      hint: "Check `ca_file`, `cert_file`, `key_file` and the host name in the broker's certificate.",
    };
  const reason = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  const refused = typeof reason === "number" ? REFUSALS[reason] : undefined;
  return (
    refused ?? {
      ...{ code: "mqtt.unreachable", message: "the MQTT broker cannot be reached" },
      hint: "Check that it runs and that `url` is right; the box tries again by itself.",
    }
  );
}

function brokerError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const { code, message, hint } = faultOf(cause);
  return new AppError(code, message, { hint, retryable: true, cause, context: { reason: systemCodeOf(cause) ?? "" } });
}

function lostError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return new AppError("mqtt.lost", "the connection to the MQTT broker was lost", {
    hint: "The box connects again by itself.",
    retryable: true,
    cause,
  });
}

/** Cuts a broker off that sends more than one message may hold. */
function limitInbound(client: MqttClient): void {
  let size = 0;
  client.on("packetreceive", () => {
    size = 0;
  });
  client.stream.on("data", (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > MAX_INBOUND_BYTES)
      client.stream.destroy(new AppError("mqtt.too_large", "the broker sent too much at once"));
  });
}

/** Resolves with CONNACK. */
function accepted(client: MqttClient, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(stoppedError("connecting to the MQTT broker")));
    const settle = (done: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      done();
    };
    client.on("error", (error) => settle(() => reject(brokerError(error))));
    client.once("connect", () => settle(resolve));
    client.once("close", () => settle(() => reject(brokerError(undefined))));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

async function subscribe(client: MqttClient, topics: readonly string[]): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const topic of topics) {
    const grants = await client.subscribeAsync(topic, { qos: MQTT_QOS }).catch((error: unknown) => {
      if (client.connected) return [];
      throw error;
    });
    if (!grants.some(({ qos }) => qos <= MQTT_QOS)) refused.push(topic);
  }
  return refused;
}

class OpenConnection implements BrokerConnection {
  readonly #client: MqttClient;
  readonly refused: readonly string[];

  constructor(client: MqttClient, refused: readonly string[]) {
    this.#client = client;
    this.refused = refused;
  }

  publish({ topic, payload, retain }: Parameters<BrokerConnection["publish"]>[0]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#client.connected) {
        reject(lostError(undefined));
        return;
      }
      this.#client.publish(topic, payload, { qos: MQTT_QOS, retain }, (error) =>
        error ? reject(lostError(error)) : resolve(),
      );
    });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(false).catch(() => {});
  }

  abort(): void {
    this.#client.end(true);
  }
}

async function open(
  options: MqttClientOptions,
  session: BrokerSession,
  signal: AbortSignal,
): Promise<BrokerConnection> {
  const secrets = await options.secrets();
  if (signal.aborted) throw stoppedError("connecting to the MQTT broker");
  const client = openClient(options.url, optionsOf(options, secrets, session));
  // An error that nobody listens to would end the process.
  client.on("error", () => {});
  client.on("message", (topic, payload, packet) => session.onMessage({ topic, payload, retained: packet.retain }));
  try {
    client.connect();
    limitInbound(client);
    await accepted(client, signal);
    const refused = await subscribe(client, session.subscriptions);
    if (!client.connected) throw lostError(undefined);
    watch(client, session);
    return new OpenConnection(client, refused);
  } catch (error) {
    client.end(true);
    throw brokerError(error);
  }
}

/** Tells the loss of an open connection, unless it was closed from here. */
function watch(client: MqttClient, session: BrokerSession): void {
  let cause: unknown;
  client.on("error", (error) => {
    cause ??= error;
    // What is no MQTT does not close by itself.
    client.end(true);
  });
  client.once("close", () => {
    client.end(true);
    session.onLost(lostError(cause));
  });
}

export function mqttBroker(options: MqttClientOptions): BrokerPort {
  return { connect: (session, signal) => open(options, session, signal) };
}
