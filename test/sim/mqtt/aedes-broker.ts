// A broker in this process, for the demo and for tests: MQTT 3.1.1 over TCP on the loopback.

import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface SimBrokerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** User and password; without it everybody on this machine is let in. */
  readonly account?: { readonly user: string; readonly password: string };
}

export interface SimBroker {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

export async function startSimBroker({ port: wanted, account }: SimBrokerOptions): Promise<SimBroker> {
  const broker = await Aedes.createBroker(
    account === undefined
      ? {}
      : {
          authenticate: (_client, user, password, done) =>
            done(null, user === account.user && password?.toString() === account.password),
        },
  );
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that is gone is no fault of the broker.
    socket.on("error", () => {});
    broker.handle(socket);
  });
  broker.on("clientError", () => {});
  broker.on("connectionError", () => {});
  const port = await listen(server, wanted);
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => broker.close(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  let stopped: Promise<void> | null = null;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
