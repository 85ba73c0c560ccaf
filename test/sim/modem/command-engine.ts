// Runs command lines: one at a time, commands in order, one answer for the line. The faults of an answer strike here.

import { type Clock, type Disposer, type Millis, millis } from "../../../src/base/index.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { type Answer, lineEnd, renderAnswer } from "./answer.ts";
import { type AnswerFaults, breakPdu, insertInside, rollAnswerFaults } from "./answer-faults.ts";
import type { Behaviour } from "./behaviour.ts";
import { type Command, parseCommandLine } from "./command-line.ts";
import type { FaultBox } from "./faults.ts";
import { type HostInput, LineReader } from "./line-reader.ts";
import { RunningCommand } from "./running-command.ts";
import type { Settings } from "./settings.ts";
import type { SimModem } from "./sim-modem.ts";

export interface EngineDeps {
  readonly modem: SimModem;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: FaultBox;
  readonly behaviours: readonly Behaviour[];
  readonly settings: () => Settings;
  readonly send: (text: string) => void;
}

/** A command line on its way. `done` turns true with its last command, or when a restart ended it. */
interface Run {
  readonly commands: readonly Command[];
  readonly faults: AnswerFaults | undefined;
  readonly blocks: string[][];
  next: number;
  done: boolean;
}

export class CommandEngine {
  readonly #deps: EngineDeps;
  readonly #reader = new LineReader();
  #run: Run | undefined;
  #onText: ((text: string | undefined) => void) | undefined;
  #onAbort: (() => void) | undefined;
  #lastLine = "";
  #heldAnswer = "";
  #heldUrc = "";
  #waitingUrcs = "";
  readonly #timers = new Set<Disposer>();
  #commandCount = 0;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /** Commands executed so far. */
  get commandCount(): number {
    return this.#commandCount;
  }

  /** `text` holds one byte in each character. */
  receive(text: string): void {
    const onAbort = this.#onAbort;
    if (onAbort !== undefined) {
      this.#onAbort = undefined;
      onAbort();
      return;
    }
    this.#reader.push(text);
    this.#work();
  }

  /** Forgets the line under way and what was read ahead: power is gone. */
  reset(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    if (this.#run !== undefined) this.#run.done = true;
    this.#run = undefined;
    this.#onText = undefined;
    this.#onAbort = undefined;
    this.#lastLine = "";
    this.#heldAnswer = "";
    this.#heldUrc = "";
    this.#waitingUrcs = "";
    this.#reader.clear();
  }

  /** Sends an unsolicited text now, or after the answer of the command under way, as most firmware does. */
  sendUrc(text: string): void {
    if (this.#run === undefined) this.#deps.send(text);
    else this.#waitingUrcs += text;
  }

  /** Keeps an unsolicited text until it can stand in the middle of the next answer, as bad firmware does. */
  holdUrc(text: string): void {
    this.#heldUrc += text;
  }

  #work(): void {
    while (!this.#reader.empty) {
      const settings = this.#deps.settings();
      if (this.#run !== undefined && this.#onText === undefined) return;
      const { input, consumed } =
        this.#onText === undefined ? this.#reader.takeLine(settings) : this.#reader.takeText();
      if (consumed === "") return;
      if (settings.echo || this.#deps.faults.isOn("echo")) this.#deps.send(consumed);
      if (input !== undefined) this.#handle(input);
    }
  }

  #handle(input: HostInput): void {
    switch (input.kind) {
      case "text": {
        const onText = this.#onText;
        this.#onText = undefined;
        onText?.(input.text);
        return;
      }
      case "line":
        this.#lastLine = input.body;
        this.#start(input.body);
        return;
      case "repeat":
        this.#start(this.#lastLine);
        return;
      case "overflow":
        this.#answer({ blocks: [], final: "ERROR" }, undefined);
        return;
    }
  }

  #start(body: string): void {
    const commands = parseCommandLine(body);
    if (commands === undefined) {
      this.#answer({ blocks: [], final: "ERROR" }, undefined);
      return;
    }
    const names = commands.map((command) => command.name);
    const faults = this.#deps.faults.any ? rollAnswerFaults(this.#deps.faults, names) : undefined;
    const run: Run = { commands, faults, blocks: [], next: 0, done: false };
    this.#run = run;
    if (faults?.error !== undefined) this.#end(run, faults.error.reply);
    else if (faults?.skipped === true) this.#end(run, "OK");
    else this.#step(run);
  }

  #step(run: Run): void {
    while (!run.done) {
      const command = run.commands[run.next++];
      if (command === undefined) {
        this.#end(run, "OK");
        return;
      }
      this.#commandCount++;
      const context: RunningCommand = new RunningCommand(this.#deps.modem, {
        send: this.#deps.send,
        prompt: (onText) => {
          this.#onText = onText;
        },
        abortable: (onAbort) => {
          this.#onAbort = onAbort;
        },
        after: (delay, name, task) => this.#after(delay, name, task),
        ended: () => {
          if (!run.done && this.#succeeded(run, context)) this.#step(run);
        },
      });
      const handled = this.#deps.behaviours.some((behaviour) => behaviour.onCommand(context, command));
      if (!handled) context.fail("ERROR");
      if (context.pending || !this.#succeeded(run, context)) return;
    }
  }

  /** Takes over what an ended command said; false when its failure ended the line. */
  #succeeded(run: Run, context: RunningCommand): boolean {
    if (context.lines.length > 0) run.blocks.push(context.lines);
    if (context.failure === undefined) return true;
    this.#end(run, context.failure);
    return false;
  }

  /** The line is done: the modem is ready for the next one as soon as the answer is out. */
  #end(run: Run, final: string): void {
    if (run.done) return;
    run.done = true;
    this.#onAbort = undefined;
    this.#answer({ blocks: run.blocks, final }, run.faults);
  }

  #answer(answer: Answer, faults: AnswerFaults | undefined): void {
    const broken = faults?.reads === true ? breakPdu(answer, this.#deps.faults) : answer;
    const text = this.#compose(broken, faults);
    if (faults?.stall !== undefined) {
      if (faults.stall.ms === undefined) this.#release();
      else this.#after(millis(faults.stall.ms), "simulated modem stalls", () => this.#finish(text));
    } else if (faults?.late !== undefined) {
      if (faults.late.ms === undefined) this.#heldAnswer += text;
      else this.#after(millis(faults.late.ms), "simulated modem answers late", () => this.#deps.send(text));
      this.#release();
    } else if (faults?.reset !== undefined || faults?.unplug !== undefined) {
      this.#deps.send(text.slice(0, this.#deps.random.int(0, Math.max(0, text.length - 1))));
      if (faults.reset !== undefined) this.#deps.modem.reset();
      else this.#deps.modem.unplug(faults.unplug?.ms === undefined ? undefined : millis(faults.unplug.ms));
    } else this.#finish(text);
  }

  #compose(answer: Answer, faults: AnswerFaults | undefined): string {
    const settings = this.#deps.settings();
    let text = renderAnswer(answer, settings);
    if (this.#heldUrc !== "") {
      text = insertInside(text, this.#heldUrc, { end: lineEnd(settings), random: this.#deps.random });
      this.#heldUrc = "";
    }
    if (faults?.overlong !== undefined) text = `\r\n${"#".repeat(faults.overlong.bytes)}\r\n${text}`;
    return text;
  }

  #finish(text: string): void {
    this.#deps.send(this.#heldAnswer + text);
    this.#heldAnswer = "";
    this.#release();
  }

  #release(): void {
    this.#run = undefined;
    if (this.#waitingUrcs === "") return;
    this.#deps.send(this.#waitingUrcs);
    this.#waitingUrcs = "";
  }

  #after(delay: Millis, name: string, task: () => void): void {
    const cancel = this.#deps.clock.after(delay, name, () => {
      this.#timers.delete(cancel);
      task();
      // What the host wrote meanwhile was waiting.
      this.#work();
    });
    this.#timers.add(cancel);
  }
}
