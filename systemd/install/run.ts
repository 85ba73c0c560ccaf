// Programs of the machine, each with a deadline; what one says when it fails is passed on.

import { spawn } from "node:child_process";
import { AppError } from "../../src/base/index.ts";

export interface RunOptions {
  /** Longest time, in minutes. Default 5. */
  readonly minutes?: number;
  /** What it writes is shown as it comes, and not returned. */
  readonly shown?: boolean;
}

/** Resolves with what the program wrote. Errors: `install.command` when it cannot be started, fails, or takes longer. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<string>;

const KEPT_TEXT = 4000;

export const runProgram: Run = (program, args, { minutes = 5, shown = false } = {}) =>
  new Promise((resolve, reject) => {
    const fail = (how: string, said = ""): void => {
      const last = said.trim().split("\n").slice(-6).join("\n");
      reject(
        new AppError("install.command", `${[program, ...args].join(" ")} ${how}${last === "" ? "" : `: ${last}`}`),
      );
    };
    const child = spawn(program, [...args], {
      stdio: ["ignore", shown ? "inherit" : "pipe", shown ? "inherit" : "pipe"],
      env: { ...process.env, LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" },
      timeout: minutes * 60_000,
    });
    let out = "";
    let errors = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(-KEPT_TEXT);
    });
    child.on("error", (cause) => fail(`cannot be started (${cause.message})`));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(out);
      else fail(`ended with ${signal ?? String(code)}`, errors);
    });
  });
