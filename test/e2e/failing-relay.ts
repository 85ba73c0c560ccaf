// A relay whose every answer is 500: what a proxy shows when the relay behind it is broken.

import { createServer, type Server } from "node:http";

export class FailingRelay {
  readonly #server: Server;
  /** Requests it has answered so far. */
  asked = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked++;
      request.resume();
      response.writeHead(500, { "content-type": "text/html" }).end("<h1>Internal Server Error</h1>");
    });
  }

  static async listen(url: string): Promise<FailingRelay> {
    const relay = new FailingRelay();
    await new Promise<void>((resolve, reject) => {
      relay.#server.once("error", reject).listen(Number(new URL(url).port), "127.0.0.1", resolve);
    });
    return relay;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
