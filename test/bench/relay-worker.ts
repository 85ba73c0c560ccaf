// The relay under measurement: the real one, started as `numberbox relay` does.

import { startRelayRole } from "../../src/app/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemLogger } from "../../src/base/system-log.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseRelayConfig } from "../../src/config/index.ts";
import { serve } from "./worker.ts";

let stop: () => Promise<void> = async () => {};

export const relayOperations = {
  /** Starts the relay for the provider with this key; returns its port. */
  async start(order: { readonly folder: string; readonly verify: string }): Promise<number> {
    const config = parseRelayConfig(
      JSON.stringify({
        listen: "127.0.0.1:0",
        providers: [{ name: "bench", verify: order.verify }],
        limits: {
          forward_per_minute: 10_000_000,
          auth_per_minute: 100_000,
          read_per_minute: 100_000,
          sockets_per_address: 20_000,
          connections_per_address: 20_000,
        },
      }),
      "the bench's configuration",
    );
    const relay = await startRelayRole({
      dataFolder: order.folder,
      config,
      version: "bench",
      clock: systemClock,
      random: systemRandom,
      suite: createSystemCrypto(),
      log: systemLogger({ level: "info" }),
    });
    stop = relay.stop;
    return Number(new URL(relay.url).port);
  },
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  async stop(): Promise<void> {
    await stop();
  },
};

export type RelayOperations = typeof relayOperations;

if (process.send !== undefined) serve(relayOperations);
