// Pins of the machine by libgpiod 2's programs (2.1 or later), which hold a line for as long as they run: gpioset for a light, gpiomon for
// what is watched, after gpioget has told the level. A program that fails is started again, slower each time.

import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  AppError,
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type Logger,
  messageOf,
  millis,
  minutes,
  type Random,
  randomFraction,
  seconds,
  systemCodeOf,
} from "../base/index.ts";
import { type InputLine, LIGHTS, type LightPattern, type OutputLight, type OutputLine } from "../core/index.ts";
import { type ChipAndLine, findLine } from "./gpio-chip.ts";
import { programRunner } from "./run-program.ts";

export interface GpioLine {
  /** `header`, `i2c-20` and other links of udev's, or a chip's name such as gpiochip0. */
  readonly chip: string;
  /** Number of the line, or its name where the chip has names. */
  readonly line: string;
  /** `low`: active while it is at 0 V. */
  readonly active: "high" | "low";
}

export interface GpioDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Folder with gpioget, gpiomon and gpioset; where the system has them unless given. */
  readonly programs?: string;
  /** Folder with links to chips; udev's unless given. */
  readonly chips?: string;
}

const AGAIN: BackoffPolicy = { first: seconds(2), max: minutes(5) };
const lowOf = ({ active }: GpioLine): readonly string[] => (active === "low" ? ["--active-low"] : []);

interface Kept extends ChipAndLine {
  readonly program: string;
  /** Its arguments but for the line, `--chip` with the chip's name among them. */
  readonly args: (chip: string, line: string) => readonly string[];
  /** Is done before each start of the program. What it throws counts as the program's end. */
  readonly before?: (found: ChipAndLine, signal: AbortSignal) => Promise<void>;
  readonly onLine?: (line: string) => void;
  /** It starts when this is over: who held the line before has let go of it. */
  readonly after?: Promise<void>;
}

interface Holder {
  stop(): void;
  /** Once no program holds the line any more; never rejects. */
  readonly over: Promise<void>;
}

/** A program that ends in order, and ran no shorter than this, is started again at once. */
const SHORTEST_RUN = seconds(1);

/** Runs a program until it is told to stop, and tells its lines. */
function keep(kept: Kept, { clock, random, log, programs, chips }: GpioDeps): Holder {
  const stopped = new AbortController();
  const { program, onLine = () => {} } = kept;
  const run = async (): Promise<string | null> => {
    const found = await findLine(kept, chips);
    await kept.before?.(found, stopped.signal);
    if (stopped.signal.aborted) return null;
    const begun = clock.monotonic();
    const path = programs === undefined ? program : join(programs, program);
    const reason = await watch(path, kept.args(found.chip, found.line), onLine, stopped.signal);
    return reason === "code 0" && clock.monotonic() - begun >= SHORTEST_RUN ? null : reason;
  };
  const loop = async (): Promise<void> => {
    await kept.after;
    for (let failures = 0; !stopped.signal.aborted; ) {
      const begun = clock.monotonic();
      const reason = await run().catch((error: unknown) => messageOf(error));
      if (stopped.signal.aborted) return;
      const wasWell = clock.monotonic() - begun >= AGAIN.max;
      failures = reason === null ? 0 : wasWell ? 1 : failures + 1;
      if (reason === null) continue;
      if (failures <= 3) log.warn("gpio_program_ended", { program, reason });
      const wait = backoffDelay(AGAIN, failures, randomFraction(random));
      // Rejects when it is stopped, which ends the loop.
      await clock.sleep(wait, program, stopped.signal).catch(() => {});
    }
  };
  return { stop: () => stopped.abort(), over: loop() };
}

/** Until the program has ended; why it did. */
function watch(
  path: string,
  args: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [rest, said] = ["", ""];
    const kill = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", kill, { once: true });
    const ended = (reason: string): void => {
      signal.removeEventListener("abort", kill);
      resolve(reason);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-200);
      for (const line of lines) if (!signal.aborted) onLine(line.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-200);
    });
    child.once("error", (cause) => ended(systemCodeOf(cause) ?? "unknown"));
    child.once("close", (code) => ended(said.trim().split("\n").at(-1) || `code ${code ?? "signal"}`));
  });
}

/** An edge in the moment between the reading of the level and the watching is seen no later than this. */
const READ_EVERY = "10m";
const READ_LIMIT = seconds(10);

/** Tells the level that is there, then each that comes. Neither program sees what the other does: a line belongs to one at a time. */
export function gpioInput(line: GpioLine, deps: GpioDeps): InputLine {
  const { clock, programs } = deps;
  const common = ["--bias", line.active === "low" ? "pull-up" : "pull-down", "--consumer", "numberbox", ...lowOf(line)];
  const readLevel = async (found: ChipAndLine, signal: AbortSignal): Promise<boolean> => {
    const args = ["--numeric", "--chip", found.chip, ...common, found.line];
    const program = programs === undefined ? "gpioget" : join(programs, "gpioget");
    const told = await programRunner(clock)({ program, args, timeout: READ_LIMIT, package: "gpiod" }, signal);
    if (!/^[01]$/.test(told.trim())) throw new AppError("host.program_failed", `${program} told no level`);
    return told.trim() === "1";
  };
  return {
    watch: (onChange) => {
      let known: boolean | null = null;
      /** Of the edge that began what is known, by the kernel's clock in seconds; null where none was seen. */
      let began: number | null = null;
      const tell = (active: boolean, at: number | null): void => {
        const lasted = at === null || began === null ? null : millis(Math.max(0, Math.round(1000 * (at - began))));
        // Of a level that was read once more nobody knows whether it was another in between.
        if (active !== known || at === null) began = at;
        if (active === known) return;
        known = active;
        onChange(active, lasted);
      };
      const holder = keep(
        {
          ...{ program: "gpiomon", chip: line.chip, line: line.line },
          // %e: 1 is a rising edge, 2 a falling one, in the line's own sense with --active-low. %S: when it was, in seconds.
          args: (chip, number) => [
            ...["--chip", chip, "--edges", "both", "--debounce-period", "30ms", "--format", "%e %S"],
            ...["--idle-timeout", READ_EVERY, ...common, number],
          ],
          before: async (found, signal) => {
            const level = await readLevel(found, signal);
            if (!signal.aborted) tell(level, null);
          },
          onLine: (text) => {
            const [, edge, at] = /^([12])(?: (\d{1,12}(?:\.\d{1,9})?))?$/.exec(text) ?? [];
            if (edge !== undefined) tell(edge === "1", at === undefined ? null : Number(at));
          },
        },
        deps,
      );
      return () => holder.stop();
    },
  };
}

export function lightArguments({ chip, line, active }: GpioLine, pattern: LightPattern): readonly string[] {
  const common = ["--consumer", "numberbox", "--chip", chip, ...(active === "low" ? ["--active-low"] : [])];
  if (pattern === "steady") return [...common, `${line}=1`];
  if (pattern === null) return [...common, `${line}=0`];
  return [...common, "--toggle", pattern.map((time) => `${time}ms`).join(","), `${line}=1`];
}

/** Holds a line for one pattern after another; each program starts when the one before has let go. */
class LineHolder {
  readonly #line: GpioLine;
  readonly #deps: GpioDeps;
  #shown: string | null = null;
  #holder: Holder | null = null;

  constructor(line: GpioLine, deps: GpioDeps) {
    this.#line = line;
    this.#deps = deps;
  }

  hold(name: string, pattern: LightPattern): void {
    if (this.#shown === name) return;
    this.#shown = name;
    this.#holder?.stop();
    const { chip, line } = this.#line;
    const args = (path: string, number: string) => lightArguments({ ...this.#line, chip: path, line: number }, pattern);
    const after = this.#holder === null ? {} : { after: this.#holder.over };
    this.#holder = keep({ program: "gpioset", chip, line, args, ...after }, this.#deps);
  }

  release(): void {
    this.#shown = null;
    this.#holder?.stop();
  }
}

export function gpioLight(line: GpioLine, deps: GpioDeps): OutputLight {
  const holder = new LineHolder(line, deps);
  return {
    show: (light) => holder.hold(light, LIGHTS[light]),
    // The program gives the line back, and a light without it goes dark.
    dark: () => holder.release(),
  };
}

export function gpioOutput(line: GpioLine, deps: GpioDeps): OutputLine {
  const holder = new LineHolder(line, deps);
  return {
    hold: (active) => holder.hold(active ? "on" : "off", active ? "steady" : null),
    release: () => holder.release(),
  };
}
