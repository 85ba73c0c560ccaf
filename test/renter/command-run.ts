// The renter's commands as a user runs them, with everything they print.

import { Command, CommanderError } from "commander";
import { isAppError, silentLogger } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { CliIo, ExitCode } from "../../src/bin/cli-io.ts";
import { registerRenter } from "../../src/bin/commands/renter.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { NOW } from "./fixtures.ts";

/** A command that is running or done. */
export class CommandRun implements CliIo {
  stdout = "";
  stderr = "";
  readonly env: CliIo["env"];
  readonly clock = new VirtualClock(NOW);
  readonly random = systemRandom;
  readonly log = silentLogger;
  readonly abort = new AbortController();
  readonly done: Promise<ExitCode>;
  readonly #watchers = new Set<() => void>();

  constructor(home: string, argv: readonly string[]) {
    this.env = { HOME: home };
    this.done = this.#run(argv);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  out(text: string): void {
    this.stdout += text;
    for (const look of [...this.#watchers]) look();
  }

  err(text: string): void {
    this.stderr += text;
    for (const look of [...this.#watchers]) look();
  }

  readInput(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(0));
  }

  get lines(): readonly { readonly type: string; readonly [member: string]: unknown }[] {
    return this.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  async #run(argv: readonly string[]): Promise<ExitCode> {
    let exit: ExitCode = 0;
    const program = new Command("numberbox").exitOverride().configureOutput({
      writeOut: (text) => this.out(text),
      writeErr: (text) => this.err(text),
    });
    registerRenter(program, this, (code) => {
      exit = code;
    });
    try {
      await program.parseAsync(["renter", ...argv], { from: "user" });
      return exit;
    } catch (error) {
      if (error instanceof CommanderError) return 2;
      if (!isAppError(error)) throw error;
      this.err(`${error.code}: ${error.message}\n  ${error.hint ?? ""}\n`);
      return 1;
    }
  }
}
