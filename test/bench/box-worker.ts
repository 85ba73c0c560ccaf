// The box under measurement: the real one, started as `numberbox start` does, with an eye on its commits and its event loop.

import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type BoxHandle, startBox } from "../../src/app/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { createSystemCrypto } from "../../src/base/system-crypto.ts";
import { systemLogger } from "../../src/base/system-log.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import type { FileBoxStore } from "../../src/store/index.ts";
import { createApiToken, setPassword } from "../../src/web/index.ts";
import { machineTime, pause, quantile } from "./measure.ts";
import { serve } from "./worker.ts";

/** The sampler's own interval, which is part of each of its samples. */
const RESOLUTION_MS = 5;
/** How often the event loop is asked how much CPU time it has used since. */
const TURN_MS = 1;

const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let turns: number[] = [];
let turnTimer: NodeJS.Timeout | undefined;
/** When the n-th message of each slot was seen to be committed. */
const committed = new Map<string, number[]>();
const known = new Map<string, number>();
let total = 0;
let onStored: () => void = () => {};
let box: BoxHandle | null = null;

export interface BoxUsage {
  readonly commits: number;
  readonly cpuMs: number;
  readonly waitMs: number;
  readonly rssMb: number;
}

function running(): BoxHandle {
  if (box === null) throw new Error("the box is not started");
  return box;
}

/** Linux tells it in the second number of `schedstat`; elsewhere NaN. */
function waitedForCpu(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function watchCommits({ console }: BoxHandle): void {
  console.onChange((frame) => {
    if (frame.type !== "slot") return;
    const { id, received } = frame.slot;
    const fresh = received - (known.get(id) ?? 0);
    if (fresh <= 0) return;
    known.set(id, received);
    total += fresh;
    const times = committed.get(id) ?? [];
    committed.set(id, times);
    for (let i = 0; i < fresh; i++) times.push(machineTime());
    onStored();
  });
}

export const boxOperations = {
  async start(order: { readonly folder: string; readonly config: string; readonly pages?: string }): Promise<void> {
    box = await startBox({
      dataFolder: order.folder,
      config: parseBoxConfig(order.config, "the bench's configuration"),
      version: "bench",
      clock: systemClock,
      random: systemRandom,
      suite: createSystemCrypto(),
      log: systemLogger({ level: "info" }),
      pages: order.pages ?? order.folder,
    });
    watchCommits(box);
  },
  /** Where the console is, its owner's password set, and a token that may look. */
  async console(password: string): Promise<{ readonly url: string; readonly token: string }> {
    const { store: settings, consoleUrl: url } = running();
    await setPassword({ settings, random: systemRandom, password });
    return { url, token: await createApiToken({ settings, random: systemRandom, name: "bench", scopes: ["read"] }) };
  },
  /** Rents every line to the same renter. */
  async rent(renter: { readonly verify: string; readonly encrypt: string }): Promise<void> {
    for (const { id } of await running().console.lines())
      await running().console.grant({ line: id, renter, days: 30, envelope_version: 1, credit: null });
  },
  /** Resolves when all slots are ready. */
  async ready(): Promise<void> {
    while (
      running()
        .slots()
        .some((slot) => slot.state !== "ready")
    )
      await pause(20);
  },
  /** Resolves with the time at which `count` messages in all were committed. */
  async stored(count: number): Promise<number> {
    while (total < count) await new Promise<void>((done) => (onStored = done));
    return machineTime();
  },
  /** When each message was committed, by slot, since the last call. */
  committed(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries([...committed].map(([id, times]) => [id, times.splice(0)]));
  },
  watchLag(): void {
    lag.reset();
    lag.enable();
    turns = [];
    let before = process.threadCpuUsage();
    turnTimer = setInterval(() => {
      const used = process.threadCpuUsage(before);
      before = process.threadCpuUsage();
      turns.push((used.user + used.system) / 1000);
    }, TURN_MS);
  },
  /**
   * Milliseconds by which the event loop was late since `watchLag`, 99 of 100 samples and the worst; and the CPU time it used from
   * one turn of a timer to the next, 99 of 100 samples: what of it is our own doing on a machine that others use too.
   */
  lag(): { readonly p99: number; readonly max: number; readonly turn: number } {
    lag.disable();
    clearInterval(turnTimer);
    const late = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
    return { p99: late(lag.percentile(99)), max: late(lag.max), turn: quantile(turns, 0.99) };
  },
  /** Commits made, CPU milliseconds used, milliseconds that the main thread was ready to run and had no CPU, and memory. */
  async usage(): Promise<BoxUsage> {
    const { commits } = await (running().store as FileBoxStore).stats();
    const { user, system } = process.cpuUsage();
    return {
      commits,
      cpuMs: (user + system) / 1000,
      waitMs: waitedForCpu(),
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  },
  async stop(): Promise<void> {
    await running().stop();
  },
};

export type BoxOperations = typeof boxOperations;

if (process.send !== undefined) serve(boxOperations);
