// One address of a relay, as clients see it: TCP to wherever the relay is. It can be shut, and it can swallow an answer on its way back.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class RelayDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number;
  #isShut = false;
  #swallows = 0;
  /** Ports that connections came from, this machine's all. */
  readonly callers: number[] = [];

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ pauseOnConnect: true }, (near) => this.#serve(near));
  }

  /** To the relay at `url`. */
  static async start(url: string): Promise<RelayDoor> {
    const door = new RelayDoor(Number(new URL(url).port));
    door.#server.listen(0, "127.0.0.1");
    await once(door.#server, "listening");
    return door;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on it leads to another relay. */
  leadTo(url: string): void {
    this.#target = Number(new URL(url).port);
    this.#cut();
  }

  /** Nobody comes in, and those who are in are thrown out. */
  shut(): void {
    this.#isShut = true;
    this.#cut();
  }

  open(): void {
    this.#isShut = false;
  }

  /** The next `count` answers do not arrive: the relay has done what it was asked for, and the connection breaks. */
  swallow(count: number): void {
    this.#swallows = count;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#cut();
    await closed;
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(near: Socket): void {
    this.callers.push(near.remotePort ?? 0);
    if (this.#isShut) return void near.destroy();
    const far = connect(this.#target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      if (this.#swallows === 0) return void near.write(bytes);
      this.#swallows--;
      near.destroy();
    });
    near.resume();
  }
}
