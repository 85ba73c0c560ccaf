// An HTTP server that answers as a test tells it: everything that may stand where a relay should.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export type OddAnswer = (response: ServerResponse, request: IncomingMessage) => void;

export class OddServer {
  readonly #server: Server;
  readonly #answers: OddAnswer[];
  /** `METHOD path` of every request whose body has arrived. */
  readonly requests: string[] = [];

  private constructor(answers: readonly OddAnswer[]) {
    this.#answers = [...answers];
    this.#server = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        this.requests.push(`${request.method} ${request.url?.split("?")[0]}`);
        // The last answer stands for all that follow.
        const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
        answer?.(response, request);
      });
    });
  }

  /** Gives the answers in turn; the last one again and again. */
  static async start(...answers: readonly OddAnswer[]): Promise<OddServer> {
    const odd = new OddServer(answers);
    odd.#server.listen(0, "127.0.0.1");
    await once(odd.#server, "listening");
    return odd;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("the server is not listening");
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): OddAnswer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

export const page =
  (status: number): OddAnswer =>
  (response) =>
    response.writeHead(status, { "content-type": "text/html" }).end("<html>Please log in to the hotel network</html>");

export const problem = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): OddAnswer =>
  json(status, { error: "no", code }, headers);
