// Cuts the power of one modem for a moment, by what its board has: a hub's port switch, a GPIO line, or a serial relay.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { AppError, type Clock, type Millis, millis, seconds } from "../base/index.ts";
import type { PowerControl } from "../board/index.ts";
import type { TtyFinder } from "../core/index.ts";
import { findLine } from "./gpio-chip.ts";
import type { ProgramRunner } from "./run-program.ts";

export interface PowerSwitchDeps {
  readonly clock: Clock;
  readonly run: ProgramRunner;
  readonly ttys: TtyFinder;
  /** Folder with links to GPIO chips; udev's unless given. */
  readonly chips?: string;
}

/** A power control of a board in its place. */
export type PlacedPower = Exclude<PowerControl, { kind: "none" }>;

/** Long enough for the capacitors of a modem to empty. */
const OFF_SECONDS = 3;
/** Beside the time that a line is held. */
const PROGRAM_LIMIT: Millis = seconds(10);

/**
 * For what must run to its end, also when the box stops meanwhile: a modem that stays without power looks like one that is not there,
 * and nothing would switch it on again.
 */
const toItsEnd = (): AbortSignal => new AbortController().signal;

/** Off and on again. Errors: those of `ProgramRunner`, `host.no_relay`. */
export async function cyclePower(power: PlacedPower, deps: PowerSwitchDeps, signal: AbortSignal): Promise<void> {
  switch (power.kind) {
    case "uhubctl": {
      const { location, port } = power;
      const args = ["-l", location, "-p", String(port), "-a", "cycle", "-d", String(OFF_SECONDS)];
      await deps.run({ program: "uhubctl", args, timeout: seconds(30), package: "uhubctl" }, toItsEnd());
      return;
    }
    case "gpio":
      return await pulseGpio(power, deps, toItsEnd());
    case "relay":
      return await pulseRelay(power, deps, signal);
  }
}

async function pulseGpio(power: Extract<PlacedPower, { kind: "gpio" }>, deps: PowerSwitchDeps, signal: AbortSignal) {
  const version = await deps.run(
    { program: "gpioset", args: ["--version"], timeout: PROGRAM_LIMIT, package: "gpiod" },
    signal,
  );
  const modern = !/\bv?1\.\d/.test(version);
  await hold(power, millis(power.pulse_ms), modern, deps, signal);
  const { restart } = power;
  if (restart === undefined) return;
  await deps.clock.sleep(millis(restart.wait_ms), "power key", signal);
  await hold(power, millis(restart.pulse_ms), modern, deps, signal);
}

/** Sets the line for so long, then the other level. libgpiod 1 and 2 take other arguments for the same. */
async function hold(
  power: Extract<PlacedPower, { kind: "gpio" }>,
  time: Millis,
  modern: boolean,
  { run, chips }: PowerSwitchDeps,
  signal: AbortSignal,
): Promise<void> {
  const level = power.active === "high" ? 1 : 0;
  const found = await findLine(power, chips);
  const line = `${found.line}=${level}`;
  const args = modern
    ? ["--consumer", "numberbox", "--chip", found.chip, "--toggle", `${time}ms,0`, line]
    : ["--mode=time", `--usec=${time * 1000}`, found.chip, line];
  await run({ program: "gpioset", args, timeout: millis(time + PROGRAM_LIMIT), package: "gpiod" }, signal);
}

/** LCUS serial relay boards: A0, channel, 1 on or 0 off, and the sum of the three. They run at 9600 baud, a tty's own default. */
async function pulseRelay(power: Extract<PlacedPower, { kind: "relay" }>, deps: PowerSwitchDeps, signal: AbortSignal) {
  const relay = (await deps.ttys.list()).find(({ usbPath }) => usbPath === power.path);
  if (relay === undefined) {
    throw new AppError("host.no_relay", `the relay board at ${power.path} is not there`, {
      retryable: true,
      hint: "Plug the relay board in where the board's file says.",
      context: { path: power.path },
    });
  }
  const port = await open(relay.tty, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  try {
    await port.write(frame(power.channel, true));
    await deps.clock.sleep(millis(power.pulse_ms), "relay", signal);
  } finally {
    // Also when the box stops meanwhile: the modem must not stay without power.
    await port.write(frame(power.channel, false));
    await port.close();
  }
}

function frame(channel: number, on: boolean): Uint8Array {
  const state = on ? 1 : 0;
  return Uint8Array.of(0xa0, channel, state, (0xa0 + channel + state) & 0xff);
}
