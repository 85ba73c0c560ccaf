// Child processes of the end-to-end tests: the real `numberbox` command, ended by id and never by name.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

const SOURCES = fileURLToPath(new URL("../../src/bin/launch.mjs", import.meta.url));

/** What is started: the bundle that `build-pages.ts` made, as an image has it; outside of a test run, the sources. */
export const PROGRAM = process.env.NUMBERBOX_TEST_PROGRAM ?? SOURCES;

/** Commands with simulators, which no image has. */
const SIMULATED: readonly (string | undefined)[] = ["demo", "simulate"];

export class Numberbox {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  #out = "";
  #err = "";
  #onOut: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    // Not `exit`: output may still be on its way then.
    this.#exited = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
    // Decoded as a stream: a character may stand astride two chunks.
    child.stdout?.setEncoding("utf8");
    child.stderr?.setEncoding("utf8");
    child.stdout?.on("data", (chunk) => {
      this.#out += String(chunk);
      this.#onOut();
    });
    child.stderr?.on("data", (chunk) => {
      this.#err += String(chunk);
    });
  }

  static start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Numberbox {
    const child = spawn(process.execPath, [SIMULATED.includes(args[0]) ? SOURCES : PROGRAM, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Numberbox(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended: its exit code, or the signal. */
  get end(): number | string | null {
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** Resolves with the first line of standard output; rejects when the process ends before. */
  async firstLine(): Promise<string> {
    const line = new Promise<string>((resolve) => {
      this.#onOut = () => {
        const end = this.#out.indexOf("\n");
        if (end >= 0) resolve(this.#out.slice(0, end));
      };
      this.#onOut();
    });
    const gone = this.#exited.then((code) => {
      throw new Error(`the process ended with ${code} before it said anything:\n${this.#err.slice(-2000)}`);
    });
    return await Promise.race([line, gone]);
  }

  /** SIGKILL: what a power cut does to a process. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** SIGINT, as Ctrl-C; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.alive) this.#child.kill("SIGINT");
    return await this.#exited;
  }

  async ended(): Promise<number | null> {
    return await this.#exited;
  }
}

/** Runs one command to its end. */
export async function numberbox(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const process = Numberbox.start(args, env);
  const code = await process.ended();
  return { code, out: process.out, err: process.err };
}
