// What the doctor looks at of the machine: ports and their owners, programs, hubs, the firmware's memory of the supply, the disk, units.

import { constants } from "node:fs";
import { access, open, readdir, readFile, readlink, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type Clock, type Logger, type Millis, messageOf, millis, systemCodeOf } from "../base/index.ts";
import type { DiskWear, HubPort, MachineExam, PortFacts, PowerFacts } from "../core/index.ts";
import type { ProgramRunner } from "./run-program.ts";
import { hasBit, SUPPLY_BITS, supplyWord } from "./supply-word.ts";
import { systemUnits } from "./system-units.ts";

export interface MachineExamDeps {
  /** Usually `/proc`. */
  readonly proc: string;
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/etc`. */
  readonly etc: string;
  /** Usually `/usr/lib`. */
  readonly lib: string;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks systemd. */
  readonly run: ProgramRunner;
}

/** So many commits are timed, of so many bytes each: what one SMS costs. */
const [COMMITS, COMMIT_BYTES] = [12, 4096];
const TRIAL_FILE = "doctor-trial.tmp";

const text = async (...path: string[]): Promise<string> => (await readFile(join(...path), "utf8")).trim();
const names = (...path: string[]): Promise<readonly string[]> => readdir(join(...path)).catch(() => []);

export function machineExam(deps: MachineExamDeps): MachineExam {
  const { log, proc, sys, etc, lib } = deps;
  const attempt = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      log.debug("no_machine_fact", { what, reason: systemCodeOf(error) ?? messageOf(error) });
      return otherwise;
    }
  };
  return {
    port: (tty) => portFacts(tty, deps),
    programs: () => attempt("programs", () => programs(proc), null),
    hasModemRules: async () => {
      const rules = (await Promise.all([names(etc, "udev", "rules.d"), names(lib, "udev", "rules.d")])).flat();
      return rules.some((name) => /^\d+-numberbox-.*\.rules$/.test(name));
    },
    hubPorts: () => attempt("hubs", () => hubPorts(sys), []),
    power: () => attempt("firmware", () => powerFacts(sys), null),
    wear: () => wear(deps),
    commitTimes: () => commitTimes(deps),
    units: (wanted) => attempt("units", () => systemUnits(wanted, deps.run), []),
  };
}

const isProcess = (name: string): boolean => /^\d+$/.test(name);

async function programs(proc: string): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    // A process may end while it is looked at.
    (await readdir(proc)).filter(isProcess).map((id) => text(proc, id, "comm").catch(() => "")),
  );
  return new Set(found.filter((name) => name !== ""));
}

async function portFacts(tty: string, { proc, etc }: MachineExamDeps): Promise<PortFacts> {
  const found = await stat(tty).catch(() => null);
  if (found === null) return { exists: false, permitted: false, group: null, heldBy: null };
  const permitted = await access(tty, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return { exists: true, permitted, group: await groupName(etc, found.gid), heldBy: await holderOf(tty, proc) };
}

/** Of group(5): `dialout:x:20:pi`. */
async function groupName(etc: string, gid: number): Promise<string | null> {
  const lines = (await text(etc, "group").catch(() => "")).split("\n");
  const found = lines.map((line) => line.split(":")).find(([, , id]) => id === String(gid));
  return found?.[0] ?? null;
}

/** The first other process that has the tty open, as far as its open files may be seen. */
async function holderOf(tty: string, proc: string): Promise<string | null> {
  const target = await realpath(tty).catch(() => tty);
  const own = await readlink(join(proc, "self")).catch(() => "");
  for (const id of (await names(proc)).filter((name) => isProcess(name) && name !== own)) {
    for (const file of await names(proc, id, "fd")) {
      if ((await readlink(join(proc, id, "fd", file)).catch(() => "")) !== target) continue;
      return await text(proc, id, "comm").catch(() => `process ${id}`);
    }
  }
  return null;
}

/** None where the kernel does not tell. */
export const usbHubPorts = (sys: string): Promise<readonly HubPort[]> => hubPorts(sys).catch(() => []);

/** `…/1-1:1.0/1-1-port3/over_current_count` (Documentation/ABI/testing/sysfs-bus-usb). */
async function hubPorts(sys: string): Promise<readonly HubPort[]> {
  const devices = join(sys, "bus", "usb", "devices");
  const found: HubPort[] = [];
  for (const hub of (await readdir(devices)).filter((name) => name.endsWith(":1.0"))) {
    for (const name of (await names(devices, hub)).filter((each) => /-port\d+$/.test(each))) {
      const count = await text(devices, hub, name, "over_current_count").catch(() => "");
      if (/^\d+$/.test(count)) found.push({ name, overCurrents: Number(count) });
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

async function powerFacts(sys: string): Promise<PowerFacts | null> {
  const word = await supplyWord(sys);
  if (word === null) return null;
  const { low, throttled, hot, sinceStart } = SUPPLY_BITS;
  const slowed = (from: number): boolean => hasBit(word, from + throttled) || hasBit(word, from + hot);
  return {
    ...{ lowNow: hasBit(word, low), lowBefore: hasBit(word, low + sinceStart) },
    ...{ throttledNow: slowed(0), throttledBefore: slowed(sinceStart) },
  };
}

/** The disk's folder in sysfs, and the name of the partition that the file system is on; null for none (overlay, network). */
async function diskOf({ sys, dataFolder }: MachineExamDeps): Promise<{ disk: string; partition: string } | null> {
  const { dev } = await stat(dataFolder);
  // As makedev(3) has it.
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const folder = await realpath(join(sys, "dev", "block", `${major}:${minor}`)).catch(() => null);
  if (folder === null) return null;
  const isPart = await access(join(folder, "partition")).then(
    () => true,
    () => false,
  );
  return { disk: isPart ? join(folder, "..") : folder, partition: folder.split("/").at(-1) ?? "" };
}

const SPARE: Readonly<Record<string, DiskWear["spare"]>> = { "0x01": "normal", "0x02": "low", "0x03": "urgent" };

/** eMMC tells its wear (JESD84-B51, EXT_CSD 267-269); ext4 counts the faults that it found. */
async function wear(deps: MachineExamDeps): Promise<DiskWear> {
  const place = await diskOf(deps).catch(() => null);
  if (place === null) return { faults: null, usedPercent: null, spare: null };
  const faults = await text(deps.sys, "fs", "ext4", place.partition, "errors_count").catch(() => "");
  const life = await text(place.disk, "device", "life_time").catch(() => "");
  const spare = await text(place.disk, "device", "pre_eol_info").catch(() => "");
  // Two kinds of memory, each in steps of ten percent; 0 is for one that does not tell.
  const tenths = life
    .split(/\s+/)
    .filter((each) => /^0x[0-9a-f]{2}$/i.test(each))
    .map((each) => Number.parseInt(each, 16));
  const most = Math.max(0, ...tenths);
  return {
    faults: /^\d+$/.test(faults) ? Number(faults) : null,
    usedPercent: most === 0 ? null : most * 10,
    spare: SPARE[spare] ?? null,
  };
}

async function commitTimes({ dataFolder, clock }: MachineExamDeps): Promise<readonly Millis[]> {
  // That there is no folder is told elsewhere.
  if ((await stat(dataFolder).catch(() => null)) === null) return [];
  const path = join(dataFolder, TRIAL_FILE);
  const block = new Uint8Array(COMMIT_BYTES);
  try {
    const file = await open(path, "w", 0o600);
    try {
      const times: Millis[] = [];
      for (let at = 0; at < COMMITS; at++) {
        const before = clock.monotonic();
        await file.write(block, 0, COMMIT_BYTES, at * COMMIT_BYTES);
        await file.sync();
        times.push(millis(clock.monotonic() - before));
      }
      return times;
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch (cause) {
    throw cannotWrite(cause);
  }
}

function cannotWrite(cause: unknown): AppError {
  const system = systemCodeOf(cause) ?? "?";
  if (system === "EROFS") {
    const hint = "The kernel stops writing to a disk with faults: see `dmesg`, back up, and put in a new card or disk.";
    return new AppError("disk.read_only", "the disk with the data folder can only be read", { hint, cause });
  }
  if (system === "ENOSPC" || system === "EDQUOT") {
    return new AppError("disk.full", "the disk with the data folder is full", {
      hint: "Make room on this disk.",
      cause,
    });
  }
  const hint = "The data folder must belong to the box's user.";
  return new AppError("disk.cannot_write", `the data folder cannot be written (${system})`, { hint, cause });
}
