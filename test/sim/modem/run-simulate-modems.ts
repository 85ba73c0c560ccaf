// `numberbox simulate modems`: a board that runs until it is told to stop.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "../../../src/base/index.ts";
import type { CliIo } from "../../../src/bin/cli-io.ts";
import { type SimBoardHandle, startSimBoard } from "./start-sim-board.ts";

export interface SimulateModemsOptions {
  /** 1-32. */
  readonly slots: number;
  readonly listen: "tcp" | "pty";
  readonly basePort?: number;
  readonly controlPort?: number;
  /** Same seed, same faults and signals; without it one is made up and shown. */
  readonly seed?: string;
  /** Folder for the links to the ptys; without it a temporary one. */
  readonly dir?: string;
  readonly numbers?: readonly string[];
  /** File that keeps SIM contents from one start to the next. */
  readonly persistTo?: string;
  readonly json: boolean;
}

/** Prints where the modems are, then runs until `io.signal` aborts. Throws what `startSimBoard` throws. */
export async function runSimulateModems(options: SimulateModemsOptions, io: CliIo): Promise<0> {
  const { json, ...rest } = options;
  const seed = options.seed ?? toHex(io.random.bytes(4));
  const ownDir = options.listen === "pty" && options.dir === undefined;
  const dir = ownDir ? mkdtempSync(join(tmpdir(), "numberbox-pty-")) : options.dir;
  try {
    const board = await startSimBoard({
      ...rest,
      ...(dir === undefined ? {} : { dir }),
      seed,
      clock: io.clock,
      log: io.log,
    });
    io.out(json ? `${JSON.stringify(describe(board, seed))}\n` : explain(board, seed));
    await aborted(io.signal);
    await board.stop();
  } finally {
    if (ownDir && dir !== undefined) rmSync(dir, { recursive: true, force: true });
  }
  return 0;
}

function describe(handle: SimBoardHandle, seed: string): unknown {
  const slots = handle.board.modems.map((modem, place) => ({
    slot: modem.slot,
    number: modem.card?.identity.number,
    port: handle.ports[place],
  }));
  return { simulator_url: handle.controlUrl, seed, slots };
}

function explain(handle: SimBoardHandle, seed: string): string {
  const lines = handle.board.modems.map(
    (modem, place) => `slot ${modem.slot}  ${modem.card?.identity.number}  ${handle.ports[place]}`,
  );
  const example = `curl -d '{"from":"+15550100","body":"hello"}' ${handle.controlUrl}/slots/1/sms`;
  return `${lines.join("\n")}\ncontrol ${handle.controlUrl}  (seed ${seed})\nSend an SMS:\n  ${example}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
