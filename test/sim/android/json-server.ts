// A small HTTP server for JSON on loopback: the app's own server and the simulator's control port.

import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { listen } from "../modem/tcp-slot.ts";

export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export class JsonServer {
  readonly #server: Server;

  constructor(answer: (request: JsonRequest) => JsonAnswer) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { status, body } = answerOf(answer, request, Buffer.concat(chunks).toString("utf8"));
        response.writeHead(status, { "content-type": "application/json" });
        response.end(body === undefined ? "" : JSON.stringify(body));
      });
    });
  }

  /** Returns the URL. Throws `sim.listen_failed`. */
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
}

function answerOf(
  answer: (request: JsonRequest) => JsonAnswer,
  incoming: { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders },
  text: string,
): JsonAnswer {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const { headers, method = "GET" } = incoming;
  try {
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return answer({ method, path: url.pathname, query: url.searchParams, headers, body });
  } catch (error) {
    return { status: 400, body: { message: error instanceof Error ? error.message : "bad request" } };
  }
}
