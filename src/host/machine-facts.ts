// What the kernel tells of the machine: disk, memory, temperature, voltage, load, and whether its clock is kept.

import { access, readdir, readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import {
  type Clock,
  type Logger,
  type Millis,
  messageOf,
  millis,
  minutes,
  seconds,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";
import { type MachineFacts, type MachinePort, noMachineFacts } from "../core/index.ts";
import type { ProgramRunner } from "./run-program.ts";
import { hasBit, SUPPLY_BITS, supplyWord } from "./supply-word.ts";

export interface MachineFactsDeps {
  /** Usually `/proc`. */
  readonly proc: string;
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/run`. */
  readonly runtime: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks systemd of the clock where no file tells. */
  readonly run: ProgramRunner;
}

/** A file system that hangs (a dead USB stick, NFS) must not hold up whoever asks. */
const LONGEST: Millis = seconds(5);
/** A sensor that says more or less than this is broken. */
const [COLDEST_C, HOTTEST_C] = [-60, 200];

/**
 * To start a program stands the event loop still for tens of milliseconds, which a call's next frames would wait for: what timedatectl said
 * is good for a while, shorter while the clock is not kept.
 */
const CLOCK_GOOD_FOR = minutes(10);
const CLOCK_BAD_FOR = minutes(1);

const text = async (...path: string[]): Promise<string> => (await readFile(join(...path), "utf8")).trim();

export function machineFacts(deps: MachineFactsDeps): MachinePort {
  const { clock, log } = deps;
  const isSynchronised = clockAsker(deps);
  /** Null for what cannot be read, which is the rule rather than a fault: each machine has other files. */
  const attempt = async <T>(what: string, read: () => Promise<T | null>): Promise<T | null> => {
    try {
      return await withDeadline(read(), { clock, timeout: LONGEST, what });
    } catch (error) {
      log.debug("no_machine_fact", { what, reason: systemCodeOf(error) ?? messageOf(error) });
      return null;
    }
  };
  return {
    facts: async () => {
      const [disk, memory, temperatureC, clockSynchronised, undervoltage, load, uptime, residentBytes] =
        await Promise.all([
          attempt("disk", () => diskOf(deps.dataFolder)),
          attempt("memory", () => memoryOf(deps.proc)),
          attempt("temperature", () => hottest(deps.sys)),
          attempt("clock", isSynchronised),
          attempt("voltage", () => undervoltageOf(deps.sys)),
          attempt("load", () => loadOf(deps.proc)),
          attempt("uptime", () => uptimeOf(deps.proc)),
          attempt("own memory", () => residentOf(deps.proc)),
        ]);
      const rest = { disk, memory, temperatureC, clockSynchronised, undervoltage, uptime, residentBytes };
      return { ...noMachineFacts, ...rest, ...load };
    },
  };
}

async function diskOf(folder: string): Promise<MachineFacts["disk"]> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Lines such as `MemTotal:  3882760 kB` (proc_meminfo(5)), in bytes. */
function kilobytes(file: string, name: string): number | null {
  const [, count] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(file) ?? [];
  return count === undefined ? null : Number(count) * 1024;
}

async function memoryOf(proc: string): Promise<MachineFacts["memory"]> {
  const file = await text(proc, "meminfo");
  const [available, total] = [kilobytes(file, "MemAvailable"), kilobytes(file, "MemTotal")];
  if (available === null || total === null) return null;
  const swap = (kilobytes(file, "SwapTotal") ?? 0) - (kilobytes(file, "SwapFree") ?? 0);
  return { availableBytes: available, totalBytes: total, swapUsedBytes: Math.max(0, swap) };
}

async function residentOf(proc: string): Promise<number | null> {
  return kilobytes(await text(proc, "self", "status"), "VmRSS");
}

/**
 * Thermal zones tell thousandths of a degree (Documentation/driver-api/thermal/sysfs-api.rst), and so does the image's own module (os-image/kernel):
 * Debian's device tree of a Raspberry Pi 5 has no zone.
 */
async function hottest(sys: string): Promise<number | null> {
  const folder = join(sys, "class", "thermal");
  const zones = (await readdir(folder).catch(() => [])).filter((name) => /^thermal_zone\d+$/.test(name));
  const files = [
    ...zones.map((zone) => [folder, zone, "temp"]),
    [sys, "module", "numberbox_tryboot", "parameters", "temperature"],
  ];
  const told = await Promise.all(files.map((file) => text(...file).catch(() => "")));
  const degrees = told.filter((value) => /^-?\d+$/.test(value)).map((value) => Number(value) / 1000);
  const sane = degrees.filter((value) => value >= COLDEST_C && value <= HOTTEST_C);
  return sane.length === 0 ? null : Math.max(...sane);
}

/**
 * The Pi's firmware reports low voltage as the alarm of a hwmon device of this name (drivers/hwmon/raspberrypi-hwmon.c); where the kernel is
 * built without it, in a word of its own.
 */
async function undervoltageOf(sys: string): Promise<boolean | null> {
  const folder = join(sys, "class", "hwmon");
  for (const device of await readdir(folder).catch(() => [])) {
    const name = await text(folder, device, "name").catch(() => "");
    if (name === "rpi_volt") return (await text(folder, device, "in0_lcrit_alarm")) === "1";
  }
  const word = await supplyWord(sys);
  return word === null ? null : hasBit(word, SUPPLY_BITS.low);
}

async function loadOf(proc: string): Promise<Pick<MachineFacts, "load1" | "cores">> {
  const [first = ""] = (await text(proc, "loadavg")).split(" ");
  const cores = (await text(proc, "stat")).match(/^cpu\d+ /gm)?.length ?? null;
  return { load1: /^\d+(\.\d+)?$/.test(first) ? Number(first) : null, cores };
}

async function uptimeOf(proc: string): Promise<Millis | null> {
  const [up = ""] = (await text(proc, "uptime")).split(" ");
  return /^\d+(\.\d+)?$/.test(up) ? millis(Math.round(Number(up) * 1000)) : null;
}

/** systemd-timesyncd leaves a file once it has the time; of other daemons (chrony, ntpd) timedatectl knows by the kernel's own flag. */
function clockAsker({ runtime, run, clock }: MachineFactsDeps): () => Promise<boolean | null> {
  const file = join(runtime, "systemd", "timesync", "synchronized");
  let known: { readonly answer: Promise<boolean | null>; until: Millis } | null = null;
  return async () => {
    const told = await access(file).then(
      () => true,
      () => false,
    );
    if (told) return true;
    if (known === null || clock.monotonic() >= known.until) {
      const asked = { answer: askSystemd(run), until: millis(clock.monotonic() + CLOCK_BAD_FOR) };
      known = asked;
      asked.answer.then(
        (isGood) => {
          if (isGood === true) asked.until = millis(clock.monotonic() + CLOCK_GOOD_FOR);
        },
        // Whoever asked is told.
        () => {},
      );
    }
    return await known.answer;
  };
}

async function askSystemd(run: ProgramRunner): Promise<boolean | null> {
  const args = ["show", "--property=NTPSynchronized", "--value"];
  const answer = await run(
    { program: "timedatectl", args, timeout: LONGEST, package: "systemd" },
    new AbortController().signal,
  );
  const word = answer.trim();
  return word === "yes" ? true : word === "no" ? false : null;
}
