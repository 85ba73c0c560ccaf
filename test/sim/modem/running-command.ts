// One command while a behaviour works on it: collects its lines and its failure, and lets it wait.

import type { Millis } from "../../../src/base/index.ts";
import { failureLine, lineEnd } from "./answer.ts";
import type { CommandContext, Failure } from "./behaviour.ts";
import type { SimModem } from "./sim-modem.ts";

export interface RunningHooks {
  readonly send: (text: string) => void;
  readonly prompt: (onText: (text: string | undefined) => void) => void;
  readonly abortable: (onAbort: () => void) => void;
  readonly after: (delay: Millis, name: string, task: () => void) => void;
  /** Called when a command that was pending has ended. */
  readonly ended: () => void;
}

/** What the engine reads when a command has ended. */
export class RunningCommand implements CommandContext {
  readonly lines: string[] = [];
  failure: string | undefined;
  pending = false;
  readonly modem: SimModem;
  readonly #hooks: RunningHooks;

  constructor(modem: SimModem, hooks: RunningHooks) {
    this.modem = modem;
    this.#hooks = hooks;
  }

  info(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  fail(failure: Failure): void {
    this.failure = failureLine(failure, this.modem.settings);
  }

  later(delay: Millis, name: string, task: () => void): void {
    this.pending = true;
    this.#hooks.after(delay, name, () => this.#resume(task));
  }

  abortable(onAbort: () => void): void {
    this.#hooks.abortable(onAbort);
  }

  prompt(onText: (text: string | undefined) => void): void {
    this.pending = true;
    this.#hooks.send(`${lineEnd(this.modem.settings)}> `);
    this.#hooks.prompt((text) => this.#resume(() => onText(text)));
  }

  /** Runs the next step of a pending command, which may have to wait once more. */
  #resume(step: () => void): void {
    this.pending = false;
    step();
    if (!this.pending) this.#hooks.ended();
  }
}
