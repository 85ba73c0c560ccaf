// Ours against the peers on the same farm of ptys: modems whose 50 places are refilled at once, every message stored before it is
// deleted. The rate is that of the farm, from the first deletion to the last.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, eachDaemon, type Running } from "./daemons.ts";
import { countFsyncs } from "./fsyncs.ts";
import { against, type BenchOptions, type Figure, type Row, spread } from "./measure.ts";
import { type Usage, usageOf } from "./proc-usage.ts";
import { PtyFarm } from "./pty-farm.ts";

interface Run {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

interface Measured {
  readonly daemon: Daemon;
  readonly version: string;
  readonly runs: readonly Run[];
  readonly usage: Usage;
  /** Per message. */
  readonly fsyncs: number;
}

const START_MS = 60_000;
const RUN_MS = 300_000;
/** Each modem's messages while fsyncs are counted. */
const TRACED = 60;

/** Floods the farm; resolves with the rate when all is deleted. */
async function flood(farm: PtyFarm, perModem: number, name: string): Promise<{ messages: number; perSecond: number }> {
  farm.order(`flood ${perModem}`);
  const end = await farm.next("emptied", RUN_MS);
  if (end === null) throw new Error(`${name} did not empty its modems in ${RUN_MS / 1000} s`);
  return { messages: end.messages, perSecond: ((end.messages - 1) * 1000) / (end.last - end.first) };
}

async function measuredRun(farm: PtyFarm, running: Running, perModem: number, name: string): Promise<Run> {
  const before = usageOf(running.pids);
  const { messages, perSecond } = await flood(farm, perModem, name);
  const after = usageOf(running.pids);
  return {
    perSecond,
    cpuMs: (after.cpuMs - before.cpuMs) / messages,
    bytes: (after.bytesWritten - before.bytesWritten) / messages,
  };
}

async function measure(daemon: Daemon, modems: number, options: BenchOptions): Promise<Measured> {
  const { name } = daemon;
  const folder = mkdtempSync(join(options.folder, "peers-"));
  const farm = await PtyFarm.start(folder, modems);
  try {
    const running = await daemon.start({ folder, links: farm.links, tuned: true });
    try {
      if ((await farm.next("served", START_MS)) === null)
        throw new Error(`${name} did not ask every modem for messages`);
      const perModem = daemon.perModem(modems, options.quick);
      const traced = Math.min(TRACED, perModem);
      const runs: Run[] = [];
      // The first run warms up what there is to be warmed up.
      await flood(farm, perModem, name);
      for (let i = 0; i < (options.quick ? 2 : 5); i++) runs.push(await measuredRun(farm, running, perModem, name));
      const usage = usageOf(running.pids);
      const fsyncs = await countFsyncs(folder, running.pids, () => flood(farm, traced, name));
      const [given, stored] = [
        modems * (perModem * (1 + runs.length) + (fsyncs >= 0 ? traced : 0)),
        await running.stored(),
      ];
      if (stored !== given) throw new Error(`${name} stored ${stored} of ${given} messages`);
      return { daemon, version: running.version, runs, usage, fsyncs: fsyncs / (traced * modems) };
    } finally {
      await running.stop();
    }
  } finally {
    farm.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const samples = (measured: Measured, pick: (run: Run) => number): readonly number[] => measured.runs.map(pick);
const median = (measured: Measured, pick: (run: Run) => number): number => spread(samples(measured, pick)).median;

function figuresOf(measured: Measured, peers: readonly Measured[]): readonly Figure[] {
  const { name } = measured.daemon;
  const fastest = peers.toSorted((a, b) => median(b, (run) => run.perSecond) - median(a, (run) => run.perSecond))[0];
  const thriftiest = peers.toSorted((a, b) => median(a, (run) => run.cpuMs) - median(b, (run) => run.cpuMs))[0];
  const figure = (
    what: string,
    unit: string,
    pick: (run: Run) => number,
    best?: Measured,
    target?: string,
  ): Figure => ({
    what: `${name}: ${what}`,
    unit,
    value: spread(samples(measured, pick)),
    ...(best && { floor: against(best.daemon.name, samples(measured, pick), samples(best, pick)) }),
    ...(target && { target }),
  });
  const ours = name === "numberbox";
  return [
    figure("stored", "SMS/s", (run) => run.perSecond, fastest, ours ? ">= 1 of the fastest peer" : undefined),
    figure("CPU", "ms/SMS", (run) => run.cpuMs, thriftiest, ours ? "<= 3 of the best peer" : undefined),
    figure("written", "bytes/SMS", (run) => run.bytes),
  ];
}

export async function peersRow(modems: number, options: BenchOptions): Promise<Row> {
  const facts: Record<string, number | string> = {};
  const measured = await eachDaemon(facts, (daemon) => measure(daemon, modems, options));
  const peers = measured.slice(1);
  for (const { daemon, version, usage, fsyncs } of measured) {
    const { rssMb, pssMb, processes } = usage;
    facts[`${daemon.name} version`] = version;
    facts[`${daemon.name} fsyncs per SMS`] = fsyncs;
    facts[`${daemon.name} memory`] = `RSS ${rssMb.toFixed(1)} MB, PSS ${pssMb.toFixed(1)} MB, ${processes} processes`;
    facts[`${daemon.name} messages a run`] = modems * daemon.perModem(modems, options.quick);
  }
  return {
    name: `peers, ${modems} modem${modems === 1 ? "" : "s"}`,
    figures: measured.flatMap((each, at) => figuresOf(each, at === 0 ? peers : [])),
    facts,
  };
}
