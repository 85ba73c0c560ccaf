// A real SOCKS5 proxy of one request per connection, in this process. Every name leads to 127.0.0.1.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export interface SocksSettings {
  readonly account?: { readonly user: string; readonly password: string };
  /** Answer to the connect request, RFC 1928 section 6. */
  readonly status?: number;
  /** Sent at once instead of anything a proxy says. */
  readonly garbage?: string;
}

export class SocksProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #settings: SocksSettings;
  /** What it was asked for, as `host:port`. */
  readonly targets: string[] = [];
  /** Ports of this machine that its own connections to servers come from. */
  readonly ports = new Set<number>();

  private constructor(settings: SocksSettings) {
    this.#settings = settings;
    this.#server = createServer((socket) => {
      this.#keep(socket);
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  static async start(settings: SocksSettings = {}, port = 0): Promise<SocksProxy> {
    const proxy = new SocksProxy(settings);
    proxy.#server.listen(port, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get url(): string {
    return `socks5h://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket)));
  }

  async #serve(socket: Socket): Promise<void> {
    const { account, status = 0, garbage } = this.#settings;
    if (garbage !== undefined) return void socket.end(garbage);
    const bytes = bytesOf(socket);
    const take = async (count: number): Promise<Buffer> => {
      const taken: number[] = [];
      for (let i = 0; i < count; i++) taken.push((await bytes.next()).value ?? 0);
      return Buffer.from(taken);
    };
    const counted = async (): Promise<Buffer> => take((await take(1))[0] ?? 0);
    await take(1);
    const methods = await counted();
    const method = account === undefined ? 0 : 2;
    if (!methods.includes(method)) return void socket.end(Buffer.from([5, 0xff]));
    socket.write(Buffer.from([5, method]));
    if (account !== undefined) {
      await take(1);
      const [user, password] = [String(await counted()), String(await counted())];
      const good = user === account.user && password === account.password;
      socket.write(Buffer.from([1, good ? 0 : 1]));
      if (!good) return void socket.end();
    }
    await take(4);
    const host = String(await counted());
    const port = (await take(2)).readUInt16BE();
    this.targets.push(`${host}:${port}`);
    // The address bound: a name, the oddest of the three forms.
    const reply = Buffer.from([5, status, 0, 3, 2, 0x61, 0x62, 0, 1]);
    if (status !== 0) return void socket.end(reply);
    const far = connect(port, "127.0.0.1");
    this.#keep(far);
    far.on("close", () => socket.destroy());
    socket.on("close", () => far.destroy());
    await once(far, "connect");
    this.ports.add(far.localPort ?? 0);
    await bytes.return(undefined);
    socket.write(reply);
    socket.pipe(far).pipe(socket);
  }
}

async function* bytesOf(socket: Socket): AsyncGenerator<number, void, void> {
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield* chunk as Buffer;
}
