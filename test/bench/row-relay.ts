// Forwards of a relay: verified, checked against the rental, made durable, answered.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { BareRelayOperations } from "./bare-relay-worker.ts";
import type { LoadOperations } from "./load-worker.ts";
import { against, type BenchOptions, type Row, spread } from "./measure.ts";
import type { RelayOperations } from "./relay-worker.ts";
import { withWorkers } from "./worker.ts";

const RENTALS = 32;
/** Rounds in which the compiler warms up: the relay's code is larger than the floor's. */
const WARM_UP = 3;

export async function relayRow(options: BenchOptions): Promise<Row> {
  const repetitions = options.quick ? 3 : 7;
  const perRental = options.quick ? 40 : 80;
  const messages = RENTALS * perRental;
  const rates: Record<"relay" | "bare", number[]> = { relay: [], bare: [] };
  let cpuMs = 0;
  await withWorkers(async (hire) => {
    const folder = mkdtempSync(join(options.folder, "relay-"));
    const load = hire<LoadOperations>("load-worker.ts");
    const verify = await load.call("makeRentals", RENTALS);
    const relay = hire<RelayOperations>("relay-worker.ts");
    const bare = hire<BareRelayOperations>("bare-relay-worker.ts");
    const relayPort = await relay.call("start", { folder, verify });
    const barePort = await bare.call("start", { folder, verify });
    await load.call("register", relayPort);
    for (let i = 1 - WARM_UP; i <= repetitions; i++) {
      await load.call("prepare", perRental);
      const before = await relay.call("cpu");
      const relayMs = await load.call("run", relayPort);
      cpuMs = (await relay.call("cpu")) - before;
      const bareMs = await load.call("run", barePort);
      if (i < 1) continue;
      rates.relay.push((messages * 1000) / relayMs);
      rates.bare.push((messages * 1000) / bareMs);
    }
    await relay.call("stop");
  });
  const floor = against("node:http + verify + SQLite", rates.relay, rates.bare);
  return {
    name: "relay",
    figures: [{ what: "forwards", unit: "/s", value: spread(rates.relay), floor }],
    facts: { messages, connections: RENTALS, relay_cpu_ms_per_forward: cpuMs / messages },
  };
}
