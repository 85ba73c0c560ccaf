// How long one SMS takes from the modem's listing to the commit while SMS trickle in, and the event loop stays responsive.

import { openBoxRig } from "./box-rig.ts";
import { against, type BenchOptions, quantile, type Row, spread } from "./measure.ts";
import { rawCommits } from "./raw-commits.ts";
import { withWorkers } from "./worker.ts";

const SLOTS = 8;
const PER_SECOND = 50;
const FLOOR_COMMITS = 200;
const BYTES = 1100;

/** Milliseconds from listing to commit. A slot's messages are committed in the order in which they are listed. */
function delays(
  listed: readonly (readonly number[])[],
  committed: Readonly<Record<string, readonly number[]>>,
): number[] {
  return listed.flatMap((times, slot) => {
    const ends = committed[String(slot + 1)] ?? [];
    if (ends.length !== times.length)
      throw new Error(`slot ${slot + 1}: ${times.length} listed, ${ends.length} committed`);
    return times.map((time, i) => (ends[i] ?? Number.NaN) - time);
  });
}

export async function latencyRow(options: BenchOptions): Promise<Row> {
  const repetitions = options.quick ? 2 : 3;
  const count = options.quick ? 150 : 500;
  const runs: number[][] = [];
  const floor: number[][] = [];
  let waited = 0;
  await withWorkers(async (hire) => {
    const { box, modems } = await openBoxRig(hire, { folder: options.folder, slots: SLOTS });
    for (let i = 1; i <= repetitions; i++) {
      const before = await box.call("usage");
      const stored = box.call("stored", i * count);
      await modems.call("trickle", { count, perSecond: PER_SECOND });
      await stored;
      runs.push(delays(await modems.call("listed"), await box.call("committed")));
      waited += (await box.call("usage")).waitMs - before.waitMs;
      floor.push(await rawCommits({ folder: options.folder, commits: FLOOR_COMMITS, bytes: BYTES }));
    }
    await box.call("stop");
  });
  const figure = (what: string, share: number) => {
    const [ours, raw] = [runs, floor].map((each) => each.map((samples) => quantile(samples, share)));
    return { what, unit: "ms", value: spread(ours ?? []), floor: against("one raw commit", ours ?? [], raw ?? []) };
  };
  return {
    name: `latency at ${PER_SECOND} SMS/s`,
    figures: [figure("listing to commit p50", 0.5), { ...figure("listing to commit p99", 0.99), target: "< 50 ms" }],
    facts: {
      slots: SLOTS,
      messages: count * repetitions,
      box_waited_for_cpu_ms_per_sms: waited / (count * repetitions),
    },
  };
}
