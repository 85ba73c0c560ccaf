// What ours and the peers, as they come, cost while nothing arrives on 32 modems.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Daemon, eachDaemon } from "./daemons.ts";
import { countFsyncs } from "./fsyncs.ts";
import { type BenchOptions, type Figure, pause, type Row, spread } from "./measure.ts";
import { type Usage, usageOf } from "./proc-usage.ts";
import { PtyFarm } from "./pty-farm.ts";

const MODEMS = 32;
const START_MS = 60_000;

interface Window {
  readonly cpu: number;
  readonly switches: number;
  readonly bytes: number;
  readonly end: Usage;
}

interface Idle {
  readonly windows: readonly Window[];
  readonly fsyncs: number;
}

async function look(pids: readonly number[], ms: number): Promise<Window> {
  const before = usageOf(pids);
  await pause(ms);
  const end = usageOf(pids);
  const seconds = (end.at - before.at) / 1000;
  return {
    cpu: (end.cpuMs - before.cpuMs) / seconds / 10,
    switches: (end.switches - before.switches) / seconds,
    bytes: (end.bytesWritten - before.bytesWritten) / seconds,
    end,
  };
}

async function measure(daemon: Daemon, options: BenchOptions): Promise<Idle> {
  const folder = mkdtempSync(join(options.folder, "idle-"));
  const farm = await PtyFarm.start(folder, MODEMS);
  try {
    const running = await daemon.start({ folder, links: farm.links, tuned: false });
    try {
      if ((await farm.next("served", START_MS)) === null) throw new Error(`${daemon.name} did not ask every modem`);
      // Start-up, its garbage and its compilation are over.
      await pause(options.quick ? 5_000 : 15_000);
      const ms = options.quick ? 10_000 : 20_000;
      const windows: Window[] = [];
      for (let i = 0; i < (options.quick ? 2 : 3); i++) windows.push(await look(running.pids, ms));
      const fsyncs = await countFsyncs(folder, running.pids, () => pause(ms));
      return { windows, fsyncs: (fsyncs * 1000) / ms };
    } finally {
      await running.stop();
    }
  } finally {
    farm.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(name: string, { windows, fsyncs }: Idle): readonly Figure[] {
  const ours = name === "numberbox";
  const figure = (what: string, unit: string, samples: readonly number[], target: string): Figure => ({
    what: `${name}: ${what}`,
    unit,
    value: spread(samples),
    ...(ours && target !== "" && { target }),
  });
  const each = (pick: (window: Window) => number): readonly number[] => windows.map(pick);
  return [
    figure(
      "processor",
      "% of a core",
      each(({ cpu }) => cpu),
      "<= 1 %",
    ),
    figure(
      "memory (RSS)",
      "MB",
      each(({ end }) => end.rssMb),
      "<= 120 MB",
    ),
    figure(
      "memory (PSS)",
      "MB",
      each(({ end }) => end.pssMb),
      "",
    ),
    figure("fsyncs", "/s", [fsyncs], "<= 1 /s"),
    figure(
      "written",
      "bytes/s",
      each(({ bytes }) => bytes),
      "",
    ),
    figure(
      "context switches",
      "/s",
      each(({ switches }) => switches),
      "",
    ),
  ];
}

export async function peersIdleRow(options: BenchOptions): Promise<Row> {
  const facts: Record<string, number | string> = {};
  const figures = await eachDaemon(facts, async (daemon) => figuresOf(daemon.name, await measure(daemon, options)));
  return { name: `peers, ${MODEMS} idle modems`, figures: figures.flat(), facts };
}
