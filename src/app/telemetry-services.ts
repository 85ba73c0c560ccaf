// Wires MQTT: brokers of the configuration with their secrets, and the box that they are told of.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { type CryptoSuite, Secret, systemCodeOf, toHex, utf8, wrapError } from "../base/index.ts";
import type { MqttBrokerSection } from "../config/index.ts";
import type { CallFeed } from "../core/index.ts";
import {
  BoxMetrics,
  type BrokerSecrets,
  type BrokerSettings,
  MqttBridge,
  type MqttBridgeDeps,
  mqttBroker,
} from "../telemetry/index.ts";
import { ownBrokerSections } from "./appliance/own-broker.ts";
import { createMachine } from "./machine-services.ts";
import type { Parts } from "./parts.ts";
import type { PublishingServices } from "./publishing-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface TelemetryDeps
  extends Pick<
      ServiceDeps,
      "config" | "dataFolder" | "suite" | "machine" | "fan" | "identity" | "version" | "time" | "chain" | "certificates"
    >,
    Pick<MqttBridgeDeps, "clock" | "random" | "log" | "views" | "fleet" | "ussd" | "balances" | "alerts"> {
  readonly publishing: Pick<PublishingServices, "publisher"> | null;
  /** Null on a box without calls. */
  readonly calls: CallFeed | null;
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

export interface TelemetryServices {
  readonly mqtt: MqttBridge;
  readonly metrics: BoxMetrics;
}

function countByState(publications: readonly { readonly state: string }[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of publications) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** Makes the bridge and the metrics; connects to nothing yet. */
export function createTelemetry(deps: TelemetryDeps): TelemetryServices {
  const { config, suite, identity, dataFolder, time, chain, publishing, alerts } = deps;
  const box = config.mqtt.box ?? boxTopicName(suite, identity.verify);
  const brokers = [...config.mqtt.brokers, ...ownBrokerSections(config)].map((each) =>
    brokerSettings(dataFolder, box, each),
  );
  const machine = createMachine(deps);
  const mqtt = new MqttBridge({ ...deps, now: () => time.now(), box, brokers, alerts, machine });
  const metrics = new BoxMetrics({
    ...{ ...deps, alerts, machine, mqtt },
    chain: chain?.console ?? null,
    publications: () => countByState(publishing?.publisher.list() ?? []),
    certificates: async () => deps.certificates(),
  });
  return { mqtt, metrics };
}

export function startTelemetry({ mqtt, metrics }: TelemetryServices, parts: Parts): void {
  metrics.start();
  parts.started("metrics", () => metrics.stop());
  mqtt.start();
  parts.started("mqtt", () => mqtt.stop());
}
