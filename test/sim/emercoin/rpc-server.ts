// The node's HTTP: paths, credentials, limits, the queue that can be full, and the faults on the way.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Clock, millis } from "../../../src/base/index.ts";
import { listen } from "../modem/tcp-slot.ts";
import type { Faults } from "./faults.ts";
import { readJson } from "./json-values.ts";
import type { RpcDispatcher } from "./rpc-dispatch.ts";

const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** Threads and queue of the node's defaults: the 21st request at a time is refused. */
const MAX_PENDING = 4 + 16;
const WRONG_PASSWORD_MS = millis(250);
const HTML = "text/html; charset=ISO-8859-1";

export interface RpcServerOptions {
  readonly dispatcher: RpcDispatcher;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly user: string;
  readonly password: string;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The wallet a path names; undefined for a path that the node does not have. */
function walletOf(path: string): string | null | undefined {
  if (path === "/") return null;
  if (!path.startsWith("/wallet/")) return undefined;
  const name = path.slice("/wallet/".length);
  try {
    return decodeURIComponent(name);
  } catch {
    // A stray percent sign is part of the name.
    return name;
  }
}

function methodsOf(body: Buffer): readonly string[] {
  try {
    const request = readJson(body);
    const all = Array.isArray(request) ? request : [request];
    return all.flatMap((one) => {
      const method = typeof one === "object" && one !== null && !Array.isArray(one) ? one.method : undefined;
      return typeof method === "string" ? [method] : [];
    });
  } catch {
    // No JSON: a fault for any method can still hit it.
    return [];
  }
}

export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #server: Server;
  #pending = 0;
  #port = 0;
  /** Methods asked for so far, for tests. */
  readonly methods: string[] = [];

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#serve(request, response));
    // A client's broken request is its own matter.
    this.#server.on("clientError", (_, socket) => socket.destroy());
  }

  /** Listens on loopback; `port` 0 takes a free one, and a later start takes the same again. Throws `sim.listen_failed`. */
  async start(port = this.#port): Promise<string> {
    await listen(this.#server, port);
    const address = this.#server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : port;
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts every connection and refuses new ones. Idempotent. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("error", () => request.destroy());
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on("end", () => {
      void this.#handle(request, Buffer.concat(chunks)).then((answer) => {
        if (answer === null) request.socket.destroy();
        else send(response, answer);
      });
    });
  }

  /** Null cuts the connection. */
  async #handle(request: IncomingMessage, body: Buffer): Promise<Answer | null> {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const wallet = walletOf(path);
    if (wallet === undefined) return { status: 404, type: HTML, body: "" };
    if (this.#pending >= MAX_PENDING) return overload();
    this.#pending++;
    try {
      return await this.#work(request, body, wallet);
    } finally {
      this.#pending--;
    }
  }

  async #work(request: IncomingMessage, body: Buffer, wallet: string | null): Promise<Answer | null> {
    if (request.method !== "POST") {
      return { status: 405, type: HTML, body: "JSONRPC server handles only POST requests" };
    }
    const { authorization } = request.headers;
    const { clock, user, password, faults, dispatcher } = this.#options;
    if (authorization === undefined) return unauthorised();
    if (authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`) {
      // Against guessing; it holds a thread for so long.
      await clock.sleep(WRONG_PASSWORD_MS, "wrong RPC password");
      return unauthorised();
    }
    const methods = methodsOf(body);
    this.methods.push(...methods);
    const fault = faults.take(methods);
    if (fault?.kind === "queue_full") return overload();
    if (fault?.kind === "lost_request") return null;
    if (fault?.kind === "hang") await faults.released();
    if (fault?.kind === "slow") await clock.sleep(millis(fault.ms), "slow RPC answer");
    const { status, body: bytes } = await dispatcher.answer(body, wallet);
    return fault?.kind === "lost_answer" ? null : { status, type: "application/json", body: bytes };
  }
}

const overload = (): Answer => ({ status: 500, type: HTML, body: "Work queue depth exceeded" });

const unauthorised = (): Answer => ({
  status: 401,
  type: HTML,
  body: "",
  headers: { "www-authenticate": 'Basic realm="jsonrpc"' },
});

function send(response: ServerResponse, { status, type, body, headers = {} }: Answer): void {
  response.writeHead(status, {
    ...headers,
    "content-type": type,
    "content-length": String(Buffer.byteLength(body)),
  });
  response.end(body);
}
