import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError, millis, seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { noMachineFacts } from "../../src/core/index.ts";
import { machineFacts, type ProgramRunner, programRunner } from "../../src/host/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const MEMINFO = `MemTotal:        3882760 kB
MemFree:          104112 kB
MemAvailable:    2048000 kB
SwapTotal:        102396 kB
SwapFree:         100000 kB
`;
const STAT = `cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu2 1 2 3 4\ncpu3 1 2 3 4\nintr 5\n`;

const files = {
  "proc/meminfo": MEMINFO,
  "proc/stat": STAT,
  "proc/loadavg": "0.42 0.30 0.25 1/234 5678\n",
  "proc/uptime": "3600.25 14000.11\n",
  "proc/self/status": "Name:\tnode\nVmRSS:\t   81920 kB\nThreads:\t11\n",
  "sys/class/thermal/thermal_zone0/temp": "48312\n",
  "sys/class/thermal/thermal_zone1/temp": "61020\n",
  "sys/class/thermal/cooling_device0/type": "fan\n",
  "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
  "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
  "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n",
};

const noProgram: ProgramRunner = () => Promise.reject(new AppError("host.no_program", "not here"));
const says =
  (word: string): ProgramRunner =>
  () =>
    Promise.resolve(`${word}\n`);

function rig(changes: Readonly<Record<string, string>> = {}, run: ProgramRunner = says("yes")) {
  const root = tempFolder();
  for (const [name, content] of Object.entries({ ...files, ...changes })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const roots = { proc: join(root, "proc"), sys: join(root, "sys"), runtime: join(root, "run") };
  const clock = new VirtualClock();
  const deps = { ...roots, dataFolder: root, clock, log: silentLogger, run };
  return { root, clock, port: machineFacts(deps) };
}

describe("facts of a Raspberry Pi", () => {
  it("are read from the kernel's files, in base units", async () => {
    const { port } = rig();
    const { disk, ...rest } = await port.facts();
    expect(rest).toEqual({
      memory: { availableBytes: 2_048_000 * 1024, totalBytes: 3_882_760 * 1024, swapUsedBytes: 2396 * 1024 },
      temperatureC: 61.02,
      fanRuns: null,
      clockSynchronised: true,
      undervoltage: false,
      load1: 0.42,
      cores: 4,
      uptime: millis(3_600_250),
      residentBytes: 81_920 * 1024,
    });
    expect(disk?.totalBytes).toBeGreaterThan(0);
    expect(disk?.freeBytes).toBeLessThanOrEqual(disk?.totalBytes ?? 0);
  });

  it("name the voltage alarm while it stands", async () => {
    const { port } = rig({ "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n" });
    expect((await port.facts()).undervoltage).toBe(true);
  });

  it("take the heat from the image's own module where the device tree has no sensor, as on a Raspberry Pi 5", async () => {
    const own = { "sys/module/numberbox_tryboot/parameters/temperature": "57345\n" };
    const none = { "sys/class/thermal/thermal_zone0/temp": "none\n", "sys/class/thermal/thermal_zone1/temp": "none\n" };
    expect((await rig({ ...none, ...own }).port.facts()).temperatureC).toBe(57.345);
  });

  it.each([
    ["50005", true],
    ["50000", false],
    ["", null],
  ])("take low voltage from the image's own module where no hwmon device tells: %s", async (word, expected) => {
    const gone = { "sys/class/hwmon/hwmon1/name": "nvme\n" };
    const { port } = rig({ ...gone, "sys/module/numberbox_tryboot/parameters/throttled": `${word}\n` });
    expect((await port.facts()).undervoltage).toBe(expected);
  });

  it.each([
    ["no", false],
    ["yes", true],
    ["", null],
    ["Failed to query server", null],
  ])("take timedatectl's answer %j for the clock as %s", async (word, expected) => {
    expect((await rig({}, says(word)).port.facts()).clockSynchronised).toBe(expected);
  });

  it("believe timesyncd's file without asking a program", async () => {
    const { port } = rig({ "run/systemd/timesync/synchronized": "" }, noProgram);
    expect((await port.facts()).clockSynchronised).toBe(true);
  });

  it("ask timedatectl ten minutes after it said yes, and a minute after anything else", async () => {
    let asked = 0;
    let word = "yes";
    const run: ProgramRunner = (_run, _signal) => {
      asked++;
      return word === "gone" ? Promise.reject(new Error("gone")) : Promise.resolve(`${word}\n`);
    };
    const { port, clock } = rig({}, run);
    const later = async (minutes: number): Promise<readonly [number, boolean | null]> => {
      await clock.advance(seconds(60 * minutes));
      const { clockSynchronised } = await port.facts();
      return [asked, clockSynchronised];
    };
    await Promise.all([port.facts(), port.facts()]);
    expect(asked).toBe(1);
    word = "no";
    expect(await later(9.9)).toEqual([1, true]);
    expect(await later(0.1)).toEqual([2, false]);
    word = "gone";
    expect(await later(0.9)).toEqual([2, false]);
    expect(await later(0.1)).toEqual([3, null]);
    word = "yes";
    expect(await later(1)).toEqual([4, true]);
  });

  it("leave out a sensor that is broken", async () => {
    const broken = {
      "sys/class/thermal/thermal_zone1/temp": "-274000\n",
      "sys/class/thermal/thermal_zone2/temp": "?\n",
    };
    expect((await rig(broken).port.facts()).temperatureC).toBe(48.312);
  });

  it("are null each by itself where a file is missing or strange", async () => {
    const { root, port } = rig(
      { "proc/meminfo": "MemTotal: lots\n", "proc/loadavg": "", "proc/uptime": "soon" },
      noProgram,
    );
    rmSync(join(root, "sys"), { recursive: true });
    const { memory, temperatureC, undervoltage, load1, uptime, clockSynchronised, residentBytes } = await port.facts();
    expect([memory, temperatureC, undervoltage, load1, uptime, clockSynchronised]).toEqual(Array(6).fill(null));
    expect(residentBytes).toBe(81_920 * 1024);
  });

  it("are all null on a machine that tells nothing", async () => {
    const roots = { proc: "/nowhere", sys: "/nowhere", runtime: "/nowhere", dataFolder: "/nowhere" };
    const port = machineFacts({ ...roots, clock: new VirtualClock(), log: silentLogger, run: noProgram });
    expect(await port.facts()).toEqual(noMachineFacts);
  });

  it("come without the fact that nothing answers in time", async () => {
    const clock = new VirtualClock();
    const { root } = rig();
    const roots = { proc: join(root, "proc"), sys: join(root, "sys"), runtime: join(root, "run") };
    const run: ProgramRunner = () => new Promise(() => {});
    const asked = machineFacts({ ...roots, dataFolder: root, clock, log: silentLogger, run }).facts();
    // The files are read in real time: the fact without an answer is the last to be waited for.
    while (clock.pending.length > 1) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(seconds(6));
    const { clockSynchronised, cores } = await asked;
    expect([clockSynchronised, cores]).toEqual([null, 4]);
  });

  it("are there on this very machine", async () => {
    const roots = { proc: "/proc", sys: "/sys", runtime: "/run", dataFolder: tempFolder() };
    const run = programRunner(systemClock);
    const facts = await machineFacts({ ...roots, clock: systemClock, log: silentLogger, run }).facts();
    expect(facts.memory?.availableBytes).toBeLessThanOrEqual(facts.memory?.totalBytes ?? 0);
    expect(facts.residentBytes).toBeGreaterThan(1024 * 1024);
    expect(facts.cores).toBeGreaterThan(0);
  });
});
