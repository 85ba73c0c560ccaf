// What a box costs while nothing arrives: processor and memory with 32 idle slots.

import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startBoxProcess } from "./box-process.ts";
import { boxConfig } from "./box-rig.ts";
import { type BenchOptions, machineTime, pause, type Row, spread } from "./measure.ts";
import type { ModemOperations } from "./modem-worker.ts";
import { withWorkers } from "./worker.ts";

const SLOTS = 32;
/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Usage {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** From /proc: processor time is in fields 14 and 15 of `stat`, counted behind the name in parentheses. */
function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return { at: machineTime(), cpuSeconds: ticks / TICKS_PER_SECOND, rssMb: Number(rss) / 1024 };
}

export async function idleRow(options: BenchOptions): Promise<Row> {
  const windows = options.quick ? 2 : 3;
  const windowMs = options.quick ? 4_000 : 10_000;
  const cpu: number[] = [];
  const rss: number[] = [];
  await withWorkers(async (hire) => {
    const modems = hire<ModemOperations>("modem-worker.ts");
    const config = boxConfig(await modems.call("open", SLOTS));
    const folder = mkdtempSync(join(options.folder, "idle-"));
    // The very first start compiles the program, which takes some 20 MB more.
    await (await startBoxProcess(folder, config)).stop();
    const box = await startBoxProcess(folder, config);
    try {
      // Start-up, its garbage and its compilation are over.
      await pause(options.quick ? 5_000 : 10_000);
      for (let i = 0; i < windows; i++) {
        const before = usageOf(box.pid);
        await pause(windowMs);
        const after = usageOf(box.pid);
        cpu.push((100 * 1000 * (after.cpuSeconds - before.cpuSeconds)) / (after.at - before.at));
        rss.push(after.rssMb);
      }
    } finally {
      await box.stop();
    }
  });
  return {
    name: `${SLOTS} idle slots`,
    figures: [
      { what: "processor", unit: "% of a core", value: spread(cpu), target: "< 3 %" },
      { what: "memory (RSS)", unit: "MB", value: spread(rss), target: "< 150 MB" },
    ],
    facts: { seconds: (windows * windowMs) / 1000 },
  };
}
