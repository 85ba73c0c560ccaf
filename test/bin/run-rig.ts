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

export async function numberbox(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  let [out, err] = ["", ""];
  const lines = [...(options.lines ?? [])];
  const code = await run(args, {
    out: (text) => {
      out += text;
      options.onOut?.(out);
    },
    err: (text) => {
      err += text;
    },
    readInput: () => Promise.resolve(new Uint8Array(0)),
    readLine: () => Promise.resolve(lines.shift() ?? null),
    readSecret: () => Promise.resolve(lines.shift() ?? null),
    env: options.env ?? {},
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, out, err };
}
