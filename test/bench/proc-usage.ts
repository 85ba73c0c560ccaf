// What a daemon and all its processes have used, from /proc.

import { readdirSync, readFileSync } from "node:fs";
import { machineTime } from "./measure.ts";

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Of the monotonic clock, in ms. */
  readonly at: number;
  /** User and system time. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** Pages that processes share are split among them; NaN where /proc does not tell. */
  readonly pssMb: number;
  /** Given to the disk, pages that were not yet written among them. */
  readonly bytesWritten: number;
  readonly switches: number;
  readonly processes: number;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process or thread has ended, or is another user's.
    return "";
  }
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

/** The fields of `stat` behind the name in parentheses, which may hold spaces: the state is the first. */
function statOf(pid: number): readonly string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The processes themselves and all below them. */
export function familyOf(pids: readonly number[]): readonly number[] {
  const family = new Set(pids);
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))[1]) }));
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

function switchesOf(pid: number): number {
  let tasks: readonly string[] = [];
  try {
    tasks = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  return tasks.reduce((total, task) => {
    const status = read(`/proc/${pid}/task/${task}/status`);
    const both = [/^voluntary_ctxt_switches:\s+(\d+)/m, /^nonvoluntary_ctxt_switches:\s+(\d+)/m];
    return total + both.reduce((sum, pattern) => sum + (numberIn(status, pattern) || 0), 0);
  }, 0);
}

/** Sums over the processes and their descendants; one that ended before counts no more. */
export function usageOf(pids: readonly number[]): Usage {
  const family = familyOf(pids);
  const sum = (of: (pid: number) => number): number => family.reduce((total, pid) => total + of(pid), 0);
  return {
    at: machineTime(),
    cpuMs: sum((pid) => {
      const fields = statOf(pid);
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
    }),
    rssMb: sum((pid) => numberIn(read(`/proc/${pid}/status`), /^VmRSS:\s+(\d+) kB/m)) / 1024,
    pssMb: sum((pid) => numberIn(read(`/proc/${pid}/smaps_rollup`), /^Pss:\s+(\d+) kB/m)) / 1024,
    bytesWritten: sum((pid) => numberIn(read(`/proc/${pid}/io`), /^write_bytes: (\d+)/m)),
    switches: sum(switchesOf),
    processes: family.length,
  };
}
