// A plain TCP balancer in front of relays: a new connection goes to the next one that takes it.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class Balancer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #ports: readonly number[];
  #next = 0;

  private constructor(server: Server, ports: readonly number[]) {
    this.#server = server;
    this.#ports = ports;
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true });
    const balancer = new Balancer(server, ports);
    server.on("connection", (client) => void balancer.#serve(client));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return balancer;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(client: Socket): Promise<void> {
    this.#keep(client);
    for (let tries = 0; tries < this.#ports.length; tries++) {
      const port = this.#ports[this.#next++ % this.#ports.length] ?? 0;
      const relay = await this.#reach(port);
      if (relay === null) continue;
      for (const [one, other] of [
        [client, relay],
        [relay, client],
      ] as const)
        one.once("close", () => other.destroy());
      client.pipe(relay).pipe(client);
      client.resume();
      return;
    }
    client.destroy();
  }

  #reach(port: number): Promise<Socket | null> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      this.#keep(socket);
      socket.once("connect", () => resolve(socket));
      socket.once("error", () => resolve(null));
    });
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    // The close event follows.
    socket.on("error", () => {});
    socket.once("close", () => this.#open.delete(socket));
  }
}
