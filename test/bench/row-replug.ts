// A modem whose USB plug was pulled: from the return of its tty under the same link until a message that waits in it is stored.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, eachDaemon } from "./daemons.ts";
import { type BenchOptions, type Figure, pause, type Row, spread } from "./measure.ts";
import { PtyFarm } from "./pty-farm.ts";

const START_MS = 60_000;
const WATCHED_MS = 60_000;

/** Seconds until the modem is served again; null when it is not while it is watched. */
async function replug(farm: PtyFarm, outageMs: number): Promise<number | null> {
  farm.order("unplug 1");
  await pause(outageMs);
  farm.order("place 1");
  farm.order("plug 1");
  const plugged = await farm.next("plugged", START_MS);
  const stored = await farm.next("emptied", WATCHED_MS);
  return plugged === null || stored === null ? null : (stored.last - plugged.at) / 1000;
}

async function measure(daemon: Daemon, options: BenchOptions): Promise<readonly (number | null)[]> {
  const folder = mkdtempSync(join(options.folder, "replug-"));
  const farm = await PtyFarm.start(folder, 1);
  try {
    const running = await daemon.start({ folder, links: farm.links, tuned: false });
    try {
      if ((await farm.next("served", START_MS)) === null) throw new Error(`${daemon.name} did not ask the modem`);
      const times: (number | null)[] = [];
      for (const outage of options.quick ? [5_000] : [2_000, 10_000, 30_000]) {
        times.push(await replug(farm, outage));
        // Who has not come back in a minute has not noticed, or does not come back.
        if (times.at(-1) === null) break;
      }
      return times;
    } finally {
      await running.stop();
    }
  } finally {
    farm.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function replugRow(options: BenchOptions): Promise<Row> {
  const facts: Record<string, number | string> = {};
  const figures = await eachDaemon(facts, async (daemon): Promise<Figure> => {
    const times = await measure(daemon, options);
    if (times.includes(null)) facts[daemon.name] = `did not come back in ${WATCHED_MS / 1000} s`;
    return {
      what: `${daemon.name}: tty back to message stored`,
      unit: "s",
      value: spread(times.map((time) => time ?? Number.POSITIVE_INFINITY)),
      ...(daemon.name === "numberbox" && { target: "<= 10 s" }),
    };
  });
  return { name: "peers, replug", figures, facts };
}
