// One keep-alive HTTP connection that sends prepared requests, each after the answer to the one before. As little work as possible:
// what loads must cost less than what is loaded.

import { connect, type Socket } from "node:net";

const LENGTH = /content-length: *(\d+)/i;

export class HttpLane {
  readonly #socket: Socket;
  #text = "";
  #onAnswer: (status: number) => void = () => {};
  #onLost: (error: Error) => void = () => {};

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.setEncoding("latin1");
    this.#socket.on("data", (text) => this.#receive(String(text)));
    this.#socket.on("error", (error) => this.#onLost(error));
    this.#socket.on("close", () => this.#onLost(new Error("the connection was closed")));
  }

  /** Resolves with the status of the answer. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#onAnswer = resolve;
      this.#onLost = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#onLost = () => {};
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#text += text;
    const head = this.#text.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(LENGTH.exec(this.#text.slice(0, head))?.[1] ?? 0);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    this.#text = "";
    this.#onAnswer(status);
  }
}

/** The bytes of one request with a JSON body. */
export function jsonRequest(method: string, path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}`;
  return Buffer.from(`${head}\r\n\r\n${text}`);
}
