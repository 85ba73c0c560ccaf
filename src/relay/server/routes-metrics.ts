// `GET /metrics`: for this machine, and for who has the operator's token.

import type { IncomingMessage } from "node:http";
import { equalBytes, type Secret, utf8 } from "../../base/index.ts";
import type { RelayGauges, RelayMetrics } from "./metrics.ts";
import { type Operation, operation } from "./operation.ts";
import { refusal } from "./problems.ts";
import { addressKey, isLoopback } from "./rate-limits.ts";

export interface MetricsDeps {
  readonly metrics: RelayMetrics;
  readonly gauges: () => Promise<RelayGauges>;
  /** Null where only this machine may read. */
  readonly metricsToken: Secret<string> | null;
}

/** What a proxy on this machine passes on is from elsewhere. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const passedOn = headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
  return !passedOn && isLoopback(addressKey(socket.remoteAddress ?? ""));
}

function mayRead({ metricsToken }: MetricsDeps, request: IncomingMessage): boolean {
  const [, given] = /^Bearer (.{1,512})$/i.exec(request.headers.authorization ?? "") ?? [];
  if (metricsToken !== null && given !== undefined) return equalBytes(utf8(given), utf8(metricsToken.reveal()));
  return isLocal(request);
}

const TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function metricsOperations(deps: MetricsDeps): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/metrics", access: "open", counts: "read", tag: "Relay", file: "text/plain" },
      summary: "Counts and levels for Prometheus",
      description: "From the relay's own machine, or with the operator's token for it. No label names anybody.",
      errors: ["relay.unauthorized"],
      run: async ({ request }) => {
        if (!mayRead(deps, request)) throw refusal("relay.unauthorized", "metrics are for the operator");
        const text = await deps.metrics.page(await deps.gauges());
        return { special: { status: 200, body: null, text, headers: { "Content-Type": TYPE } } };
      },
    }),
  ];
}
