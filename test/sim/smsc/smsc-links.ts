// Ways to the simulated message centre: in this process for the virtual clock, and over TCP for a real box.

import { createServer, type Server, type Socket } from "node:net";
import type { GatewayLinkEvents, OpenGateway } from "../../../src/smpp/gateway-link.ts";
import { listen } from "../modem/tcp-slot.ts";
import type { SimSmsc, SmscEnd } from "./sim-smsc.ts";

/** Opens connections that carry bytes in a later turn, as a network does. */
export function memoryGateway(smsc: SimSmsc): OpenGateway {
  return async () => {
    let events: GatewayLinkEvents | null = null;
    let open = true;
    let paused = false;
    const held: Uint8Array[] = [];
    const close = (): void => {
      if (!open) return;
      open = false;
      setImmediate(() => {
        end.closed();
        events?.closed();
      });
    };
    const end: SmscEnd = smsc.connect({
      send: (bytes) => {
        setImmediate(() => {
          if (paused) held.push(bytes);
          else events?.data(bytes);
        });
      },
      close,
    });
    return {
      listen: (listener) => {
        events = listener;
      },
      write: (bytes) => {
        if (open) setImmediate(() => end.receive(bytes));
      },
      pause: () => {
        paused = true;
      },
      resume: () => {
        paused = false;
        for (const bytes of held.splice(0)) events?.data(bytes);
      },
      end: close,
      destroy: close,
    };
  };
}

/** The message centre on a port of loopback. */
export class SmscServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(smsc: SimSmsc) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      const end = smsc.connect({ send: (bytes) => void socket.write(bytes), close: () => void socket.end() });
      socket.on("data", (bytes) => end.receive(bytes));
      // A client that was killed; `close` follows.
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        end.closed();
      });
    });
  }

  /** Listens on loopback; `port` 0 takes a free one. Returns the URL. Throws `sim.listen_failed`. */
  async start(port = 0): Promise<string> {
    await listen(this.#server, port);
    const address = this.#server.address();
    return `smpp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;
  }

  async stop(): Promise<void> {
    // Also when it never listened.
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
