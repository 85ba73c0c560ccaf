// Wires MQTT: brokers of the configuration with their secrets, and the box that they are told of.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { type CryptoSuite, Secret, systemCodeOf, toHex, utf8, wrapError } from "../base/index.ts";
import type { MqttBrokerSection } from "../config/index.ts";
import {
  type BrokerSecrets,
  type BrokerSettings,
  MqttBridge,
  type MqttBridgeDeps,
  mqttBroker,
} from "../telemetry/index.ts";
import { createMachine } from "./machine-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface TelemetryDeps
  extends Pick<ServiceDeps, "config" | "dataFolder" | "suite" | "machine" | "identity" | "version" | "time">,
    Pick<MqttBridgeDeps, "clock" | "random" | "log" | "views" | "fleet" | "ussd" | "balances"> {
  /** Null on a box without alerts. */
  readonly alerts?: MqttBridgeDeps["alerts"];
}

async function readSecret(folder: string, file: string): Promise<string> {
  const path = isAbsolute(file) ? file : join(folder, file);
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    throw wrapError(cause, "mqtt.no_credentials", `${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check the section `mqtt` of the configuration, and who may read the file.",
      retryable: true,
    });
  }
}

async function secretsOf(folder: string, section: MqttBrokerSection): Promise<BrokerSecrets> {
  const { password_file: password, ca_file: ca, cert_file: cert, key_file: key } = section;
  return {
    ...(password === undefined ? {} : { password: new Secret(await readSecret(folder, password)) }),
    ...(ca === undefined ? {} : { ca: await readSecret(folder, ca) }),
    ...(cert === undefined ? {} : { cert: await readSecret(folder, cert) }),
    ...(key === undefined ? {} : { key: new Secret(await readSecret(folder, key)) }),
  };
}

/** A name for topics that says nothing to who does not know the box, and stays when its configuration changes. */
export function boxTopicName(suite: CryptoSuite, verify: Uint8Array): string {
  const domain = utf8("numberbox/mqtt/v1");
  return toHex(suite.sha256(new Uint8Array([...domain, ...verify]))).slice(0, 10);
}

function brokerSettings(folder: string, box: string, section: MqttBrokerSection): BrokerSettings {
  const { id, url, base_topic: baseTopic, discovery, allow, user, client_id: client } = section;
  const port = mqttBroker({
    ...{ url, user },
    clientId: client ?? `numberbox-${box}`,
    secrets: () => secretsOf(folder, section),
  });
  return { id, url, baseTopic, discoveryPrefix: discovery.enabled ? discovery.prefix : null, allow, port };
}

/** Makes the bridge; connects to nothing yet. */
export function createMqtt(deps: TelemetryDeps): MqttBridge {
  const { config, suite, identity, dataFolder, time, alerts = null } = deps;
  const box = config.mqtt.box ?? boxTopicName(suite, identity.verify);
  const brokers = config.mqtt.brokers.map((each) => brokerSettings(dataFolder, box, each));
  return new MqttBridge({ ...deps, now: () => time.now(), box, brokers, alerts, machine: createMachine(deps) });
}
