// With programs that stand for libgpiod's: this machine has no pins.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis, minutes, silentLogger } from "../../src/base/index.ts";
import { type GpioLine, gpioInput, gpioLight, lightArguments } from "../../src/host/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const LINE: GpioLine = { chip: "gpiochip0", line: "17", active: "high" };

describe("pins of the machine", () => {
  let programs = "";
  beforeEach(() => {
    programs = mkdtempSync(join(tmpdir(), "numberbox-gpio-"));
  });
  afterEach(() => rmSync(programs, { recursive: true, force: true }));
  const program = (name: string, body: string): void =>
    writeFileSync(join(programs, name), `#!/bin/sh\necho "$*" >>${programs}/asked\n${body}\n`, { mode: 0o755 });
  const asked = (): readonly string[] => {
    try {
      return readFileSync(join(programs, "asked"), "utf8").trim().split("\n");
    } catch {
      return [];
    }
  };
  const deps = () => {
    const clock = new VirtualClock();
    return { clock, random: new SeededRandom("gpio"), log: silentLogger, programs };
  };

  it("that are watched tell each edge", async () => {
    program("gpiomon", "printf '1\\n2\\nnonsense\\n1\\n'; exec sleep 60");
    const seen: boolean[] = [];
    const stop = gpioInput({ ...LINE, active: "low" }, deps()).watch((active) => seen.push(active));
    await expect.poll(() => seen).toEqual([true, false, true]);
    expect(asked()).toEqual([
      "--chip gpiochip0 --edges both --bias pull-up --debounce-period 30ms --format %e --consumer numberbox --active-low 17",
    ]);
    stop();
  });

  it("are watched again, slower and slower, by a program that ends", async () => {
    program("gpiomon", "exit 1");
    const given = deps();
    const stop = gpioInput(LINE, given).watch(() => {});
    const isWaiting = () => given.clock.pending.length;
    await expect.poll(isWaiting).toBe(1);
    // Less than the shortest first wait.
    await given.clock.advance(millis(900));
    expect(asked()).toHaveLength(1);
    await given.clock.advance(minutes(5));
    await expect.poll(() => asked().length).toBeGreaterThan(1);
    await expect.poll(isWaiting).toBe(1);
    stop();
    await given.clock.advance(minutes(10));
    expect(given.clock.pending).toEqual([]);
  });

  it("are left alone where there is no such program", async () => {
    const given = deps();
    const stop = gpioInput(LINE, given).watch(() => {});
    await expect.poll(() => given.clock.pending.length).toBe(1);
    stop();
    expect(given.clock.pending).toEqual([]);
  });

  it("show one pattern at a time, each by one program", async () => {
    program("gpioset", "exec sleep 60");
    const light = gpioLight(LINE, deps());
    light.show("good");
    light.show("good");
    await expect.poll(() => asked().length).toBe(1);
    light.show("warning");
    await expect
      .poll(asked)
      .toEqual([
        "--consumer numberbox --chip gpiochip0 17=1",
        "--consumer numberbox --chip gpiochip0 --toggle 80ms,80ms 17=1",
      ]);
    light.dark();
  });

  it("that shine at 0 V are told so", () => {
    expect(lightArguments({ ...LINE, active: "low" }, "steady")).toEqual([
      ...["--consumer", "numberbox", "--chip", "gpiochip0", "--active-low", "17=1"],
    ]);
  });
});
