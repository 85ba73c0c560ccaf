// From the command to a box that works: until it says so, and until the first SMS that waited on a SIM is stored.

import { rmSync } from "node:fs";
import { startBoxProcess } from "./box-process.ts";
import { boxConfig, openBoxRig } from "./box-rig.ts";
import { type BenchOptions, machineTime, type Row, spread } from "./measure.ts";
import { withWorkers } from "./worker.ts";

const SLOTS = 8;

export async function startRow(options: BenchOptions): Promise<Row> {
  const repetitions = options.quick ? 2 : 5;
  const ready: number[] = [];
  const stored: number[] = [];
  await withWorkers(async (hire) => {
    // A box that has run before, with its lines rented.
    const { box, modems, folder, ports } = await openBoxRig(hire, { folder: options.folder, slots: SLOTS });
    await box.call("stop");
    for (let i = 0; i < repetitions; i++) {
      await modems.call("prepare", 1);
      await modems.call("flood");
      const emptied = modems.call("nextDeletion");
      const start = machineTime();
      const running = await startBoxProcess(folder, boxConfig(ports));
      ready.push(machineTime() - start);
      // A message is deleted from the SIM at once after its commit.
      stored.push((await emptied) - start);
      await modems.call("emptied");
      await running.stop();
    }
    rmSync(folder, { recursive: true });
  });
  return {
    name: "start",
    figures: [
      { what: "command to ready", unit: "ms", value: spread(ready) },
      { what: "command to first stored SMS", unit: "ms", value: spread(stored) },
    ],
    facts: { slots: SLOTS, starts: repetitions },
  };
}
