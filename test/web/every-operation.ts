// The web application with every console there is, none of which can do anything: for what is said of routes, not for what they do.

import type { Express } from "express";
import { silentLogger } from "../../src/base/index.ts";
import {
  alertOperations,
  backupOperations,
  callOperations,
  deliveryOperations,
  eventOperations,
  hostOperations,
  keptOperations,
  networkOperations,
  outboxOperations,
  ownBrokerOperations,
  settingsOperations,
  signalOperations,
  supportOperations,
  updateOperations,
  webhookOperations,
  wizardOperations,
} from "../../src/web/index.ts";
import { type AppDeps, everyOperation, webApp } from "../../src/web/server/app.ts";
import { DEFAULT_WEB_LIMITS } from "../../src/web/server/limits.ts";
import type { Operation } from "../../src/web/server/operation.ts";

/** Whatever is read of it is another one; whatever is called fails. */
function nothing(): object {
  return new Proxy(() => {}, {
    get: (_target, name) => (name === "then" ? undefined : nothing()),
    apply: () => {
      throw new Error("the consoles of this fixture do nothing");
    },
  });
}

const CONSOLES = [
  ...[
    "box",
    "fleet",
    "ussd",
    "phones",
    "payments",
    "chain",
    "publishing",
    "directory",
    "escrow",
    "doctor",
    "proofs",
    "flows",
    "telemetry",
  ],
  ...["users", "tokens", "sessions", "access", "guard", "requestLimits", "idempotency"],
] as const;

/** Of features that the box hands to its web server. */
const FEATURES: readonly ((console: never) => readonly Operation[])[] = [
  alertOperations,
  backupOperations,
  callOperations,
  deliveryOperations,
  eventOperations,
  hostOperations,
  keptOperations,
  networkOperations,
  outboxOperations,
  ownBrokerOperations,
  settingsOperations,
  signalOperations,
  supportOperations,
  updateOperations,
  webhookOperations,
  wizardOperations,
];

function depsOfEverything(): AppDeps {
  const consoles = Object.fromEntries(CONSOLES.map((name) => [name, nothing()]));
  const operations = FEATURES.flatMap((feature) => feature(nothing() as never));
  const rest = { log: silentLogger, names: [], pages: "/nowhere", behindProxy: false, bodyBytes: 1000, version: "1" };
  return { ...consoles, ...rest, phoneLimits: DEFAULT_WEB_LIMITS, operations } as unknown as AppDeps;
}

export const appOfEverything = (): Express => webApp(depsOfEverything());
export const operationsOfEverything = (): readonly Operation[] => everyOperation(depsOfEverything());

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle?: { readonly stack?: readonly Layer[] };
}

/** `get /slots/{id}` of every route below `/api/v1` that express has. */
export function routesOf(app: Express): readonly string[] {
  const layers = (stack: readonly Layer[]): readonly string[] =>
    stack.flatMap(({ route, handle }) => {
      if (route === undefined) return layers(handle?.stack ?? []);
      // Several at once are the pages.
      if (typeof route.path !== "string") return [];
      const path = route.path.replace(/:(\w+)/g, "{$1}");
      return Object.keys(route.methods).map((method) => `${method} ${path}`);
    });
  return layers(app.router.stack as unknown as readonly Layer[]);
}
