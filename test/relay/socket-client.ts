// A WebSocket client of a test: keeps every frame, lets the test wait for the next one.

import { WebSocket } from "ws";
import { type Deferred, deferred } from "../../src/base/index.ts";
import { type WsServerFrame, wsServerFrame } from "../../src/protocol/index.ts";

export interface SocketClientOptions {
  /** False makes the client deaf to pings, as a half-open connection is. */
  readonly autoPong?: boolean;
}

export class SocketClient {
  readonly socket: WebSocket;
  readonly frames: WsServerFrame[] = [];
  readonly closed: Promise<number>;
  #read = 0;
  #arrived: Deferred<void> = deferred();

  constructor(url: string, options: SocketClientOptions = {}) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { autoPong: options.autoPong ?? true });
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      this.frames.push(wsServerFrame.parse(JSON.parse(String(data))));
      this.#arrived.resolve();
    });
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) {
      await new Promise((resolve) => this.socket.once("open", resolve));
    }
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The next frame that no test line has taken yet. */
  async next(): Promise<WsServerFrame> {
    for (;;) {
      const frame = this.frames[this.#read];
      if (frame !== undefined) {
        this.#read++;
        return frame;
      }
      this.#arrived = deferred();
      await this.#arrived.promise;
    }
  }

  /** The `seq` of the next `count` messages. */
  async seqs(count: number): Promise<readonly (number | null)[]> {
    const seqs: (number | null)[] = [];
    while (seqs.length < count) {
      const frame = await this.next();
      if (frame.type !== "sms") throw new Error(`expected a message, got ${JSON.stringify(frame)}`);
      seqs.push(frame.seq);
    }
    return seqs;
  }

  /** Connects, authenticates and waits for `ready`. */
  static async ready(
    url: string,
    auth: { readonly token: string; readonly after?: number; readonly epoch?: string; readonly rentals?: boolean },
    options: SocketClientOptions = {},
  ): Promise<SocketClient> {
    const client = await new SocketClient(url, options).opened();
    client.send({ type: "auth", ...auth });
    const frame = await client.next();
    if (frame.type !== "ready") throw new Error(`expected ready, got ${JSON.stringify(frame)}`);
    return client;
  }
}
