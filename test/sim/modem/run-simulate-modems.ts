// `numberbox simulate modems`: a board that runs until it is told to stop.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, toHex } from "../../../src/base/index.ts";
import type { CliIo } from "../../../src/bin/cli-io.ts";
import { type SimBoardHandle, startSimBoard } from "./start-sim-board.ts";
import { isTwinName, TWIN_NAMES, type TwinName } from "./twins/index.ts";

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
  /** Names of twins by slot, one or more, or `all`; default `generic`. */
  readonly models?: readonly string[];
  /** File that keeps SIM contents from one start to the next. */
  readonly persistTo?: string;
  readonly json: boolean;
}

/** Throws `sim.unknown_model`. */
function twinsNamed(models: readonly string[]): readonly TwinName[] {
  if (models.length === 1 && models[0] === "all") return TWIN_NAMES;
  return models.map((name) => {
    if (isTwinName(name)) return name;
    throw new AppError("sim.unknown_model", `there is no simulated modem "${name}"`, {
      hint: `Choose of: ${TWIN_NAMES.join(", ")}.`,
    });
  });
}

/** Prints where the modems are, then runs until `io.signal` aborts. Throws `sim.unknown_model` and what `startSimBoard` throws. */
export async function runSimulateModems(options: SimulateModemsOptions, io: CliIo): Promise<0> {
  const { json, models = [], ...rest } = options;
  const twins = twinsNamed(models);
  const seed = options.seed ?? toHex(io.random.bytes(4));
  const ownDir = options.listen === "pty" && options.dir === undefined;
  const dir = ownDir ? mkdtempSync(join(tmpdir(), "numberbox-pty-")) : options.dir;
  try {
    const board = await startSimBoard({
      ...rest,
      twins,
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
    model: modem.twin,
    port: handle.ports[place],
  }));
  return { simulator_url: handle.controlUrl, seed, slots, audio_ports: handle.audioPorts };
}

function explain(handle: SimBoardHandle, seed: string): string {
  const lines = handle.board.modems.map(
    (modem, place) => `slot ${modem.slot}  ${modem.card?.identity.number}  ${handle.ports[place]}`,
  );
  const example = `curl -d '{"from":"+15550100","body":"hello"}' ${handle.controlUrl}/slots/1/sms`;
  const call = `curl -d '{"from":"+15550100"}' ${handle.controlUrl}/slots/1/calls`;
  return `${lines.join("\n")}\ncontrol ${handle.controlUrl}  (seed ${seed})\nSend an SMS:\n  ${example}\nCall, with the sound at ${handle.audioPorts.join(" ")}:\n  ${call}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
