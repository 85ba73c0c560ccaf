// Runs a program of the system: arguments as a list, no shell, an end to the waiting.

import { spawn } from "node:child_process";
import { AppError, type Clock, type Millis, systemCodeOf, withDeadline } from "../base/index.ts";

export interface RunProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly timeout: Millis;
  /** The Debian package that has it. */
  readonly package: string;
  /** Told of each line of both outputs as it comes, without its end: how far a long one is. */
  readonly onLine?: (line: string) => void;
  /** What it reads. For secrets: arguments are seen by every user of the machine. */
  readonly input?: string;
  /** How many characters of its output are kept, from the end; 4000 without it. */
  readonly keep?: number;
}

/** What it has written to its standard output. Errors: `host.no_program`, `host.program_failed`, `base.timeout`, `base.stopped`. */
export type ProgramRunner = (run: RunProgram, signal: AbortSignal) => Promise<string>;

/** More than this of a program's words helps nobody. */
const MOST_OUTPUT = 4000;

export function programRunner(clock: Clock): ProgramRunner {
  return async (run, signal) => {
    const late = new AbortController();
    const running = start(run, AbortSignal.any([signal, late.signal]));
    try {
      return await withDeadline(running, { clock, timeout: run.timeout, what: run.program, signal });
    } finally {
      late.abort();
    }
  };
}

/** Cuts what comes into lines; a line longer than any that is worth something is cut, too. */
function lineTeller(onLine: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/);
    rest = (lines.pop() ?? "").slice(0, MOST_OUTPUT);
    for (const line of lines) if (line.trim() !== "") onLine(line.slice(0, MOST_OUTPUT));
  };
}

function start(run: RunProgram, signal: AbortSignal): Promise<string> {
  const { program, args, package: from, onLine = () => {}, input, keep = MOST_OUTPUT } = run;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { signal, stdio: ["pipe", "pipe", "pipe"] });
    // One that ends before it has read everything says why by its exit code.
    child.stdin.on("error", () => {}).end(input);
    let out = "";
    let err = "";
    const [tellOut, tellErr] = [lineTeller(onLine), lineTeller(onLine)];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out = (out + text).slice(-keep);
      tellOut(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-MOST_OUTPUT);
      tellErr(text);
    });
    child.once("error", (cause) => reject(cannotStart(program, from, cause)));
    child.once("close", (code) => {
      if (code === 0) return resolve(out);
      const said = err.trim().split("\n").at(-1) ?? "";
      const message = `${program} ended with ${code ?? "a signal"}${said === "" ? "" : `: ${said}`}`;
      reject(
        new AppError("host.program_failed", message, {
          retryable: true,
          hint: "Try the same command in a shell as the box's user; its udev rules must be in place.",
          context: { program },
        }),
      );
    });
  });
}

function cannotStart(program: string, from: string, cause: unknown): AppError {
  return new AppError("host.no_program", `${program} cannot be run (${systemCodeOf(cause) ?? "?"})`, {
    hint: `Install it: sudo apt-get install ${from}`,
    cause,
    context: { program },
  });
}
