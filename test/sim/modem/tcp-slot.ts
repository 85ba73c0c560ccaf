// A modem's serial line as a TCP port, as ser2net offers one. The newest connection has the line.

import { createServer, type Server, type Socket } from "node:net";
import { AppError, isAppError, type Logger, messageOf } from "../../../src/base/index.ts";
import type { HostEnd } from "./host-link.ts";

/** Output that a host does not read; beyond it bytes are dropped, as a serial line without flow control drops them. */
const MAX_UNREAD_BYTES = 1_048_576;

export class TcpSlot {
  readonly #modem: HostEnd;
  readonly #log: Logger;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(modem: HostEnd, log: Logger) {
    this.#modem = modem;
    this.#log = log;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Listens on loopback; `port` 0 takes a free one. Returns the port. Throws `sim.listen_failed`. */
  async start(port: number): Promise<number> {
    await listen(this.#server, port);
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", (error) => this.#log.debug("simulated_line_error", { reason: messageOf(error) }));
    socket.on("close", () => this.#sockets.delete(socket));
    try {
      const detach = this.#modem.attach({
        onData: (bytes) => {
          if (socket.writableLength <= MAX_UNREAD_BYTES) socket.write(bytes);
        },
        // What the modem said before it left still arrives.
        onHangup: () => socket.destroySoon(),
      });
      socket.on("data", (bytes) => this.#modem.receive(bytes));
      socket.on("close", detach);
    } catch (error) {
      // An unplugged modem: like ser2net with a missing device, accept and hang up.
      if (!isAppError(error)) throw error;
      socket.destroy();
    }
  }
}

/** Listens on 127.0.0.1. Throws `sim.listen_failed`. */
export function listen(server: Pick<Server, "once" | "off" | "listen">, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      const message = `the simulator cannot listen on port ${port}`;
      const hint = "Choose another port, or 0 for a free one.";
      reject(new AppError("sim.listen_failed", message, { cause, hint }));
    };
    server.once("error", onError);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", onError);
      resolve();
    });
  });
}
