// Renters who wait at a relay: what 10,000 idle sockets cost it in memory, and how long a message takes to one of 1,000 at 500 messages a
// second.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { LoadOperations } from "./load-worker.ts";
import { type BenchOptions, pause, quantile, type Row, spread } from "./measure.ts";
import { usageOf } from "./proc-usage.ts";
import type { RelayOperations } from "./relay-worker.ts";
import type { SocketOperations } from "./socket-worker.ts";
import { withWorkers } from "./worker.ts";

const CONNECTED = 1000;
const PER_SECOND = 500;

/** Of one run: the quantiles of the ways of its messages, in ms. */
async function push(options: BenchOptions, seconds: number, p50: number[], p99: number[]): Promise<void> {
  await withWorkers(async (hire) => {
    const folder = mkdtempSync(join(options.folder, "sockets-"));
    const load = hire<LoadOperations>("load-worker.ts");
    const verify = await load.call("makeRentals", CONNECTED);
    const relay = hire<RelayOperations>("relay-worker.ts");
    const port = await relay.call("start", { folder, verify });
    await load.call("register", port);
    const renters = hire<SocketOperations>("socket-worker.ts");
    await renters.call("open", { port, seeds: await load.call("renterSeeds"), more: 0 });
    // The first second warms up the compiler.
    await load.call("pace", { port, perSecond: PER_SECOND, seconds: 1 });
    const sent = await load.call("pace", { port, perSecond: PER_SECOND, seconds });
    await pause(500);
    const came = new Map(await renters.call("arrivals"));
    const ways = sent.map(([id, at]) => (came.get(id) ?? Number.NaN) - at);
    const missing = ways.filter(Number.isNaN).length;
    if (missing > 0) throw new Error(`${missing} of ${sent.length} messages were not pushed`);
    p50.push(quantile(ways, 0.5));
    p99.push(quantile(ways, 0.99));
    await renters.call("close");
    await relay.call("stop");
  });
}

/** MB of the relay's process with `count` idle sockets, and without. */
async function idle(options: BenchOptions, count: number): Promise<{ readonly empty: number; readonly full: number }> {
  return await withWorkers(async (hire) => {
    const folder = mkdtempSync(join(options.folder, "idle-sockets-"));
    const load = hire<LoadOperations>("load-worker.ts");
    const relay = hire<RelayOperations>("relay-worker.ts");
    const port = await relay.call("start", { folder, verify: await load.call("makeRentals", 1) });
    const empty = usageOf([relay.pid]).rssMb;
    const renters = hire<SocketOperations>("socket-worker.ts");
    await renters.call("open", { port, seeds: [], more: count });
    // Two heart beats: each socket was asked, and answered.
    await pause(options.quick ? 5_000 : 65_000);
    const lost = await renters.call("lost");
    if (lost > 0) throw new Error(`${lost} of ${count} idle sockets were closed`);
    const full = usageOf([relay.pid]).rssMb;
    await renters.call("close");
    await relay.call("stop");
    return { empty, full };
  });
}

export async function socketsRow(options: BenchOptions): Promise<Row> {
  const p50: number[] = [];
  const p99: number[] = [];
  for (let at = 0; at < (options.quick ? 1 : 3); at++) await push(options, options.quick ? 5 : 15, p50, p99);
  const count = options.quick ? 1_000 : 10_000;
  const { empty, full } = await idle(options, count);
  return {
    name: "sockets",
    figures: [
      { what: `push at ${PER_SECOND}/s, p50`, unit: "ms", value: spread(p50) },
      { what: `push at ${PER_SECOND}/s, p99`, unit: "ms", value: spread(p99), target: "100 ms" },
      { what: `RSS with ${count} idle`, unit: "MB", value: spread([full]), target: "1,000 MB" },
    ],
    facts: {
      connected: CONNECTED,
      idle: count,
      rss_mb_empty: Math.round(empty),
      kb_per_socket: Math.round(((full - empty) * 1024) / count),
    },
  };
}
