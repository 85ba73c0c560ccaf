// Durable intake at full speed: modems that always have a message, every message committed with fsync before it is deleted.

import { bareSealer } from "./bare-crypto.ts";
import { type BoxRig, openBoxRig, storedBytes } from "./box-rig.ts";
import { against, type BenchOptions, type Figure, type Row, spread } from "./measure.ts";
import { rawCommits, sum } from "./raw-commits.ts";
import { withWorkers } from "./worker.ts";

interface Run {
  readonly messages: number;
  readonly ms: number;
  readonly commits: number;
  readonly bytes: number;
  readonly lag: { readonly p99: number; readonly max: number; readonly turn: number };
  readonly boxCpuMs: number;
  readonly boxWaitMs: number;
  readonly modemCpuMs: number;
  readonly rssMb: number;
}

/** SMS per second of the same work without us. */
interface Floors {
  /** The run's own commits. */
  readonly commits: number;
  /** The same, and every message sealed and signed by bare node:crypto. */
  readonly sealed: number;
  /** One commit for each message. */
  readonly single: number;
}

const PLAINTEXT = 512;

class IntakeRun {
  readonly #rig: BoxRig;
  #stored = 0;
  #bytes = 0;

  constructor(rig: BoxRig) {
    this.#rig = rig;
  }

  async run(perSlot: number): Promise<Run> {
    const { box, modems, slots, folder } = this.#rig;
    const messages = perSlot * slots;
    await modems.call("prepare", perSlot);
    const [before, modemsBefore] = [await box.call("usage"), await modems.call("cpu")];
    await box.call("watchLag");
    this.#stored += messages;
    const end = box.call("stored", this.#stored);
    const start = await modems.call("flood");
    const ms = (await end) - start;
    const lag = await box.call("lag");
    const after = await box.call("usage");
    const modemCpuMs = (await modems.call("cpu")) - modemsBefore;
    const bytes = await storedBytes(folder);
    const grown = bytes - this.#bytes;
    this.#bytes = bytes;
    return {
      messages,
      ms,
      commits: after.commits - before.commits,
      bytes: grown,
      lag,
      boxCpuMs: after.cpuMs - before.cpuMs,
      boxWaitMs: after.waitMs - before.waitMs,
      modemCpuMs,
      rssMb: after.rssMb,
    };
  }
}

async function floors({ messages, commits, bytes }: Run, folder: string): Promise<Floors> {
  const grouped = { folder, commits, bytes: Math.round(bytes / commits) };
  const seal = bareSealer(PLAINTEXT);
  const each = messages / commits;
  const work = (): void => {
    for (let i = 0; i < each; i++) seal();
  };
  const rate = (count: number, times: readonly number[]): number => (count * 1000) / sum(times);
  const few = Math.ceil(messages / 5);
  return {
    commits: rate(messages, await rawCommits(grouped)),
    sealed: rate(messages, await rawCommits({ ...grouped, work })),
    single: rate(few, await rawCommits({ folder, commits: few, bytes: Math.round(bytes / messages) })),
  };
}

async function measure(slots: number, options: BenchOptions): Promise<{ runs: Run[]; floor: Floors[] }> {
  const repetitions = options.quick ? 3 : 5;
  const perSlot = Math.ceil((options.quick ? 1200 : 3000) / slots);
  const runs: Run[] = [];
  const floor: Floors[] = [];
  await withWorkers(async (hire) => {
    const rig = await openBoxRig(hire, { folder: options.folder, slots });
    const intake = new IntakeRun(rig);
    // The first run warms up the compiler.
    await intake.run(perSlot);
    for (let i = 0; i < repetitions; i++) {
      const run = await intake.run(perSlot);
      runs.push(run);
      floor.push(await floors(run, options.folder));
    }
    await rig.box.call("stop");
  });
  return { runs, floor };
}

function facts(runs: readonly Run[]): Row["facts"] {
  const median = (pick: (run: Run) => number): number => spread(runs.map(pick)).median;
  return {
    messages: median((run) => run.messages),
    messages_per_commit: median((run) => run.messages / run.commits),
    bytes_per_message: median((run) => run.bytes / run.messages),
    worst_lag_ms: spread(runs.map((run) => run.lag.max)).max,
    box_cpu_ms_per_sms: median((run) => run.boxCpuMs / run.messages),
    box_waited_for_cpu_ms_per_sms: median((run) => run.boxWaitMs / run.messages),
    box_rss_mb: spread(runs.map((run) => run.rssMb)).max,
    modems_cpu_ms_per_sms: median((run) => run.modemCpuMs / run.messages),
  };
}

export async function intakeRow(slots: number, options: BenchOptions): Promise<Row> {
  const { runs, floor } = await measure(slots, options);
  const rates = runs.map((run) => (run.messages * 1000) / run.ms);
  const intake = (name: string, pick: (floors: Floors) => number): Figure => ({
    what: "durable intake",
    unit: "SMS/s",
    value: spread(rates),
    floor: against(name, rates, floor.map(pick)),
  });
  const lag = (what: string, pick: (run: Run) => number): Figure => ({
    what,
    unit: "ms",
    value: spread(runs.map(pick)),
  });
  const target = (text: string): Partial<Figure> => (slots === 8 ? { target: text } : {});
  return {
    name: `intake, ${slots} slot${slots === 1 ? "" : "s"}`,
    figures: [
      { ...intake("raw SQLite, one commit each", (each) => each.single), ...target(">= 1000 SMS/s, >= 0.5 of floor") },
      { ...intake("raw SQLite, same commits and bytes", (each) => each.commits), ...target(">= 0.5 of floor") },
      intake("same, each sealed by node:crypto", (each) => each.sealed),
      { ...lag("event-loop lag p99", (run) => run.lag.p99), target: "< 10 ms" },
      lag("own CPU per timer turn p99", (run) => run.lag.turn),
    ],
    facts: facts(runs),
  };
}
