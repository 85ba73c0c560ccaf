// Ports of the demo: those of the last run, else the usual ones, else free ones. Renters remember the relay's address.

import { createServer } from "node:net";
import type { DemoFacts } from "./demo-facts.ts";

export interface DemoPorts {
  readonly console: number;
  readonly relay: number;
  readonly simulator: number;
  readonly node: number;
  readonly mqtt: number;
}

export const USUAL_PORTS: DemoPorts = { console: 8080, relay: 8090, simulator: 8070, node: 8060, mqtt: 1883 };

/** For demos that run beside others. */
export const ANY_PORTS: DemoPorts = { console: 0, relay: 0, simulator: 0, node: 0, mqtt: 0 };

/** `wanted` if nobody listens there, else a free port. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}

const portOf = (url: string | undefined, usual: number): number =>
  Number(url === undefined ? usual : new URL(url).port) || usual;

export async function choosePorts(before: DemoFacts | null, usual = USUAL_PORTS): Promise<DemoPorts> {
  return {
    console: await freePort(portOf(before?.console_url, usual.console)),
    relay: await freePort(portOf(before?.relay_url, usual.relay)),
    simulator: await freePort(portOf(before?.simulator_url, usual.simulator)),
    node: await freePort(portOf(before?.node_url, usual.node)),
    mqtt: await freePort(portOf(before?.mqtt_url, usual.mqtt)),
  };
}
