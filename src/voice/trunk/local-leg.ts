// The end of a trunk on the loopback: a UDP port that a SIP server takes for its peer. It outlives the connection behind it for a while,
// so that calls do not end because a line was cut for a moment.

import { createSocket, type Socket } from "node:dgram";
import { AppError, type Logger, systemCodeOf } from "../../base/index.ts";
import { intoTrunk, type LocalAddress, ontoLoopback } from "./rewrite.ts";
import { parseSipText, type SipText, sipBytes } from "./sip-text.ts";

export interface LocalLegOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** The SIP server: nothing from elsewhere is read. */
  readonly server: LocalAddress;
  /** A message of the server, made ready for the trunk. */
  readonly onMessage: (message: SipText) => void;
  readonly log: Logger;
}

export class LocalLeg {
  readonly address: LocalAddress;
  readonly #options: LocalLegOptions;
  readonly #socket: Socket;

  private constructor(options: LocalLegOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.address = { host: options.host, port: socket.address().port };
    socket.on("message", (bytes, from) => this.#take(bytes, from));
    socket.on("error", (error) => options.log.warn("trunk_socket_error", { reason: systemCodeOf(error) ?? "" }));
  }

  /** Errors: `voice.trunk_port`. */
  static async open(options: LocalLegOptions): Promise<LocalLeg> {
    const socket = createSocket(options.host.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (cause) => {
        const text = `UDP port ${options.port} of the loopback cannot be used for the trunk`;
        reject(
          new AppError("voice.trunk_port", text, {
            hint: "Choose another asterisk.sip_port: the one above it is the trunk's.",
            cause,
          }),
        );
      });
      socket.bind(options.port, options.host, resolve);
    });
    return new LocalLeg(options, socket);
  }

  /** Hands a message of the trunk to the server. False: it must not go there. */
  send(message: SipText): boolean {
    const local = ontoLoopback(message, this.address);
    if (local === null) return false;
    const { host, port } = this.#options.server;
    // Lost on the loopback is lost on the way: SIP sends it again.
    this.#socket.send(sipBytes(local), port, host, () => {});
    return true;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #take(bytes: Buffer, from: { readonly address: string; readonly port: number }): void {
    const { server, onMessage } = this.#options;
    if (from.address !== server.host || from.port !== server.port) return;
    const message = parseSipText(bytes);
    const crossing = message === null ? null : intoTrunk(message, this.address);
    if (crossing !== null) onMessage(crossing);
  }
}
