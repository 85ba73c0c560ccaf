// Composes the box's web server from its parts, opens it, and closes it in order.

import { createServer, type Server } from "node:http";
import type { Express } from "express";
import { type Clock, type Logger, type Random, systemCodeOf, wrapError } from "../../base/index.ts";
import type {
  AnswerStore,
  AuditStore,
  BoxConsole,
  ChainConsole,
  DirectoryConsole,
  DoctorConsole,
  EscrowConsole,
  FleetConsole,
  FlowsConsole,
  PhoneConsole,
  PhoneInlet,
  PublishingConsole,
  SettingStore,
  UssdConsole,
} from "../../core/index.ts";
import { closeEntrance, openEntrance } from "./accounts/entrance.ts";
import type { SecretBox } from "./accounts/secret-box.ts";
import { webApp } from "./app.ts";
import { captivePortal } from "./captive-portal.ts";
import { type FlowsEditor, FlowsProxy } from "./flows-proxy.ts";
import { httpsServer, type TlsOptions } from "./https.ts";
import { Idempotency, MemoryAnswers } from "./idempotency.ts";
import { DEFAULT_WEB_LIMITS, type WebLimits } from "./limits.ts";
import { LiveFeed } from "./live-feed.ts";
import { liveUpgrade } from "./live-upgrade.ts";
import type { Operation } from "./operation.ts";
import { RequestLimits } from "./request-limits.ts";
import type { PaymentConsole } from "./routes-payments.ts";
import type { ProofConsole } from "./routes-proofs.ts";
import type { TelemetryWeb } from "./routes-telemetry.ts";

export interface WebOptions {
  /** Loopback unless the owner wants the console on the network. Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly box: BoxConsole;
  readonly fleet?: FleetConsole;
  readonly ussd?: UssdConsole;
  readonly chain?: ChainConsole;
  readonly payments?: PaymentConsole;
  readonly escrow?: EscrowConsole;
  readonly publishing?: PublishingConsole;
  readonly directory?: DirectoryConsole;
  readonly doctor?: DoctorConsole;
  readonly proofs?: ProofConsole;
  readonly phones: PhoneConsole & PhoneInlet;
  readonly telemetry?: TelemetryWeb;
  /** Routes of features that bring their own. */
  readonly operations?: readonly Operation[];
  /** Node-RED and where its editor is. */
  readonly flows?: { readonly console: FlowsConsole } & FlowsEditor;
  readonly version?: string;
  readonly settings: SettingStore;
  /** Seals what must be read back of users' secrets. Without it nobody has a second factor. */
  readonly secretBox?: SecretBox;
  /** Without it nobody writes down who changed what. */
  readonly audit?: AuditStore;
  /** The console over https too; plain http is then for this machine, and for the way to trust the box. */
  readonly tls?: TlsOptions;
  /** Where answers under an `Idempotency-Key` outlive the process. */
  readonly answers?: AnswerStore;
  /** Folder with the built pages. */
  readonly pages: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly limits?: Partial<WebLimits>;
  /** Host names the box is reached by, besides addresses, `localhost` and names under `.local`. */
  readonly names?: readonly string[];
  /** What the first visitor must type to claim the box. Without it the first visitor in time becomes the owner. */
  readonly claimCode?: string;
  /** The box's address in its own access point, null while that is closed; plain http answers there with one page. Without it: nowhere. */
  readonly accessPoint?: () => string | null;
  /** Told once, when the box has got its owner. */
  readonly onClaimed?: () => void;
  /** True when a TLS proxy on this machine stands in front; cookies are then `Secure`. */
  readonly behindProxy?: boolean;
}

export interface WebHandle {
  /** Where a browser on this machine opens the console. */
  readonly url: string;
  /** Null without TLS. */
  readonly httpsPort: number | null;
  /** Tells viewers, ends connections, frees the port. Idempotent. */
  stop(): Promise<void>;
}

function listen(server: Server, at: WebOptions["listen"]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const hint = "Choose another port or address, or end the program that uses this one.";
      const context = { host: at.host, port: at.port, reason: systemCodeOf(cause) ?? "unknown" };
      reject(
        wrapError(cause, "web.listen", `the console cannot listen on ${at.host} port ${at.port}`, { hint, context }),
      );
    });
    server.listen(at.port, at.host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : at.port);
    });
  });
}

function urlOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://127.0.0.1:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The console without TLS; in the own access point the page that leads to it. */
function plainServer(
  { tls, accessPoint = () => null }: WebOptions,
  { requestTimeout, httpsPort }: { readonly requestTimeout: number; readonly httpsPort: () => number },
  app: Express,
): Server {
  const portal = captivePortal({ address: accessPoint, httpsPort: tls === undefined ? () => null : httpsPort });
  return createServer({ requestTimeout, headersTimeout: requestTimeout }, (request, response) => {
    if (!portal(request, response)) app(request, response);
  });
}

/** Opens the console and REST v1. Errors: `web.listen`. */
export async function startWeb(options: WebOptions): Promise<WebHandle> {
  const { box, clock, log, names = [], tls } = options;
  const limits: WebLimits = { ...DEFAULT_WEB_LIMITS, ...options.limits };
  const entrance = await openEntrance({ ...options, limits });
  const feed = new LiveFeed({ box, clock, log, limits });
  const { bodyBytes, requestTimeout } = limits;
  const { behindProxy = false } = options;
  const flowsProxy =
    options.flows &&
    new FlowsProxy({ ...options, ...entrance, names, editor: options.flows, checkEvery: limits.livePing });
  // All of the consoles that there are: each has its routes.
  const common = { ...options, ...entrance, flowsProxy, names, behindProxy };
  const requestLimits = new RequestLimits({ clock, limits });
  const idempotency = new Idempotency({ clock, log, limits, store: options.answers ?? new MemoryAnswers() });
  let httpsPort = tls?.listen.port ?? 0;
  const own = { requestLimits, idempotency, phoneLimits: limits, httpsPort: () => httpsPort };
  const app = webApp({ ...common, ...own, bodyBytes });
  const upgrade = liveUpgrade({
    ...{ ...entrance, feed, names, flows: flowsProxy },
    ...{ maxViewers: limits.liveClients, secure: tls !== undefined },
  });
  const ready = <S extends Server>(server: S): S => {
    server.maxConnections = limits.connections;
    server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head));
    return server;
  };
  const server = ready(plainServer(options, { requestTimeout, httpsPort: () => httpsPort }, app));
  const port = await listen(server, options.listen);
  const servers = [server];
  if (tls !== undefined) {
    const over = ready(httpsServer(tls.source, limits, app));
    httpsPort = await listen(over, tls.listen).catch(async (error: unknown) => {
      await close(server);
      throw error;
    });
    servers.push(over);
  }
  for (const each of servers) {
    each.on("error", (error) => log.warn("web_server_error", { reason: systemCodeOf(error) ?? "unknown" }));
  }
  feed.start();
  const stop = async (): Promise<void> => {
    await feed.stop();
    flowsProxy?.stop();
    entrance.users.stop();
    await Promise.all(servers.map(close));
    await closeEntrance(entrance);
  };
  let stopped: Promise<void> | null = null;
  return {
    url: urlOf(options.listen.host, port),
    httpsPort: tls === undefined ? null : httpsPort,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
