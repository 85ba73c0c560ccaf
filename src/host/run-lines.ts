// Runs a program of the system that tells line by line how far it is.

import { spawn } from "node:child_process";
import { AppError, systemCodeOf } from "../base/index.ts";

export interface RunLines {
  readonly program: string;
  readonly args: readonly string[];
  /** The Debian package that has it. */
  readonly package: string;
  /** Of both outputs, without their ends. */
  readonly onLine: (line: string) => void;
}

/** Resolves when it has ended well. The caller's signal is the only end of the waiting. Errors: `host.no_program`, `host.program_failed`. */
export type LineRunner = (run: RunLines, signal: AbortSignal) => Promise<void>;

/** A longer line is cut: no program of the system writes one that is worth more. */
const MOST_LINE = 2000;
const LAST_LINES = 20;

export const lineRunner: LineRunner = ({ program, args, package: from, onLine }, signal) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { signal, stdio: ["ignore", "pipe", "pipe"] });
    const last: string[] = [];
    const heard = (line: string): void => {
      if (line.trim() === "") return;
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
      onLine(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        const lines = (rest + text).split(/[\r\n]/);
        rest = (lines.pop() ?? "").slice(0, MOST_LINE);
        for (const line of lines) heard(line.slice(0, MOST_LINE));
      });
      stream.on("end", () => heard(rest));
    }
    child.once("error", (cause) => {
      const message = `${program} cannot be run (${systemCodeOf(cause) ?? "?"})`;
      reject(new AppError("host.no_program", message, { cause, hint: `Install it: sudo apt-get install ${from}` }));
    });
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const message = `${program} ended with ${code ?? "a signal"}: ${last.slice(-3).join("; ")}`;
      reject(new AppError("host.program_failed", message, { context: { program, said: last.join("\n") } }));
    });
  });
