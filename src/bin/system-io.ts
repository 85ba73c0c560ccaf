// The outside of a real process.

import { createInterface } from "node:readline";
import { systemClock } from "../base/system-clock.ts";
import { systemLogger } from "../base/system-log.ts";
import { systemRandom } from "../base/system-random.ts";
import type { CliIo } from "./cli-io.ts";
import { typedSecret } from "./secret-prompt.ts";

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Lines on demand: nothing is read from standard input before the first is asked for. */
function lineReader(signal: AbortSignal): () => Promise<string | null> {
  let lines: AsyncIterator<string> | null = null;
  return async () => {
    lines ??= createInterface({ input: process.stdin, signal })[Symbol.asyncIterator]();
    const next = await lines.next();
    return next.done === true ? null : next.value;
  };
}

/** `NUMBERBOX_LOG` sets what one-shot commands log to standard error: debug, info, warn (default) or error. */
export function systemIo(): CliIo {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(abort));
  const level = process.env.NUMBERBOX_LOG;
  const known = level === "debug" || level === "info" || level === "error" ? level : "warn";
  // A reader that went away (`| head`) is the end of the work, not a fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    abort.abort();
  });
  const readLine = lineReader(abort.signal);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput,
    readLine,
    readSecret: async (prompt) => {
      const { stdin, stderr } = process;
      return stdin.isTTY ? await typedSecret(stdin, stderr, { prompt, signal: abort.signal }) : await readLine();
    },
    env: process.env,
    clock: systemClock,
    random: systemRandom,
    log: systemLogger({ level: known }),
    signal: abort.signal,
  };
}

/** Everything is built to survive a kill at any moment, so a part that will not stop must not keep the person waiting. */
const STOP_WITHIN_MS = 4500;

function stop(abort: AbortController): void {
  // The second Ctrl-C means now.
  if (abort.signal.aborted) process.exit(130);
  abort.abort();
  setTimeout(() => {
    process.stderr.write("bin.slow_stop: something did not stop in time and was cut off\n");
    process.exit(1);
  }, STOP_WITHIN_MS).unref();
}
