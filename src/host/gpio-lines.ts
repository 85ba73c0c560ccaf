// Pins of the machine by libgpiod 2's programs, which hold a line for as long as they run: gpioset for a light, gpiomon for what is
// watched. A program that ends is started again, slower each time.

import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  type Disposer,
  type Logger,
  minutes,
  type Random,
  randomFraction,
  seconds,
  systemCodeOf,
} from "../base/index.ts";
import { type InputLine, LIGHTS, type LightPattern, type OutputLight } from "../core/index.ts";

export interface GpioLine {
  /** Such as gpiochip0, or its label. */
  readonly chip: string;
  /** Number of the line, or its name. */
  readonly line: string;
  /** `low`: active while it is at 0 V. */
  readonly active: "high" | "low";
}

export interface GpioDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Folder with gpioset and gpiomon; where the system has them unless given. */
  readonly programs?: string;
}

const AGAIN: BackoffPolicy = { first: seconds(2), max: minutes(5) };
const lowOf = ({ active }: GpioLine): readonly string[] => (active === "low" ? ["--active-low"] : []);

/** Runs a program until it is disposed of, and tells its lines. */
function keep(
  program: string,
  args: readonly string[],
  { clock, random, log, programs }: GpioDeps,
  onLine: (line: string) => void,
): Disposer {
  let stopped = false;
  let failures = 0;
  let cancel: Disposer = () => {};
  let kill: Disposer = () => {};
  const again = (reason: string): void => {
    if (stopped) return;
    failures++;
    if (failures <= 3) log.warn("gpio_program_ended", { program, reason });
    cancel = clock.after(backoffDelay(AGAIN, failures, randomFraction(random)), program, start);
  };
  const start = (): void => {
    const child = spawn(programs === undefined ? program : join(programs, program), args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let rest = "";
    let said = "";
    let over = false;
    const ended = (reason: string): void => {
      if (over) return;
      over = true;
      again(reason);
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      failures = 0;
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-200);
      for (const line of lines) onLine(line.trim());
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-200);
    });
    child.once("error", (cause) => ended(systemCodeOf(cause) ?? "unknown"));
    child.once("close", (code) => ended(said.trim().split("\n").at(-1) || `code ${code ?? "signal"}`));
    kill = () => void child.kill("SIGTERM");
  };
  start();
  return () => {
    stopped = true;
    cancel();
    kill();
  };
}

/** `pressed` is told by the edge that makes the line active. A line that is active from the start is not told: nobody has pressed it. */
export function gpioInput(line: GpioLine, deps: GpioDeps): InputLine {
  const bias = line.active === "low" ? "pull-up" : "pull-down";
  const args = [
    ...["--chip", line.chip, "--edges", "both", "--bias", bias, "--debounce-period", "30ms", "--format", "%e"],
    ...["--consumer", "numberbox", ...lowOf(line), line.line],
  ];
  return {
    // %e: 1 is a rising edge, 2 a falling one, in the line's own sense with --active-low.
    watch: (onChange) =>
      keep("gpiomon", args, deps, (text) => {
        if (text === "1" || text === "2") onChange(text === "1");
      }),
  };
}

export function lightArguments({ chip, line, active }: GpioLine, pattern: LightPattern): readonly string[] {
  const common = ["--consumer", "numberbox", "--chip", chip, ...(active === "low" ? ["--active-low"] : [])];
  if (pattern === "steady") return [...common, `${line}=1`];
  if (pattern === null) return [...common, "--toggle", "0", `${line}=0`];
  return [...common, "--toggle", pattern.map((time) => `${time}ms`).join(","), `${line}=1`];
}

export function gpioLight(line: GpioLine, deps: GpioDeps): OutputLight {
  let shown: string | null = null;
  let stop: Disposer = () => {};
  const change = (name: string, pattern: LightPattern): void => {
    if (shown === name) return;
    shown = name;
    stop();
    stop = keep("gpioset", lightArguments(line, pattern), deps, () => {});
  };
  return {
    show: (light) => change(light, LIGHTS[light]),
    // The program gives the line back, and a light without it goes dark.
    dark: () => {
      shown = null;
      stop();
    },
  };
}
