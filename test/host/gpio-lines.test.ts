// With programs that stand for libgpiod's: this machine has no pins.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis, minutes, seconds, silentLogger } from "../../src/base/index.ts";
import { findLine } from "../../src/host/gpio-chip.ts";
import { type GpioLine, gpioInput, gpioLight, gpioOutput, lightArguments } from "../../src/host/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const LINE: GpioLine = { chip: "gpiochip0", line: "17", active: "high" };

describe("pins of the machine", () => {
  let programs = "";
  beforeEach(() => {
    programs = realpathSync(mkdtempSync(join(tmpdir(), "numberbox-gpio-")));
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
    return { clock, random: new SeededRandom("gpio"), log: silentLogger, programs, chips: join(programs, "chips") };
  };

  it("that are watched tell the level that is there, and each edge", async () => {
    program("gpioget", "echo 0");
    program("gpiomon", "printf '1 7.5\\n2 19.000000001\\nnonsense\\n1 19.25\\n'; exec sleep 60");
    const seen: unknown[] = [];
    const stop = gpioInput({ ...LINE, active: "low" }, deps()).watch((...told) => seen.push(told));
    await expect.poll(() => seen.length).toBe(4);
    // How long each was, by the kernel's clock; of the first nobody knows.
    expect(seen).toEqual([
      [false, null],
      [true, null],
      [false, 11_500],
      [true, 250],
    ]);
    expect(asked()).toEqual([
      "--numeric --chip gpiochip0 --bias pull-up --consumer numberbox --active-low 17",
      "--chip gpiochip0 --edges both --debounce-period 30ms --format %e %S --idle-timeout 10m --bias pull-up --consumer numberbox --active-low 17",
    ]);
    stop();
  });

  it("tell of mains that were gone before the box came, and tell each level once", async () => {
    program("gpioget", "echo 1");
    program("gpiomon", "echo 1 2.5; exec sleep 60");
    const seen: boolean[] = [];
    const stop = gpioInput(LINE, deps()).watch((active) => seen.push(active));
    await expect.poll(() => asked().length).toBe(2);
    await expect.poll(() => seen).toEqual([true]);
    stop();
  });

  it("are read anew each time that nothing has come for a while: an edge may be lost between the two programs", async () => {
    program("gpioget", `n=$(wc -l <${programs}/asked); [ "$n" -gt 2 ] && echo 1 || echo 0`);
    program("gpiomon", `until [ -e ${programs}/idle ]; do sleep 0.01; done`);
    const given = deps();
    const seen: boolean[] = [];
    const stop = gpioInput(LINE, given).watch((active) => seen.push(active));
    await expect.poll(() => asked().length).toBe(2);
    await given.clock.advance(minutes(10));
    writeFileSync(join(programs, "idle"), "");
    await expect.poll(() => seen).toEqual([false, true]);
    stop();
  });

  it("do not tell how long a level was that ended while nobody watched", async () => {
    program("gpioget", `[ -e ${programs}/let-go ] && echo 0 || { [ -e ${programs}/asked.1 ] && echo 1 || echo 0; }`);
    program("gpiomon", `[ -e ${programs}/asked.1 ] && exec sleep 60; : >${programs}/asked.1; echo 1 5.0; exit 1`);
    const given = deps();
    const seen: unknown[] = [];
    const stop = gpioInput(LINE, given).watch((...told) => seen.push(told));
    await expect.poll(() => given.clock.pending.includes("gpiomon")).toBe(true);
    writeFileSync(join(programs, "let-go"), "");
    await given.clock.advance(seconds(20));
    await expect.poll(() => seen.length).toBe(3);
    expect(seen).toEqual([
      [false, null],
      [true, null],
      [false, null],
    ]);
    stop();
  });

  it("are watched again, slower and slower, by a program that ends", async () => {
    program("gpioget", "echo 0");
    program("gpiomon", "exit 1");
    const given = deps();
    const starts = () => asked().filter((line) => line.includes("--edges")).length;
    const stop = gpioInput(LINE, given).watch(() => {});
    const isWaiting = () => given.clock.pending.includes("gpiomon");
    await expect.poll(isWaiting).toBe(true);
    // Less than the shortest first wait.
    await given.clock.advance(millis(900));
    expect(starts()).toBe(1);
    await given.clock.advance(minutes(5));
    await expect.poll(starts).toBeGreaterThan(1);
    await expect.poll(isWaiting).toBe(true);
    stop();
    await given.clock.advance(minutes(10));
    expect(given.clock.pending).toEqual([]);
  });

  it("are found by the links that outlast the numbers of chips", async () => {
    program("gpioset", "exec sleep 60");
    mkdirSync(join(programs, "chips"));
    writeFileSync(join(programs, "gpiochip4"), "");
    symlinkSync("../gpiochip4", join(programs, "chips", "header"));
    const light = gpioLight({ ...LINE, chip: "header", line: "GPIO17" }, deps());
    light.show("good");
    await expect.poll(asked).toEqual([`--consumer numberbox --chip ${programs}/gpiochip4 17=1`]);
    light.dark();
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

  it("are those of the header by the names that other kernels have for its chip, and of others by their own", async () => {
    mkdirSync(join(programs, "chips"));
    for (const [link, name] of [
      ["header", "gpiochip4"],
      ["i2c-20", "gpiochip5"],
    ] as const) {
      writeFileSync(join(programs, name), "");
      symlinkSync(`../${name}`, join(programs, "chips", link));
    }
    const find = (chip: string, line: string) => findLine({ chip, line }, join(programs, "chips"));
    expect(await find("pinctrl-rp1", "GPIO6")).toEqual({ chip: join(programs, "gpiochip4"), line: "6" });
    expect(await find("header", "SDA1")).toEqual({ chip: join(programs, "gpiochip4"), line: "SDA1" });
    expect(await find("i2c-20", "0")).toEqual({ chip: join(programs, "gpiochip5"), line: "0" });
    expect(await find("gpiochip1", "GPIO6")).toEqual({ chip: "gpiochip1", line: "GPIO6" });
  });

  it("are taken by the next pattern only when the last one has let go", async () => {
    const [done, held] = [join(programs, "done"), join(programs, "held")];
    program(
      "gpioset",
      `[ -e ${held} ] && echo busy >>${done}\n: >${held}\ntrap 'sleep 0.2; rm ${held}; exit 0' TERM\nwhile :; do sleep 0.01; done`,
    );
    const light = gpioLight(LINE, deps());
    light.show("good");
    await expect.poll(() => existsSync(held)).toBe(true);
    light.show("warning");
    await expect.poll(() => asked().length).toBe(2);
    expect(existsSync(done)).toBe(false);
    light.dark();
  });

  it("that switch something are held at either level, one program after the other", async () => {
    program("gpioset", "exec sleep 60");
    const fan = gpioOutput({ ...LINE, active: "low" }, deps());
    fan.hold(true);
    fan.hold(true);
    await expect.poll(() => asked().length).toBe(1);
    fan.hold(false);
    await expect
      .poll(asked)
      .toEqual([
        "--consumer numberbox --chip gpiochip0 --active-low 17=1",
        "--consumer numberbox --chip gpiochip0 --active-low 17=0",
      ]);
    fan.release();
    fan.release();
  });

  it("that shine at 0 V are told so", () => {
    expect(lightArguments({ ...LINE, active: "low" }, "steady")).toEqual([
      ...["--consumer", "numberbox", "--chip", "gpiochip0", "--active-low", "17=1"],
    ]);
  });
});
