// How often processes ask the disk to make data durable, counted by strace. That slows them down, so no other figure is taken meanwhile.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pause } from "./measure.ts";
import { familyOf } from "./proc-usage.ts";

const ATTACH_MS = 500;
const CALLS = "fsync,fdatasync,sync,syncfs,msync,sync_file_range";

/** NaN where strace is not installed or may not look at these processes. */
export async function countFsyncs(
  folder: string,
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<number> {
  if (spawnSync("strace", ["-V"], { stdio: "ignore" }).error !== undefined) return Number.NaN;
  const file = join(mkdtempSync(join(folder, "strace-")), "summary");
  const whom = familyOf(pids).flatMap((pid) => ["-p", String(pid)]);
  const child = spawn("strace", ["-f", "-c", "-o", file, "-e", `trace=${CALLS}`, ...whom], { stdio: "ignore" });
  const gone = once(child, "exit");
  await pause(ATTACH_MS);
  const attached = child.exitCode === null;
  await work();
  child.kill("SIGINT");
  await gone;
  if (!attached) return Number.NaN;
  // % time, seconds, usecs/call, calls, errors where there were any, name.
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const calls = lines.filter((fields) => CALLS.split(",").includes(fields.at(-1) ?? ""));
  return calls.reduce((total, fields) => total + Number(fields[3]), 0);
}
