// Composes the box's web server from its parts, opens it, and closes it in order.

import { createServer, type Server } from "node:http";
import { type Clock, type Logger, type Random, systemCodeOf, wrapError } from "../../base/index.ts";
import type {
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
import { Access } from "./access.ts";
import { Users } from "./accounts/users.ts";
import { ApiTokens } from "./api-tokens.ts";
import { webApp } from "./app.ts";
import { type FlowsEditor, FlowsProxy } from "./flows-proxy.ts";
import { DEFAULT_WEB_LIMITS, type WebLimits } from "./limits.ts";
import { LiveFeed } from "./live-feed.ts";
import { liveUpgrade } from "./live-upgrade.ts";
import type { Operation } from "./operation.ts";
import type { PaymentConsole } from "./routes-payments.ts";
import type { ProofConsole } from "./routes-proofs.ts";
import { Sessions } from "./sessions.ts";
import { SignInGuard } from "./sign-in-guard.ts";

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
  /** Routes of features that bring their own. */
  readonly operations?: readonly Operation[];
  /** Node-RED and where its editor is. */
  readonly flows?: { readonly console: FlowsConsole } & FlowsEditor;
  readonly version?: string;
  readonly settings: SettingStore;
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
  /** True when a TLS proxy on this machine stands in front; cookies are then `Secure`. */
  readonly behindProxy?: boolean;
}

export interface WebHandle {
  /** Where a browser on this machine opens the console. */
  readonly url: string;
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

/** Opens the console and REST v1. Errors: `web.listen`. */
export async function startWeb(options: WebOptions): Promise<WebHandle> {
  const { box, settings, clock, random, log, names = [] } = options;
  const limits: WebLimits = { ...DEFAULT_WEB_LIMITS, ...options.limits };
  const users = new Users({ settings, random, clock, limits, claimCode: options.claimCode });
  const tokens = new ApiTokens({ settings, random, clock, log });
  await tokens.load();
  const sessions = new Sessions({ settings, random, clock, log, limits });
  await sessions.load();
  const guard = new SignInGuard({ settings, clock, log, limits });
  await guard.load();
  const access = new Access({ users, tokens, sessions });
  const feed = new LiveFeed({ box, clock, log, limits });
  const { bodyBytes, requestTimeout } = limits;
  const { behindProxy = false } = options;
  const flowsProxy =
    options.flows && new FlowsProxy({ ...options, access, names, editor: options.flows, checkEvery: limits.livePing });
  // All of the consoles that there are: each has its routes.
  const common = { ...options, flowsProxy, access, users, tokens, sessions, guard, names, behindProxy };
  const app = webApp({ ...common, bodyBytes, phoneLimits: limits });
  const server = createServer({ requestTimeout, headersTimeout: requestTimeout }, app);
  server.maxConnections = limits.connections;
  const upgrade = liveUpgrade({ access, feed, names, flows: flowsProxy, maxViewers: limits.liveClients });
  server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head));
  const port = await listen(server, options.listen);
  server.on("error", (error) => log.warn("web_server_error", { reason: systemCodeOf(error) ?? "unknown" }));
  feed.start();
  const stop = async (): Promise<void> => {
    await feed.stop();
    flowsProxy?.stop();
    users.stop();
    await close(server);
    await guard.stop();
    tokens.stop();
    sessions.stop();
  };
  let stopped: Promise<void> | null = null;
  return {
    url: urlOf(options.listen.host, port),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
