// The cord is pulled: in the start, while it runs, while an update is written, and in the start that tries one. Every SMS arrives, once.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { beginInstall, beginTry, install, type UpdateTools } from "./update-steps.ts";

type Moment = "start" | "run" | "writing" | "trying";

/** Without a bundle there is nothing to write or try. */
const MOMENTS: readonly Moment[] = ["start", "run", "writing", "start", "run", "trying"];

export interface CutTools extends UpdateTools {
  readonly say: (text: string) => void;
}

/** Seconds after which the cord is pulled, at random: `start` is as long as a start took before. */
function secondsUntil(moment: Moment, start: number): number {
  const longest = { start, run: 60, writing: 120, trying: start };
  return 1 + Math.random() * longest[moment];
}

/** Brings the running machine to where the moment begins. */
async function bring(tools: CutTools, moment: Moment): Promise<void> {
  if (moment === "writing") await beginInstall(tools, "good.raucb");
  if (moment !== "trying") return;
  await install(tools, "good.raucb");
  await beginTry(tools);
}

function momentsOf(tools: CutTools, count: number): Moment[] {
  const kinds = MOMENTS.filter((kind) => tools.bundle !== "" || kind === "start" || kind === "run");
  return Array.from({ length: count }, (_, at) => kinds[at % kinds.length] ?? "run");
}

/** Null: every SMS was read, once, and no unit failed. A fault does not end the run: the next cut may show another. */
async function faultOf({ world }: CutTools, sent: readonly string[]): Promise<string | null> {
  try {
    await world.read(sent, 15);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const failed = await world.failedUnits();
  return failed === "" ? null : `units failed: ${failed}`;
}

/** Pulls the cord `count` times. Throws when a start does not come to an end, a unit fails, or an SMS is missing or there twice. */
export async function cuts(tools: CutTools, count: number): Promise<Figures> {
  const { world, say } = tools;
  await world.setUp();
  if (tools.bundle !== "") await copyFile(tools.bundle, join(tools.scratch, "good.raucb"));
  const sent: string[] = [];
  const faults: string[] = [];
  const made: Record<string, number> = {};
  let slowest = 0;
  let start = 120;
  for (const moment of momentsOf(tools, count)) {
    // A cut in the start is made in a start of its own; the others want a machine that runs.
    if (moment === "start") await world.running.cut();
    const machine = moment === "start" ? await world.switchOn() : world.running;
    await bring(tools, moment);
    sent.push(...world.send());
    const seconds = secondsUntil(moment, start);
    await pause(seconds * 1000);
    await machine.cut();
    made[moment] = (made[moment] ?? 0) + 1;
    const next = await world.switchOn();
    start = await next.ready();
    slowest = Math.max(slowest, start);
    const fault = await faultOf(tools, sent);
    if (fault !== null) faults.push(`after a cut in ${moment}: ${fault}`);
    const what = fault ?? `${sent.length} SMS there`;
    say(`cut in ${moment} after ${Math.round(seconds)} s: back in ${Math.round(start)} s, ${what}`);
  }
  if (faults.length > 0) throw new Error(faults.join("; "));
  return { cuts: count, ...made, SMS: sent.length, lost: 0, "slowest start s": Math.round(slowest) };
}
