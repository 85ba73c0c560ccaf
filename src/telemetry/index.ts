// Public face of `telemetry`: MQTT and metrics for the systems that watch the box.

export { BoxMetrics, type BoxMetricsDeps } from "./metrics/box-metrics.ts";
export type { CertificateFact } from "./metrics/samples.ts";
export { shippedFile } from "./metrics/shipped-files.ts";
export type { BrokerSettings } from "./mqtt/broker-channel.ts";
export { MqttBridge, type MqttBridgeDeps } from "./mqtt/mqtt-bridge.ts";
export { type BrokerSecrets, type MqttClientOptions, mqttBroker } from "./mqtt/mqtt-client.ts";
export type * from "./mqtt/ports-broker.ts";
