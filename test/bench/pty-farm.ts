// The C farm of modems on ptys, compiled and driven. See `pty-farm.c`.

import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pause, Skipped } from "./measure.ts";

const SOURCE = fileURLToPath(new URL("pty-farm.c", import.meta.url));
const COMPILERS = ["cc", "gcc", "clang"];

interface Event {
  readonly event: "ready" | "served" | "emptied" | "plugged";
  readonly at: number;
  readonly messages: number;
  readonly first: number;
  readonly last: number;
}

/** Compiles the farm into `folder`; returns the program. Throws `Skipped` where that cannot be done. */
function compile(folder: string): string {
  if (process.platform !== "linux") throw new Skipped("the farm of ptys needs Linux");
  const program = join(folder, "pty-farm");
  for (const compiler of COMPILERS) {
    const { error, status, stderr } = spawnSync(compiler, ["-O2", "-o", program, SOURCE], { encoding: "utf8" });
    if (error !== undefined) continue;
    if (status !== 0) throw new Error(`${compiler} cannot compile pty-farm.c:\n${stderr}`);
    return program;
  }
  throw new Skipped(`no C compiler (${COMPILERS.join(", ")}); Debian: sudo apt-get install gcc libc6-dev`);
}

export class PtyFarm {
  readonly links: readonly string[];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #events: Event[] = [];

  private constructor(program: string, folder: string, modems: number) {
    this.links = Array.from({ length: modems }, (_, at) => join(folder, `modem${at + 1}`));
    this.#child = spawn(program, [folder, String(modems)], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#events.push(JSON.parse(line) as Event));
  }

  static async start(folder: string, modems: number): Promise<PtyFarm> {
    const own = mkdtempSync(join(folder, "farm-"));
    const farm = new PtyFarm(compile(own), own, modems);
    await farm.next("ready", 5_000);
    return farm;
  }

  /** The next event of this kind; null when it does not come in time. */
  async next(kind: Event["event"], limitMs: number): Promise<Event | null> {
    for (const end = performance.now() + limitMs; performance.now() < end; await pause(5)) {
      const at = this.#events.findIndex(({ event }) => event === kind);
      if (at >= 0) return this.#events.splice(0, at + 1).at(-1) ?? null;
      if (this.#child.exitCode !== null) throw new Error(`the farm ended with ${this.#child.exitCode}`);
    }
    return null;
  }

  /** `flood N`, `place SLOT`, `unplug SLOT` or `plug SLOT`. */
  order(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
