// Ports of the loopback that are free for TCP and UDP alike.

import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/**
 * Below the ports that Linux gives to connections (32768 and up): a server that is killed and comes back must find its own still free,
 * and a connection of anybody, even one that ended a minute ago, would keep it from listening there.
 */
const RANGE = { from: 10_000, to: 20_000 };

const isFreeTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const isFreeUdp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });

/** One that stays free for its caller, as far as one can tell. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(RANGE.from, RANGE.to);
    if ((await isFreeTcp(port)) && (await isFreeUdp(port))) return port;
  }
}
