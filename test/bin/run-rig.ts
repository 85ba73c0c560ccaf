// Runs command lines of `numberbox` inside the test, with everything they print.

import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { CliIo } from "../../src/bin/cli-io.ts";
import { run } from "../../src/bin/numberbox.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: CliIo["env"];
  readonly signal?: AbortSignal;
  /** What is typed. */
  readonly lines?: readonly string[];
  /** Called with all that was printed so far, after each print. */
  readonly onOut?: (out: string) => void;
}

/** The outside of a command that prints to `out` and `err`. */
export function testIo(options: RunOptions, out: (text: string) => void, err: (text: string) => void): CliIo {
  const lines = [...(options.lines ?? [])];
  return {
    out,
    err,
    readInput: () => Promise.resolve(new Uint8Array(0)),
    readLine: () => Promise.resolve(lines.shift() ?? null),
    readSecret: () => Promise.resolve(lines.shift() ?? null),
    env: options.env ?? {},
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    signal: options.signal ?? new AbortController().signal,
  };
}

export async function numberbox(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let [out, err] = ["", ""];
  const print = (text: string): void => {
    out += text;
    options.onOut?.(out);
  };
  const io = testIo(options, print, (text) => {
    err += text;
  });
  const code = await run(args, io);
  return { code, out, err };
}
