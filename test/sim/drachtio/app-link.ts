// One application that is connected to the in-process drachtio-server.

import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { frame, parseWire, takeFrames, type WireMessage } from "./wire.ts";

export class AppLink {
  readonly routes = new Set<string>();
  authenticated = false;
  readonly #socket: Socket;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(
    socket: Socket,
    onMessage: (link: AppLink, message: WireMessage) => void,
    onClose: (link: AppLink) => void,
  ) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => onClose(this));
    socket.on("data", (chunk: Buffer) => {
      const { frames, rest } = takeFrames(Buffer.concat([this.#buffer, chunk]));
      this.#buffer = rest;
      for (const each of frames) onMessage(this, parseWire(each));
    });
  }

  /** `sip`: after the first line. */
  send(line: string, sip?: string): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(frame(`${randomUUID()}|${line}${sip === undefined ? "" : `\r\n${sip}`}`));
  }
  ok(to: string, more = ""): void {
    this.send(`response|${to}|OK${more === "" ? "" : `|${more}`}`);
  }
  refuse(to: string, reason: string): void {
    this.send(`response|${to}|NOK|${reason}`);
  }
  drop(): void {
    this.#socket.destroy();
  }
}
