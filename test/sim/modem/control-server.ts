// HTTP around the control API: loopback only, JSON in and out, bounded bodies, coded errors.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AppError, type ErrorCode, isAppError, type Logger, messageOf } from "../../../src/base/index.ts";
import type { ControlRequest, ControlResponse } from "./control-api.ts";
import { listen } from "./tcp-slot.ts";

const MAX_BODY_BYTES = 262_144;
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  "sim.unknown_slot": 404,
  "sim.not_found": 404,
  "sim.method": 405,
  "sim.no_call": 409,
  "sim.too_large": 413,
};

export interface ControlServerOptions {
  /** Does what a request asks for. Throws coded errors. */
  readonly control: (request: ControlRequest) => ControlResponse;
  readonly log: Logger;
  /** Called after each request that was done, before its answer leaves. */
  readonly afterChange: () => void;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Listens on loopback; `port` 0 takes a free one. Returns the URL. Throws `sim.listen_failed`. */
  async start(port: number): Promise<string> {
    await listen(this.#server, port);
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request);
    const text = `${JSON.stringify(body)}\n`;
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(text);
  }

  async #answer(request: IncomingMessage): Promise<ControlResponse> {
    try {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const method = request.method ?? "GET";
      const body = parseBody(await readBody(request));
      const answer = this.#options.control({ method, path: url.pathname, query: url.searchParams, body });
      if (method !== "GET") this.#options.afterChange();
      return answer;
    } catch (error) {
      if (isAppError(error)) {
        const { code, message, hint } = error;
        return { status: STATUS[code] ?? 400, body: { code, message, hint: hint ?? null } };
      }
      this.#options.log.error("simulator_control_failed", { reason: messageOf(error) });
      const hint = "See the simulator's log.";
      return { status: 500, body: { code: "sim.failed", message: "the simulator failed", hint } };
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // The rest is read and dropped: leaving now would reset the connection before the client sees the answer.
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  if (size <= MAX_BODY_BYTES) return Buffer.concat(chunks);
  throw new AppError("sim.too_large", `a body has at most ${MAX_BODY_BYTES} bytes`, { hint: "Send less at once." });
}

function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new AppError("sim.bad_request", "the body is not JSON", { hint: "Send one JSON object." });
  }
}
