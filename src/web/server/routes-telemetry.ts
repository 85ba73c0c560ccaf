// REST: MQTT brokers, and what Prometheus and Grafana take. `/metrics` itself is not below `/api/v1`: scrapers look there.

import type { Request, RequestHandler, Response } from "express";
import type { MetricsConsole, MqttConsole } from "../../core/index.ts";
import { mqttView } from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { type Operation, operation } from "./operation.ts";

export interface TelemetryWeb {
  readonly mqtt: MqttConsole;
  readonly metrics: MetricsConsole;
}

/** Prometheus' text format. */
const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

export function telemetryOperations({ mqtt, metrics }: TelemetryWeb): readonly Operation[] {
  const common = { method: "get", scope: "read", tag: "Telemetry" } as const;
  return [
    operation({
      ...{ ...common, path: "/mqtt", reply: mqttView },
      summary: "The MQTT brokers, and the table of topics",
      run: () => ({ brokers: [...mqtt.brokers()], topics: [...mqtt.topics()] }),
    }),
    operation({
      ...{ ...common, path: "/metrics/dashboard", download: "application/json" },
      summary: "A Grafana dashboard for these metrics",
      run: () => metrics.file("dashboard"),
    }),
    operation({
      ...{ ...common, path: "/metrics/rules", download: "application/yaml" },
      summary: "Alert rules for Prometheus",
      run: () => metrics.file("rules"),
    }),
  ];
}

/** `GET /metrics`, for a token with the scope `read`. */
export function metricsHandlers(metrics: MetricsConsole, access: Access): readonly RequestHandler[] {
  const answer: RequestHandler = async (_request: Request, response: Response) => {
    response.type(TEXT_FORMAT).send(await metrics.page());
  };
  return [allowWith(access)("read"), answer];
}
