// The relay's HTTP server: limits by address, the short way for `POST /forward`, express for the rest, upgrades for `/ws`.

import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { z } from "zod";
import {
  type AppError,
  type Clock,
  deferred,
  type Logger,
  seconds,
  systemCodeOf,
  withDeadline,
  wrapError,
} from "../../base/index.ts";
import { clientFault } from "./client-faults.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Forwarding } from "./forwarding.ts";
import type { BodyReader } from "./http-body.ts";
import { sendProblem, sendReply } from "./http-reply.ts";
import type { LiveHub } from "./live-hub.ts";
import type { RelayMetrics } from "./metrics.ts";
import { limited, problemOf, refusal } from "./problems.ts";
import { addressKey, isLoopback, type RateLimits } from "./rate-limits.ts";
import { MAX_FORWARD_BYTES } from "./routes-mailbox.ts";

export interface HttpFrontDeps {
  readonly forwarding: Forwarding;
  /** Every route but `/forward`. */
  readonly app: RequestListener;
  readonly dashboard: Dashboard;
  readonly hub: LiveHub;
  readonly limits: RateLimits;
  readonly bodies: BodyReader;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: RelayMetrics;
  readonly caps: ConnectionCaps;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ConnectionCaps {
  readonly connections: number;
  /** Not counted of this machine where a proxy on it is trusted. */
  readonly perAddress: number;
  readonly trustLocalProxy: boolean;
}

const HEADERS_DEADLINE = seconds(10);
const REQUEST_DEADLINE = seconds(30);
/** Longer than a box's pause between two messages, so that its connection stays. */
const KEEP_ALIVE = seconds(65);
/** Node looks for slow ones this often. */
const LOOK_FOR_SLOW = seconds(5);
/** A connection on which nothing moves, in either direction, longer than any question is held open. */
const SILENCE = seconds(120);
const MAX_HEADER_BYTES = 8 * 1024;
const STOP_DEADLINE = seconds(1);

/** Every path is there with its version in front, too. */
const VERSION = "/v1";

function dropVersion(request: IncomingMessage): void {
  if (request.url?.startsWith(`${VERSION}/`)) request.url = request.url.slice(VERSION.length);
}

const matchedRoute = z.object({ route: z.object({ path: z.union([z.string(), z.array(z.string())]) }) });

/** What express has matched, for the metrics: an address never becomes a label. */
function routeOf(request: IncomingMessage): string {
  if (request.method === "POST" && pathOf(request) === "/forward") return "/forward";
  const matched = matchedRoute.safeParse(request);
  return matched.success ? ([matched.data.route.path].flat()[0] ?? "none") : "none";
}

const pathOf = (request: IncomingMessage): string => (request.url ?? "/").split("?", 1)[0] ?? "/";

export class HttpFront {
  readonly #deps: HttpFrontDeps;
  readonly #server: Server;
  readonly #idle = deferred<void>();
  readonly #byAddress = new Map<string, number>();
  #connections = 0;
  #inFlight = 0;
  #stopping = false;

  constructor(deps: HttpFrontDeps) {
    this.#deps = deps;
    this.#server = createServer({
      headersTimeout: HEADERS_DEADLINE,
      requestTimeout: REQUEST_DEADLINE,
      keepAliveTimeout: KEEP_ALIVE,
      connectionsCheckingInterval: LOOK_FOR_SLOW,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Whoever offers HTTP/2 on the way, as some clients do by default, is answered by HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    });
    this.#server.maxConnections = deps.caps.connections;
    this.#server.setTimeout(SILENCE, (socket) => {
      deps.metrics.limit("silence");
      socket.destroy();
    });
  }

  /** Starts listening; resolves with the port. Rejects with `relay.cannot_listen`. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.on("request", (request, response) => void this.#onRequest(request, response));
    this.#server.on("upgrade", (request, socket, head) => void this.#onUpgrade(request, socket, head));
    this.#server.on("clientError", (cause, socket) => this.#onClientError(cause, socket));
    this.#server.on("connection", (socket) => this.#onConnection(socket));
    this.#server.on("drop", () => this.#deps.metrics.limit("connections"));
    const listening = deferred<void>();
    // Later ones (no file handle left for a connection) pass by themselves.
    this.#server.on("error", (cause) => {
      listening.reject(cannotListen(cause, host, port));
      this.#deps.log.warn("relay_server_error", { system: systemCodeOf(cause) });
    });
    this.#server.listen(port, host, () => listening.resolve());
    await listening.promise;
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Takes no new request, lets those under way end for up to a second, then closes every connection. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    if (this.#inFlight > 0) {
      const wait = { clock: this.#deps.clock, timeout: STOP_DEADLINE, what: "requests under way" };
      await withDeadline(this.#idle.promise, wait).catch(() => this.#deps.log.warn("relay_requests_cut_off"));
    }
    this.#server.closeAllConnections();
    await closed;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections;
  }

  /** Whoever has too many connections open is told so, and none of his bytes is read. */
  #onConnection(socket: Socket): void {
    const { caps, metrics } = this.#deps;
    const address = addressKey(socket.remoteAddress ?? "");
    const open = (this.#byAddress.get(address) ?? 0) + 1;
    this.#connections++;
    this.#byAddress.set(address, open);
    socket.once("close", () => {
      this.#connections--;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    });
    if (open <= caps.perAddress || (caps.trustLocalProxy && isLoopback(address))) return;
    const message = "this address has too many connections open";
    const error = limited("relay.rate_limited", "connections_of_address", { message, wait: seconds(10) });
    metrics.refused(error);
    socket.on("error", () => socket.destroy());
    refuseRaw(socket, error);
    socket.destroySoon();
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight++;
    response.once("close", () => {
      this.#inFlight--;
      this.#deps.metrics.request(routeOf(request), response.statusCode);
      if (this.#stopping && this.#inFlight === 0) this.#idle.resolve();
    });
    try {
      await this.#admit(request);
      dropVersion(request);
      const path = pathOf(request);
      if (request.method === "POST" && path === "/forward") return await this.#forward(request, response);
      if (this.#deps.dashboard.owns(path)) return this.#deps.dashboard.answer(request, response, path);
      // Express answers a malformed escape with an error of its own; no route of ours has any escape.
      if (path.includes("%")) throw refusal("relay.unknown_route", "the relay has no such route");
      this.#deps.app(request, response);
    } catch (error) {
      sendProblem(response, error, this.#deps);
    }
  }

  /** What holds for every request before anything of its body is read. */
  async #admit(request: IncomingMessage): Promise<void> {
    if (this.#stopping) throw refusal("relay.stopping", "the relay is stopping", seconds(2));
    await this.#deps.limits.take("request", this.#deps.addressOf(request));
  }

  /** Without express: this is the one route whose speed counts. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { forwarding, bodies, clock, metrics, addressOf } = this.#deps;
    const body = await forwarding.forward(await bodies.read(request, MAX_FORWARD_BYTES), addressOf(request));
    metrics.forwarded(body.status);
    sendReply(response, { status: 200, body }, clock);
  }

  /** Bytes that are no HTTP request, or too slowly become one. */
  #onClientError(cause: Error, socket: Duplex): void {
    if (socket.destroyed || !socket.writable || systemCodeOf(cause) === "ECONNRESET") {
      socket.destroy();
      return;
    }
    const error = clientFault(systemCodeOf(cause), MAX_HEADER_BYTES);
    this.#deps.metrics.refused(error);
    refuseRaw(socket, error);
  }

  async #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until it is a WebSocket, an error of the connection only means that nobody waits for the answer.
    socket.on("error", () => socket.destroy());
    try {
      await this.#admit(request);
      dropVersion(request);
      if (pathOf(request) !== "/ws") throw refusal("relay.unknown_route", "WebSockets are served on /ws only");
      this.#deps.hub.accept(request, socket, { head, address: this.#deps.addressOf(request) });
    } catch (error) {
      this.#deps.metrics.refused(error);
      refuseRaw(socket, error);
    }
  }
}

/** Answers on a connection that has no response object. */
function refuseRaw(socket: Duplex, error: unknown): void {
  const { status, body, retryAfterSeconds } = problemOf(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
}

function cannotListen(cause: unknown, host: string, port: number): AppError {
  return wrapError(cause, "relay.cannot_listen", `the relay cannot listen on ${host}:${port}`, {
    hint: "Choose a free port, or end what listens there.",
    context: { system: systemCodeOf(cause) ?? null },
  });
}
